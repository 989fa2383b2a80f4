"""Marks on a picture: boxes, outlines and masks, tinted and numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from charts.palette import AGAINST, FOR
from mds_client.prediction import Box
from mds_client.prediction.masks import Mask
from mds_client.signature.datatypes import Array

_WIDTH, _MOST_HIGH = 640, 1_600
_TINT = 0.45
_GROUND = {"background", "ground", "void", "unlabeled", "unlabelled", "class 0", "_background_"}
# Read apart with the usual weaknesses of colour vision; the number beside a mark says the rest.
_REGIONS = (FOR, AGAINST, "#7c3aed", "#0f9d8a", "#d9489b", "#eab308")
Point = tuple[float, float]
Size = tuple[int, int]


def marked(
    picture: Image.Image, whole: Size, boxes: Sequence[Box], *, is_whole: bool = False
) -> Image.Image:
    """The picture with each box, outline and mask, numbered. Corners are in pixels of the whole picture.

    Where the boxes share out the picture (`is_whole`), each has a colour of its own and no frame, and the
    ground is left as it is.
    """
    drawn, placed = in_drawing(picture, whole, boxes)
    colours = _of_regions(boxes) if is_whole else _of_labels(boxes)
    insides = [_inside(box, drawn.size) for box in placed]
    drawn = _tinted(drawn, insides, colours)
    marks = zip(placed, insides, colours, strict=True)
    for number, (box, inside, colour) in enumerate(marks, start=1):
        place = _midst(inside) if is_whole and inside is not None else None
        _mark(drawn, number, box, colour, place)
    return drawn


def in_drawing(
    picture: Image.Image, whole: Size, boxes: Sequence[Box], *, width: int = _WIDTH
) -> tuple[Image.Image, list[Box]]:
    """The picture as large as it is drawn, and the boxes in its pixels."""
    height = min(max(1, round(width * picture.height / picture.width)), _MOST_HIGH)
    drawn = picture.convert("RGB").resize((width, height))
    return drawn, _placed(boxes, whole, drawn.size)


def in_pixels(boxes: Sequence[Box], whole: Size) -> list[Box]:
    """The boxes with their corners in pixels of the whole picture, however the model gave them."""
    return _placed(boxes, whole, whole)


def _placed(boxes: Sequence[Box], whole: Size, drawn: Size) -> list[Box]:
    base = (1, 1) if _are_shares(boxes) else whole
    return [_scaled(box, base, drawn) for box in boxes]


def _are_shares(boxes: Sequence[Box]) -> bool:
    """Whether corners are shares of the picture's width and height, from 0 to 1, and not pixels."""
    return bool(boxes) and all(max(map(abs, box.corners)) <= 1 for box in boxes)


def _tinted(
    drawn: Image.Image, insides: Sequence[Array | None], colours: Sequence[str]
) -> Image.Image:
    pixels = np.array(drawn)
    for inside, colour in zip(insides, colours, strict=True):
        if inside is not None and colour:
            _tint(pixels, inside, colour)
    return Image.fromarray(pixels)


def _of_labels(boxes: Sequence[Box]) -> list[str]:
    """The commonest label in blue, the others in orange."""
    names = [box.label for box in boxes]
    most = max(names, key=names.count, default="")
    return [FOR if name == most else AGAINST for name in names]


def _of_regions(boxes: Sequence[Box]) -> list[str]:
    grounds = [box.label.casefold() in _GROUND for box in boxes]
    places = np.cumsum([not is_ground for is_ground in grounds]) - 1
    return [
        "" if is_ground else _REGIONS[int(place) % len(_REGIONS)]
        for is_ground, place in zip(grounds, places, strict=True)
    ]


def _scaled(box: Box, base: Size, drawn: Size) -> Box:
    """The box in pixels of the drawing. Corners of a mask alone are in the mask's pixels."""
    if box.mask and box.corners == box.mask.corners:
        base = (box.mask.width, box.mask.height)
    x, y = drawn[0] / base[0], drawn[1] / base[1]
    left, top, right, bottom = box.corners
    across, down = sorted((_bounded(left * x), _bounded(right * x))), sorted((_bounded(top * y), _bounded(bottom * y)))  # fmt: skip
    outline = tuple((_bounded(point[0] * x), _bounded(point[1] * y)) for point in box.outline)
    return replace(box, corners=(across[0], down[0], across[1], down[1]), outline=outline)


def _bounded(place: float) -> float:
    return min(max(place, -10_000.0), 10_000.0)


def _tint(pixels: Array, inside: Array, colour: str) -> None:
    """The inside in half of the colour, with a line around it."""
    full = np.array(ImageColor.getrgb(colour))
    pixels[inside] = (pixels[inside] * (1 - _TINT) + full * _TINT).round()
    pixels[_edge(inside)] = full


def _inside(box: Box, drawn: Size) -> Array | None:
    """The pixels of the drawing that the outline or the mask covers."""
    if box.outline:
        canvas = Image.new("1", drawn)
        ImageDraw.Draw(canvas).polygon(box.outline, fill=1)
        return np.array(canvas)
    if box.mask is None:
        return None
    if not box.mask.is_of_box:
        return box.mask.sampled(*drawn)
    left, top, right, bottom = (round(place) for place in box.corners)
    return _laid(box.mask, (left, top, right, bottom), drawn)


def _laid(mask: Mask, corners: tuple[int, int, int, int], drawn: Size) -> Array:
    """The mask of a box where the box is; what is outside of the drawing is cut off."""
    left, top, right, bottom = corners
    inside = np.zeros((drawn[1], drawn[0]), dtype=bool)
    x0, x1, y0, y1 = max(left, 0), min(right, drawn[0]), max(top, 0), min(bottom, drawn[1])
    if x0 < x1 and y0 < y1:
        across = (np.arange(x0, x1) - left + 0.5) / (right - left)
        down = (np.arange(y0, y1) - top + 0.5) / (bottom - top)
        small = mask.sampled(mask.width, mask.height)
        rows, columns = (down * mask.height).astype(int), (across * mask.width).astype(int)
        inside[y0:y1, x0:x1] = small[rows[:, None], columns[None, :]]
    return inside


def _edge(inside: Array) -> Array:
    """The outermost pixels, two thick."""
    padded = np.pad(inside, 2)
    core = inside.copy()
    for down, across in ((0, 2), (4, 2), (2, 0), (2, 4)):
        core &= padded[down : down + inside.shape[0], across : across + inside.shape[1]]
    edge: Array = inside & ~core
    return edge


def _mark(picture: Image.Image, number: int, box: Box, colour: str, place: Point | None) -> None:
    """The number at this place; without one, at the corner of the box's frame. What is nowhere has none."""
    if not any(box.corners):
        return
    pen = ImageDraw.Draw(picture)
    if place is None:
        pen.rectangle(box.corners, outline=colour, width=3)
        place = (box.corners[0] + 3, max(box.corners[1], 0) + 2)
    pen.rectangle(pen.textbbox(place, f" {number} ", font_size=16), fill=colour or "white")
    pen.text(place, f" {number} ", fill=_ink(colour or "white"), font_size=16)


def _ink(colour: str) -> str:
    """Black, or white on what is dark (luma of ITU-R BT.601)."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 110 else "black"


def _midst(inside: Array) -> Point | None:
    """Beside the pixel of the mask nearest to its middle, so that the number lies in it whatever its form."""
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return None
    nearest = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    return (float(columns[nearest]) - 8, float(rows[nearest]) - 10)
