"""Pictures for models that take them as numbers: chosen as a picture, sent as the numbers of its pixels."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mds_client.codecs.pixels import NoPicture, Pixels, pixels_of
from mds_client.signature import Field, File
from ui.fields import _draw, _upload, image, pasted
from ui.fields._widget_state import kept, own
from ui.labels import label

KINDS = ("tensor",)
FORMATS = ("pixels",)
_SHOWN = 112  # pixels of the screen: what the model sees, beside the picture


def render(field: Field, key: str, value: object) -> object:
    """The numbers of the picture that came last, else those that the form opened with. A file that is no
    picture as it is, for the check to name.
    """
    encoding = pixels_of(field)
    if encoding is None:
        return pasted.render(field, key, value)
    if _draw.suits(field, key):
        _draw.draw(field, key, value)
    as_picture = replace(field, kind="image", media_types=(), required=True)
    chosen = image.render(as_picture, key, None)
    numbers = _numbers(encoding, key, chosen) if chosen else value
    _draw_as_model_sees(field, encoding, numbers)
    return None if _upload.left_out(field, key, numbers) else numbers


def _numbers(encoding: Pixels, key: str, file: File) -> object:
    """Made once for each file: typing elsewhere draws the form again."""
    arrays = kept(own(key, "pixels"), dict[str, object])
    if file.sha256 not in arrays:
        arrays.clear()
        arrays[file.sha256] = _encoded(encoding, file)
    return arrays[file.sha256]


def _encoded(encoding: Pixels, file: File) -> object:
    try:
        return encoding.numbers(file.data)
    except NoPicture:
        return file


def _draw_as_model_sees(field: Field, encoding: Pixels, numbers: object) -> None:
    picture = None if numbers is None or isinstance(numbers, File) else encoding.picture(numbers)
    with st.container(horizontal=True, vertical_alignment="center"):
        if picture is not None:
            st.image(picture, width=_SHOWN, alt=f"{label(field)} as the model sees it")
        st.caption(encoding.words)
