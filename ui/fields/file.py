"""Pictures and sounds: upload one, or keep the example that the form opened with."""

from __future__ import annotations

import streamlit as st

from mds_client.signature import Field, File
from ui.labels import hint, label
from ui.media import show_file
from ui.text import plain

KINDS = ("image", "audio")
_ENDINGS = {
    "image": ["png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp"],
    "audio": ["wav", "flac", "ogg", "mp3", "m4a"],
}


def render(field: Field, key: str, value: object) -> File | None:
    """The uploaded file, else the one that the form opened with."""
    if isinstance(value, File):
        st.markdown(f"{label(field)}: {plain(value.name)}")
        show_file(field.kind, value)
    most = f" (at most {field.max_bytes / 2**20:g} MB)"
    uploaded = st.file_uploader(
        ("Or upload your own" if isinstance(value, File) else label(field)) + most,
        type=_ENDINGS[field.kind],
        key=key,
        help=hint(field),
    )
    if uploaded is None:
        return value if isinstance(value, File) else None
    return File(name=uploaded.name, media_type=uploaded.type, data=uploaded.getvalue())
