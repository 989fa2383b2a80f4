"""Pictures: upload one, drop or paste it, take or draw one, or keep the example that the form opened with."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mds_client.signature import Field, File
from ui.fields import _draw, _paste, _upload
from ui.fields._widget_state import own
from ui.labels import label

KINDS = ("image",)
_ENDINGS = ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp")


def render(field: Field, key: str, value: object) -> File | None:
    """The picture that came last, else the one that the form opened with."""
    sheet = partial(_draw.draw, field, key, value) if _draw.suits(field, key) else None
    return _upload.draw(
        field, key, value, _ENDINGS, {"camera": partial(_camera, field)}, beside=sheet
    )


def _camera(field: Field, key: str) -> _upload.Uploaded | None:
    """In a box of its own: the browser asks for the camera when it is opened, not before."""
    _paste.draw(field, own(key, "paste"))
    with st.popover("Take a picture", icon=":material/photo_camera:"):
        return st.camera_input(f"{label(field)}, taken now", key=key)
