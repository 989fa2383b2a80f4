"""Any other file, sent as its bytes in base64."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mds_client.signature import Field, File
from ui.fields import _upload

KINDS = ("text",)
FORMATS = ("file",)


def render(field: Field, key: str, value: object) -> File | None:
    """The file that was uploaded, else the one that the form opened with."""
    shown = st.container()
    draw = partial(_upload.uploader, field, key, None, is_another=isinstance(value, File))
    held = _upload.newest(key, value, {key: draw})
    with shown:
        _upload.draw_held(field, held)
    return None if _upload.left_out(field, key, held) else held
