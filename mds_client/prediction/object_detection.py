"""Reads what was found in a picture: boxes, outlines and masks, listed as objects or side by side.

Outputs come from servers that may say anything: what does not fit is passed over, and nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from mds_client.prediction import Box, Output
from mds_client.prediction.masks import MOST_PIXELS, Mask, UnreadableMask, mask_of
from mds_client.prediction.output_parsing import number_of, objects_of
from mds_client.signature.datatypes import Array

MOST_BOXES = 1_000
_MOST_POINTS = 500
_SMALL = 64  # pixels: a square mask of no more is one of its box, as Mask R-CNN makes them
_MASKS = ("mask", "segmentation", "rle", "bitmap")
_OUTLINES = ("polygon", "outline", "points", *_MASKS)
_LABELS = ("label", "class", "name", "category", "class_name", "text")
_SCORES = ("score", "confidence", "probability")
_BOXES = {"box", "bbox", "bounding_box", "boundingBox"}
_COLUMNS = {"box": "box", "mask": "mask", "segmentation": "mask", "score": "score", "conf": "score", "label": "label", "class": "label"}  # fmt: skip
Corners = tuple[float, float, float, float]
_NOWHERE: Corners = (0.0, 0.0, 0.0, 0.0)


def boxes_of(value: object) -> tuple[Box, ...] | None:
    """A list of objects that each have a box, an outline or a mask, or lists of these side by side; None for
    anything else, an empty list included."""
    objects = objects_of(value) or (_side_by_side(value) if isinstance(value, Mapping) else [])
    boxes = list(_boxes(objects[:MOST_BOXES]))
    if not boxes or None in boxes:
        return None
    return tuple(_as_corners([box for box in boxes if box], objects))


def boxes_side_by_side(
    outputs: Sequence[Output], labels: Mapping[str, Sequence[str]], row: int
) -> tuple[Sequence[str], tuple[Box, ...]]:
    """Boxes or masks from outputs of their own, and the names of these outputs; no names without."""
    if not any(_meaning(o.name) in ("box", "mask") for o in outputs):
        return (), ()
    named = _things(_stacked_columns(outputs, row))
    if not _are_things({_meaning(name) for name in named}):
        return (), ()
    objects = _side_by_side({n: _worded(n, c, labels.get(n, ())) for n, c in named.items()})
    boxes = [box for box in _boxes(objects[:MOST_BOXES]) if box]
    is_empty = any(len(c) == 0 for n, c in named.items() if _meaning(n) == "box")
    return (tuple(named), tuple(boxes)) if boxes or is_empty else ((), ())


def _stacked_columns(outputs: Sequence[Output], row: int) -> dict[str, Array]:
    """The outputs that say something of things in a picture, each with a thing a row; one thing may stand alone."""
    columns = {o.name: column for o in outputs if (column := _stacked(o, row)) is not None}
    if any(_meaning(n) == "box" and c.shape == (4,) for n, c in columns.items()):
        return {n: c[None] for n, c in columns.items()}
    return columns


def _things(columns: Mapping[str, Array]) -> dict[str, Array]:
    """The columns that fit their meaning, cut to the number of detections where the outputs give one."""
    count = next((c for n, c in columns.items() if n.startswith("num") and c.size == 1), None)
    most = MOST_BOXES if count is None else int(count.ravel()[0])
    return {n: _flat(c)[:most] for n, c in columns.items() if _fits(_meaning(n), _flat(c))}


def _are_things(meanings: set[str]) -> bool:
    """Whether these columns are detections: a mask alone is a map of the whole picture."""
    return "box" in meanings or ("mask" in meanings and bool(meanings & {"label", "score"}))


def _meaning(name: str) -> str:
    return next((word for part, word in _COLUMNS.items() if part in name.casefold()), "")


def _stacked(output: Output, row: int) -> Array | None:
    """One row of an output, a thing in each of its rows."""
    is_known = bool(_meaning(output.name)) or output.name.startswith("num")
    if not is_known or not output.shape or output.shape[0] == 0:
        return None
    try:
        stacked: Array = np.asarray(output.to_numpy()[min(row, output.shape[0] - 1)])
    except (ValueError, TypeError):
        return None
    return stacked


def _flat(column: Array) -> Array:
    """A number in each row, where each has a row of one."""
    return column[:, 0] if column.ndim == 2 and column.shape[1] == 1 else column


def _fits(meaning: str, column: Array) -> bool:
    """A box has four corners, a mask two dimensions, with or without one more of a single size."""
    if meaning == "box":
        return column.ndim == 2 and column.shape[1] == 4
    if meaning == "mask":
        return column.ndim == 3 or (column.ndim == 4 and 1 in (column.shape[1], column.shape[3]))
    return bool(meaning) and column.ndim == 1


def _worded(name: str, column: Array, labels: Sequence[str]) -> list[object]:
    """The rows, numbers of labels in words; TensorFlow's corners begin with the top."""
    meaning = _meaning(name)
    if meaning == "mask":
        return list(column)
    if meaning == "box" and name.startswith("detection_boxes"):
        column = column[:, [1, 0, 3, 2]]
    rows: list[object] = column.tolist()
    return [_label(label, labels) for label in rows] if meaning == "label" else rows


def _label(value: object, labels: Sequence[str]) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return str(value)
    return labels[int(value)] if value < len(labels) else f"Class {int(value)}"


def _side_by_side(columns: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Lists of the same length as one list of objects, where there are boxes or masks among them."""
    by_meaning = {
        _meaning(n): c for n, c in columns.items() if _meaning(n) and isinstance(c, list) and c
    }
    lengths = {len(column) for column in by_meaning.values()}
    if len(lengths) != 1 or not ({"box", "mask"} & by_meaning.keys()):
        return []
    return [
        dict(zip(by_meaning, row, strict=True)) for row in zip(*by_meaning.values(), strict=True)
    ]


def _boxes(objects: Sequence[Mapping[str, object]]) -> Iterator[Box | None]:
    """Each object's box. Masks are read until their pixels are too many: few bytes may stand for many."""
    pixels_left = 4 * MOST_PIXELS
    for one in objects:
        box = _box(one, reads_mask=pixels_left > 0)
        pixels_left -= box.mask.height * box.mask.width if box and box.mask else 0
        yield box


def _box(one: Mapping[str, object], *, reads_mask: bool) -> Box | None:
    outline = _outline(_first(one, _OUTLINES))
    mask, note = (None, "") if outline else _mask(one, reads=reads_mask)
    raw_box = next((one[key] for key in one if key in _BOXES), None)
    corners = _corners(raw_box) or _around(outline, mask) or (_NOWHERE if note else None)
    if corners is None:
        return None
    return Box(
        label=str(_first(one, _LABELS, ""))[:200],
        score=number_of(_first(one, _SCORES)),
        corners=corners,
        outline=outline,
        mask=_placed(mask, raw_box, corners),
        note=note,
    )


def _first(one: Mapping[str, object], names: Sequence[str], default: object = None) -> object:
    return next((one[name] for name in names if name in one), default)


def _mask(one: Mapping[str, object], *, reads: bool) -> tuple[Mask | None, str]:
    """The mask of the object, or why it cannot be shown."""
    raw_mask = _first(one, _MASKS)
    if raw_mask is None:
        return None, ""
    try:
        return (
            (mask_of(raw_mask), "") if reads else (None, "There are more masks than can be drawn.")
        )
    except UnreadableMask as error:
        return None, str(error)


def _placed(mask: Mask | None, box: object, corners: Corners) -> Mask | None:
    """A small square mask that cannot be in the picture's pixels is a mask within its box."""
    if mask is None or box is None or mask.height != mask.width or mask.width > _SMALL:
        return mask
    is_outside = max(corners) > mask.width or max(corners) <= 1
    return replace(mask, is_of_box=is_outside)


def _corners(raw_box: object) -> Corners | None:
    if isinstance(raw_box, Mapping):
        raw_box = next(
            ([raw_box[k] for k in keys] for keys in _NAMED if all(k in raw_box for k in keys)), None
        )
    numbers = (
        [number_of(n) for n in raw_box] if isinstance(raw_box, list) and len(raw_box) == 4 else []
    )
    edges = [n for n in numbers if n is not None]
    return (edges[0], edges[1], edges[2], edges[3]) if len(edges) == 4 else None


_NAMED = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
    ("x", "y", "width", "height"),
    ("x", "y", "w", "h"),
    ("left", "top", "width", "height"),
)


def _as_corners(boxes: Sequence[Box], objects: Sequence[Mapping[str, object]]) -> Sequence[Box]:
    """The boxes by their corners. COCO gives left, top, width and height: recognised by its other members, or
    by corners that would be crossed."""
    is_crossed = any(b.corners[2] < b.corners[0] or b.corners[3] < b.corners[1] for b in boxes)
    first = objects[0]
    is_coco = "bbox" in first and ("category_id" in first or "area" in first)
    box_of_first = first.get("box", first.get("bbox", first.get("bounding_box")))
    has_sizes = isinstance(box_of_first, Mapping) and bool({"width", "w"} & box_of_first.keys())
    if not (is_crossed or is_coco or has_sizes):
        return boxes
    return [_from_size(box, one) for box, one in zip(boxes, objects, strict=False)]


def _from_size(box: Box, one: Mapping[str, object]) -> Box:
    """What has a mask or an outline alone has its corners from there."""
    if not _BOXES & one.keys():
        return box
    x, y, width, height = box.corners
    return replace(box, corners=(x, y, x + width, y + height))


def _outline(points: object) -> tuple[tuple[float, float], ...]:
    """Points as pairs, as {x, y}, or all in one flat list; COCO wraps these once more, one for each part."""
    coordinates = _coordinates(_longest_part(_as_list(points)))
    if len(coordinates) % 2 or len(coordinates) < 6:
        return ()
    return tuple(zip(coordinates[::2], coordinates[1::2], strict=True))


def _longest_part(points: list[object]) -> list[object]:
    """The points themselves, or of several lists of them the longest; none of the rows of a mask."""
    if not points or not isinstance(points[0], list) or len(points[0]) == 2:
        return points
    parts = [] if _is_grid(points) else map(_as_list, points)
    return max(parts, key=len, default=[])


def _coordinates(points: list[object]) -> list[float]:
    """The coordinates one after another; none at all where one of them is no number."""
    read = [number_of(n) for point in points[: 2 * _MOST_POINTS] for n in _pair(point)]
    numbers = [n for n in read if n is not None]
    return numbers if len(numbers) == len(read) else []


def _is_grid(rows: list[object]) -> bool:
    """Rows of a mask are as long as each other and hold shares or truths: no outline stays within a pixel."""
    flat = [row for row in rows if isinstance(row, list)]
    is_even = len(flat) == len(rows) > 1 and len({len(row) for row in flat}) == 1
    return is_even and all(number_of(n) in (0, 1, 255) or n is True or n is False for n in flat[0])


def _as_list(part: object) -> list[object]:
    return part if isinstance(part, list) else []


def _pair(point: object) -> list[object]:
    if isinstance(point, Mapping):
        return [point.get("x"), point.get("y")]
    return list(point[:2]) if isinstance(point, list) else [point]


def _around(outline: Sequence[tuple[float, float]], mask: Mask | None) -> Corners | None:
    """The corners of the box around an outline, else around a mask."""
    if not outline:
        return mask.corners if mask else None
    across, down = [x for x, _ in outline], [y for _, y in outline]
    return min(across), min(down), max(across), max(down)
