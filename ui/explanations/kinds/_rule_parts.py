"""The parts that a rule is about, shown in the text or the picture itself."""

from __future__ import annotations

import numpy as np
import streamlit as st
from PIL import Image

from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explanations.kinds import _marked
from ui.explanations.kinds._parts import upright

_FADED = 0.8
_GREY = (128, 134, 146)


def draw(explanation: Explanation, values: Values) -> None:
    """The words tinted where they stand, or the picture with all other parts faded; nothing for other rules."""
    if explanation.raster:
        _draw_picture(explanation, values)
    elif explanation.attributions:
        _draw_text(explanation, values)


def _draw_text(explanation: Explanation, values: Values) -> None:
    marks = [
        _marked.Mark(start=int(each.span[0]), end=int(each.span[1]), strength=1.0, words=each.title)
        for each in explanation.attributions
        if each.span
    ]
    text = values.get(explanation.attributions[0].field)
    _marked.draw(str(text or ""), marks, explanation.alt)


def _draw_picture(explanation: Explanation, values: Values) -> None:
    picture = upright(values)
    if picture is not None:
        st.image(
            faded_outside(picture, explanation.raster),
            alt=explanation.alt,
            width=max(picture.width, 240),
        )


def faded_outside(picture: Image.Image, raster: tuple[tuple[int, ...], ...]) -> Image.Image:
    """The picture with everything outside the parts of the rule faded to grey."""
    cells = (np.array(raster) >= 0).astype(np.uint8) * 255
    mask = Image.fromarray(cells).resize(picture.size, Image.Resampling.NEAREST)
    faded = Image.blend(picture, Image.new("RGB", picture.size, _GREY), _FADED)
    return Image.composite(picture, faded, mask)
