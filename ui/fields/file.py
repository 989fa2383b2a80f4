"""Any other file, sent as its bytes in base64."""

from __future__ import annotations

from mds_client.signature import Field, File
from ui.fields import _upload

KINDS = ("text",)
FORMATS = ("file",)


def render(field: Field, key: str, value: object) -> File | None:
    """The file that was uploaded, else the one that the form opened with."""
    return _upload.draw(field, key, value)
