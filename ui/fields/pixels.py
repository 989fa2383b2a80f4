"""Pictures for models that take them as numbers: chosen as a picture, sent as the numbers of its pixels."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mds_client.codecs.pixels import NoPicture, Pixels, pixels_of
from mds_client.signature import Field, File
from ui.fields import _upload, image, pasted
from ui.fields._keeping import kept, own
from ui.labels import label

KINDS = ("tensor",)
FORMATS = ("pixels",)
_SHOWN = 112  # pixels of the screen: what the model sees, beside the picture


def render(field: Field, key: str, value: object) -> object:
    """The numbers of the picture that came last, else those that the form opened with. A file that is no
    picture as it is, for the check to name.
    """
    found = pixels_of(field)
    if found is None:
        return pasted.render(field, key, value)
    as_picture = replace(field, kind="image", media_types=(), required=True)
    chosen = image.render(as_picture, key, None)
    numbers = _numbers(found, key, chosen) if chosen else value
    _draw_seen(field, found, numbers)
    return None if _upload.left_out(field, key, numbers) else numbers


def _numbers(found: Pixels, key: str, file: File) -> object:
    """Made once for each file: typing elsewhere draws the form again."""
    made = kept(own(key, "pixels"), dict[str, object])
    if file.sha256 not in made:
        made.clear()
        made[file.sha256] = _made(found, file)
    return made[file.sha256]


def _made(found: Pixels, file: File) -> object:
    try:
        return found.numbers(file.data)
    except NoPicture:
        return file


def _draw_seen(field: Field, found: Pixels, numbers: object) -> None:
    seen = None if numbers is None or isinstance(numbers, File) else found.picture(numbers)
    with st.container(horizontal=True, vertical_alignment="center"):
        if seen is not None:
            st.image(seen, width=_SHOWN, alt=f"{label(field)} as the model sees it")
        st.caption(found.words)
