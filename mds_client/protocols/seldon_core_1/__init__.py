"""Seldon Core 1, protocol `seldon`: one deployment behind a prefix, or its Python wrapper alone.

https://docs.seldon.io/projects/seldon-core/en/latest/reference/apis/external-prediction.html
"""

from mds_client.protocols.seldon_core_1.protocol import SeldonCore1

PROTOCOL = SeldonCore1

__all__ = ["PROTOCOL", "SeldonCore1"]
