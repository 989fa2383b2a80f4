"""Words that were read in a picture, drawn on it where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw

from mds_client.prediction import Box
from ui.results._marks import Size, in_drawing

_COLOUR = "#1d4ed8"  # white on it is easily read, whatever is around it
_TYPE, _ROOM = 17, 4
_WIDTHS = (320, 640)
_LARGER = 1.5  # than the picture is: what is small is read more easily, and what is very small fills no screen
_LETTERS = 0x250  # up to which the typeface of Pillow has them
Edges = tuple[float, float, float, float]


def worded(
    picture: Image.Image, whole: Size, boxes: Sequence[Box], *, has_words: bool = True
) -> Image.Image:
    """The picture with a frame around each piece, its number before it, and with `has_words` its words where nothing else stands: at
    the end of the frame, under it, or behind all of the line, where the drawing grows beyond the picture. Corners are in pixels of
    the whole picture."""
    width = min(max(round(picture.width * _LARGER), _WIDTHS[0]), _WIDTHS[1])
    drawn, placed = in_drawing(picture, whole, boxes, width=width)
    canvas = Image.new("RGBA", (_WIDTHS[1], drawn.height))
    canvas.paste(drawn)
    pen = ImageDraw.Draw(canvas)
    taken = [box.corners for box in placed]
    for number, box in enumerate(placed, start=1):
        pen.polygon(box.outline or _around(box.corners), outline=_COLOUR, width=2)
        taken.append(_draw_number(pen, number, box.corners))
    for number, box in enumerate(placed if has_words else (), start=1):
        _draw_words(pen, number, box, taken, canvas.size)
    used = max([drawn.width, *(right + 1 for _, _, right, _ in taken)])
    return canvas.crop((0, 0, min(round(used), canvas.width), canvas.height))


def _draw_number(pen: ImageDraw.ImageDraw, number: int, corners: Edges) -> Edges:
    """Before the piece, so that no letter of it is hidden; where the edge of the picture is too near, above it."""
    label = f" {number} "
    width = pen.textlength(label, font_size=_TYPE)
    left, top = corners[0] - width - 1, corners[1]
    if left < 0:
        left, top = 0, max(top - _TYPE - _ROOM, 0)
    edges = (left, top, left + width, top + _TYPE + _ROOM)
    _write(pen, edges, label)
    return edges


def _draw_words(
    pen: ImageDraw.ImageDraw, number: int, box: Box, taken: list[Edges], size: Size
) -> None:
    """The words, where there is a place for them; where that is not at the frame, with the number that this has."""
    if any(ord(letter) >= _LETTERS for letter in box.label):
        return
    for is_near in (True, False):
        label = f" {box.label} " if is_near else f" {number}  {box.label} "
        width = pen.textlength(label, font_size=_TYPE)
        places = _near(box.corners, width) if is_near else _behind(box.corners, width, taken)
        place = next((each for each in places if _is_free(each, taken, size)), None)
        if place:
            _write(pen, place, label)
            taken.append(place)
            return


def _near(corners: Edges, width: float) -> Iterator[Edges]:
    """Where words of this width may stand at the frame itself: at its end, or under it."""
    left, _, right, bottom = corners
    yield _at(right + 1, _middle(corners), width)
    yield _at(left, bottom + 1, width)


def _behind(corners: Edges, width: float, taken: Sequence[Edges]) -> Iterator[Edges]:
    """Behind all that stands at the same height."""
    top = _middle(corners)
    beside = [
        right for _, upper, right, lower in taken if upper < top + _TYPE + _ROOM and top < lower
    ]
    yield _at(max(beside) + _ROOM, top, width)


def _middle(corners: Edges) -> float:
    return (corners[1] + corners[3] - _TYPE - _ROOM) / 2


def _at(left: float, top: float, width: float) -> Edges:
    return (left, top, left + width, top + _TYPE + _ROOM)


def _is_free(place: Edges, taken: Sequence[Edges], size: Size) -> bool:
    left, top, right, bottom = place
    if left < 0 or top < 0 or right > size[0] or bottom > size[1]:
        return False
    return not any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in taken
    )


def _write(pen: ImageDraw.ImageDraw, place: Edges, words: str) -> None:
    pen.rectangle(place, fill=_COLOUR)
    pen.text((place[0], place[1] + 1), words, fill="white", font_size=_TYPE)


def _around(corners: Edges) -> list[tuple[float, float]]:
    left, top, right, bottom = corners
    return [(left, top), (right, top), (right, bottom), (left, bottom)]
