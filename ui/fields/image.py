"""Pictures: upload one, drop or paste it, take one, or keep the example that the form opened with."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mds_client.signature import Field, File
from ui.fields import _upload
from ui.fields._keeping import own
from ui.labels import label

KINDS = ("image",)
_ENDINGS = ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp")


def render(field: Field, key: str, value: object) -> File | None:
    """The picture that came last, else the one that the form opened with."""
    shown = st.container()
    is_another = isinstance(value, File)
    draw = partial(_upload.uploader, field, key, _ENDINGS, is_another=is_another)
    second = own(key, "camera")
    places = {key: draw, second: partial(_camera, field, second)}
    held = _upload.newest(key, value, places)
    with shown:
        _upload.draw_held(field, held)
    return None if _upload.left_out(field, key, held) else held


def _camera(field: Field, key: str) -> _upload.Uploaded | None:
    """In a box of its own: the browser asks for the camera when it is opened, not before."""
    with st.popover("Take a picture", icon=":material/photo_camera:"):
        return st.camera_input(f"{label(field)}, taken now", key=key)
