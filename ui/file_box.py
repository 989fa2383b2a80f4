"""A box for a file, with a short line under it on what it takes: Streamlit's own names every ending, which is three lines."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

_FORMATS = {
    "csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "json": "JSON", "zip": "ZIP", "gz": "gzip", "png": "PNG", "jpg": "JPEG",
    "wav": "WAV", "mp3": "MP3", "txt": "text", "pdf": "PDF",
}  # fmt: skip
_MOST_NAMED = 4


def choose(
    label: str,
    key: str,
    endings: Sequence[str],
    *,
    most_megabytes: int | None = None,
    words: str | None = None,
) -> UploadedFile | None:
    """Draw the box; the file in it. `words` say all that it takes, where there is more of it than the line names."""
    with st.container(key=f"file_box_{key}", gap="xxsmall"):
        uploaded: UploadedFile | None = st.file_uploader(
            label, type=list(endings), key=key, help=words, max_upload_size=most_megabytes
        )
        st.caption(hint(endings, most_megabytes or int(st.get_option("server.maxUploadSize"))))
    return uploaded


def hint(endings: Sequence[str], most_megabytes: int) -> str:
    """As in `CSV, Excel, Parquet, JSON and others, up to 200 MB`."""
    named = [name for ending, name in _FORMATS.items() if ending in endings]
    is_all = len(named) == len(endings) <= _MOST_NAMED
    listed = ", ".join(named[:_MOST_NAMED]) + ("" if is_all else " and others")
    return f"{listed}, up to {most_megabytes:,} MB"
