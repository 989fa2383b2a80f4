"""The picture of a case as the audience gets it on their phones: small, and without what the file had beside it."""

from __future__ import annotations

import base64
import io

from mds_client.signature import File
from ui import media
from ui.cases.opened import Opened

_LARGEST = (320, 320)
_TINY = 64  # pixels: nothing is to be lost of a digit


def small(shown: Opened) -> str:
    """The first picture of the case as WebP in base64; empty where there is none, it was not kept, or it is sensitive."""
    for value in shown.values.values():
        if isinstance(value, File) and value.media_type.startswith("image"):
            picture = media.preview(value.data)
            if picture is None:
                continue
            picture.thumbnail(_LARGEST)
            written = io.BytesIO()
            picture.save(written, "WEBP", quality=75, lossless=max(picture.size) <= _TINY)
            return base64.b64encode(written.getvalue()).decode("ascii")
    return ""
