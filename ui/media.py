"""Shows files that came from outside, guarded against what they may hide."""

from __future__ import annotations

import io
import warnings

import streamlit as st
from PIL import Image, ImageOps, UnidentifiedImageError

from mds_client.codecs.pixels import on_white, to_eight_bits
from mds_client.signature import File
from ui.text import plain

_MOST_PIXELS = 40_000_000
_PREVIEW = (640, 640)


def show_file(kind: str, file: File, *, least: int = 160) -> None:
    """A picture, `least` pixels wide, or a player; a sentence for any other file and where the file cannot be shown."""
    if kind == "audio":
        st.audio(file.data, format=file.media_type or "audio/wav")
        return
    if kind != "image":
        st.caption(f"{plain(file.media_type) or 'A file'}, {len(file.data):,} bytes")
        return
    picture = preview(file.data)
    if picture is None:
        st.caption(f"{plain(file.name)} cannot be shown as a picture.")
    else:
        st.image(picture, alt=f"The picture {file.name}", width=min(max(picture.width, least), 320))


def preview(data: bytes, *, is_upright: bool = True) -> Image.Image | None:
    """A small copy of the picture as a model sees it: on white, and turned as the camera says; None for what is no
    picture or has too many pixels to decode."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > _MOST_PIXELS:
            return None
        small = to_eight_bits(picture)
        small.thumbnail(_PREVIEW)
        small = ImageOps.exif_transpose(small) if is_upright else small
        return on_white(small).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    except Image.DecompressionBombWarning:
        return None


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height of the picture, without decoding it; None for what is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data)).size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
