"""What was found in a picture, marked on it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from PIL import Image

from mds_client.codecs.pixels import Pixels, pixels_of
from mds_client.prediction import Answer, Box
from mds_client.signature import File, Signature, Values
from ui.media import preview, size
from ui.results._marks import marked
from ui.results._words import worded
from ui.text import percent, plain

KINDS = ("boxes", "regions")
_MOST_MARKED = 100
_BLANK = (640, 480)


def draw(answer: Answer, values: Values, signature: Signature) -> None:
    """How much was found in one big line, the picture with numbered marks, and what each mark is."""
    st.header(plain(answer.headline), anchor=False)
    if not answer.boxes:
        return
    if not draw_pictures(answer, values, signature):
        _draw_alone(answer)
    frame = _listed(answer.boxes, is_whole=answer.kind == "regions")
    st.dataframe(frame, hide_index=True, placeholder="", width="stretch", alt="What was found")
    if len(answer.boxes) > _MOST_MARKED:
        st.caption(f"The first {_MOST_MARKED} of {len(answer.boxes):,} are marked.")
    for note in dict.fromkeys(box.note for box in answer.boxes if box.note):
        st.markdown(f":material/info: {plain(note)}")


def draw_pictures(answer: Answer, values: Values, signature: Signature) -> bool:
    """Each picture that was sent, with its marks; whether there is one."""
    pixels = {
        field.name: model_pixels for field in signature.inputs if (model_pixels := pixels_of(field))
    }
    drawn = [_draw_marked(n, value, pixels.get(n), answer) for n, value in values.items()]
    return any(drawn)


def _draw_marked(name: str, value: object, pixels: Pixels | None, answer: Answer) -> bool:
    """The picture of this input with its marks; whether there is one, as a file or as numbers."""
    if isinstance(value, File):
        # Boxes count from the corner of the file's own pixels, whichever way it is turned.
        picture, whole = preview(value.data, is_upright=False), size(value.data)
        name = value.name
    else:
        seen = pixels.picture(value) if pixels and value is not None else None
        picture = None if seen is None else Image.fromarray(seen)
        whole = picture.size if picture else None
    if picture is None or whole is None:
        return False
    _draw_picture(picture, whole, answer, name)
    return True


def _draw_alone(answer: Answer) -> None:
    """Masks without their picture, which is not at hand where a case of somebody's own file is reopened."""
    mask = next((box.mask for box in answer.boxes if box.mask and not box.mask.is_of_box), None)
    if mask:
        blank = Image.new("RGB", _BLANK, "#d5dae4")
        _draw_picture(blank, (mask.width, mask.height), answer, "A blank picture")


def _draw_picture(picture: Image.Image, whole: tuple[int, int], answer: Answer, name: str) -> None:
    boxes = answer.boxes[:_MOST_MARKED]
    words = ", ".join(f"{n} {box.label or 'found'}" for n, box in enumerate(boxes, start=1))
    if answer.kind == "text":
        _draw_read(picture, whole, boxes, name, words)
    else:
        drawn = marked(picture, whole, boxes, is_whole=answer.kind == "regions")
        st.image(drawn, alt=f"{name} with marks: {words}", width="stretch")


def _draw_read(
    picture: Image.Image, whole: tuple[int, int], boxes: Sequence[Box], name: str, words: str
) -> None:
    """With words beside the frames; on a phone, where these would be too small to read, with numbers alone. The browser shows one of
    both by its width and what they are called (ui/style.css)."""
    drawn = worded(picture, whole, boxes)
    st.image(drawn, alt=f"{name} with marks and words: {words}", width="content")
    numbered = worded(picture, whole, boxes, has_words=False)
    st.image(numbered, alt=f"{name} with numbers: {words}", width="stretch")


def _listed(boxes: Sequence[Box], *, is_whole: bool) -> pd.DataFrame:
    rows = [
        {
            "mark": number,
            "what": box.label or "unnamed",
            "score": box.score,
            "share of the picture": _share(box),
            "left, top, right, bottom": ", ".join(f"{place:.4g}" for place in box.corners),
        }
        for number, box in enumerate(boxes, start=1)
    ]
    frame = pd.DataFrame(rows)
    empty = [name for name in ("score", "share of the picture") if frame[name].isna().all()]
    return frame.drop(columns=[*empty, *(["left, top, right, bottom"] if is_whole else [])])


def _share(box: Box) -> str | None:
    """How much of the picture its mask covers; one of the box alone says nothing of that."""
    return percent(box.mask.share) if box.mask and not box.mask.is_of_box else None
