"""Seldon Core 1, protocol `seldon`: one deployment behind a prefix, or its Python wrapper alone.

https://docs.seldon.io/projects/seldon-core/en/latest/reference/apis/external-prediction.html
"""

from mds_client.protocols.seldon_core_1.dialect import SeldonCore1

DIALECT = SeldonCore1

__all__ = ["DIALECT", "SeldonCore1"]
