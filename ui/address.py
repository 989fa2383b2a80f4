"""The address that people know this app by."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st


def base() -> str:
    """The address without the page, and without a slash at its end; empty where no browser asks."""
    from ui.shell import page_headers

    parts = urlsplit(st.context.url or "")
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    if last not in {header.url_path for header in page_headers()}:
        folder = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{folder}" if parts.netloc else ""
