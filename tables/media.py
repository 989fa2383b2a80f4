"""Pictures and sounds as values of a table."""

from __future__ import annotations

import io
import warnings

from PIL import Image

from mds_client.signature import File
from tables import magic


def file_of(name: str, data: bytes) -> File | None:
    """The picture or sound as a value, its type by its bytes; None for anything else."""
    kind = magic.media_type(data[:64])
    return File(name=name, media_type=kind, data=data) if kind else None


def fault(file: File, most_pixels: int) -> str:
    """Why the picture must not be opened, in a sentence; empty for one that may be, and for sounds."""
    if not file.media_type.startswith("image/"):
        return ""
    try:
        width, height = _size(file.data)
    except Image.DecompressionBombError:
        return f"{file.name} has far too many pixels to be opened."
    except Exception:
        return f"{file.name} is damaged: it cannot be opened as a picture."
    if width * height <= most_pixels:
        return ""
    return (
        f"{file.name} has {width * height / 1e6:,.0f} million pixels, "
        f"and at most {most_pixels / 1e6:,.0f} million are opened."
    )


def _size(data: bytes) -> tuple[int, int]:
    """Width and height from the head of the picture; its pixels are not decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
