"""Files as base64 text; MLServer's `base64` and `pillow_image`."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from mds_client.signature import Field, File

CONTENT_TYPES = ("base64", "pillow_image")


def encode(field: Field, values: Sequence[object]) -> list[object]:
    """One base64 string a row; a missing file is the empty string."""
    return [
        base64.b64encode(value.data).decode() if isinstance(value, File) else "" for value in values
    ]


def decode(data: Sequence[object]) -> tuple[object, ...]:
    """Base64 text as it came: what the bytes mean is for the reader of the field to say."""
    return tuple("" if value is None else str(value) for value in data)
