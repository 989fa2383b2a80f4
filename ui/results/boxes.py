"""What was found in a picture, marked on it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from PIL import Image, ImageDraw

from charts.palette import AGAINST, FOR
from mds_client.prediction import Answer, Box
from mds_client.signature import File, Signature, Values
from ui.media import preview, size
from ui.text import plain

KINDS = ("boxes",)
_MOST_MARKED = 100
Point = tuple[float, float]


def draw(answer: Answer, values: Values, _signature: Signature) -> None:
    """How much was found in one big line, the picture with numbered marks, and what each mark is."""
    st.header(plain(answer.headline), anchor=False)
    for value in values.values():
        if isinstance(value, File):
            _draw_marked(value, answer.boxes[:_MOST_MARKED])
    st.dataframe(_listed(answer.boxes), hide_index=True, width="stretch", alt="What was found")
    if len(answer.boxes) > _MOST_MARKED:
        st.caption(f"The first {_MOST_MARKED} of {len(answer.boxes):,} are marked.")


def _draw_marked(file: File, boxes: Sequence[Box]) -> None:
    picture, whole = preview(file.data), size(file.data)
    if picture is None or whole is None:
        return
    words = ", ".join(f"{n} {box.label or 'found'}" for n, box in enumerate(boxes, start=1))
    st.image(marked(picture, whole, boxes), alt=f"{file.name} with marks: {words}", width="stretch")


def marked(picture: Image.Image, whole: tuple[int, int], boxes: Sequence[Box]) -> Image.Image:
    """The picture with each box and outline, numbered; corners are in pixels of the whole picture."""
    drawn = picture.resize((640, max(1, round(640 * picture.height / picture.width))))
    shares = bool(boxes) and all(max(map(abs, box.corners)) <= 1 for box in boxes)
    base = (1, 1) if shares else whole
    scale = (drawn.width / base[0], drawn.height / base[1])
    colours = _colours(boxes)
    for number, box in enumerate(boxes, start=1):
        drawn = _mark(drawn, number, _scaled(box, scale), colours[box.label])
    return drawn


def _colours(boxes: Sequence[Box]) -> dict[str, str]:
    """The commonest label in blue, the others in orange: the number beside a mark says the rest."""
    names = [box.label for box in boxes]
    most = max(names, key=names.count, default="")
    return {name: FOR if name == most else AGAINST for name in names}


def _scaled(box: Box, scale: Point) -> Box:
    left, top, right, bottom = box.corners
    x, y = scale
    return Box(
        label=box.label,
        score=box.score,
        corners=(_bounded(left * x), _bounded(top * y), _bounded(right * x), _bounded(bottom * y)),
        outline=tuple((_bounded(across * x), _bounded(down * y)) for across, down in box.outline),
    )


def _bounded(place: float) -> float:
    return min(max(place, -10_000.0), 10_000.0)


def _mark(picture: Image.Image, number: int, box: Box, colour: str) -> Image.Image:
    """One box with its number; the inside of an outline is tinted."""
    left, top, right, bottom = box.corners
    if box.outline:
        tint = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        ImageDraw.Draw(tint).polygon(box.outline, fill=f"{colour}66", outline=colour)
        picture = Image.alpha_composite(picture.convert("RGBA"), tint).convert("RGB")
    pen = ImageDraw.Draw(picture)
    corners = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    pen.rectangle(corners, outline=colour, width=3)
    place = (corners[0] + 3, max(corners[1], 0) + 2)
    pen.rectangle(pen.textbbox(place, f" {number} ", font_size=16), fill=colour)
    pen.text(place, f" {number} ", fill="black", font_size=16)
    return picture


def _listed(boxes: Sequence[Box]) -> pd.DataFrame:
    rows = [
        {
            "mark": number,
            "what": box.label or "unnamed",
            "score": box.score,
            "left, top, right, bottom": ", ".join(f"{place:.4g}" for place in box.corners),
        }
        for number, box in enumerate(boxes, start=1)
    ]
    frame = pd.DataFrame(rows)
    return frame.drop(columns="score") if frame["score"].isna().all() else frame
