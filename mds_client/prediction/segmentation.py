"""Reads maps of classes: for each pixel of a picture, which class it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from mds_client.prediction import Box, Output
from mds_client.prediction.masks import UnreadableMask, grid_of, of_bitmap
from mds_client.signature.datatypes import Array

MOST_REGIONS = 64
_MOST_PIXELS = 4_194_304  # a larger map is looked at in every second or third pixel
_MOST_CLASSES = 1_000
_SURE = 16  # pixels: a grid of fewer on a side is a map only where its name or labels say so
_GREY = 64  # a grid of bytes that is a picture has lighter pixels
_LEAST = 2
_MASK = re.compile(r"seg|mask", re.IGNORECASE)
_NAMED = re.compile(r"seg|mask|class|label|region|argmax", re.IGNORECASE)
_GRIDS = ("segmentation", "segmentation_map", "class_map", "label_map", "mask", "classes")


def regions_of(output: Output, row: int, labels: Sequence[str]) -> tuple[Box, ...]:
    """A region for each class, the largest first, from a grid of classes or from how likely each class is at
    each pixel; nothing for anything else.
    """
    pixels = _pixels(output, row)
    if pixels is None:
        return ()
    grid = grid_of(pixels)
    if grid is not None:
        return _regions_in_grid(grid, output, labels)
    is_one_layer_a_class = len(labels) > 1 and len(labels) in pixels.shape
    if not (is_one_layer_a_class or _MASK.search(output.name)):
        return ()
    return _regions(_most_likely_classes(pixels, labels), labels)


def _pixels(output: Output, row: int) -> Array | None:
    """What an output holds for this row, where that may be a picture."""
    if output.datatype == "BYTES" or not 3 <= len(output.shape) <= 5 or 0 in output.shape:
        return None
    try:
        pixels: Array = np.asarray(output.to_numpy()[min(row, output.shape[0] - 1)])
    except (ValueError, TypeError):
        return None
    return pixels


def _regions_in_grid(grid: Array, output: Output, labels: Sequence[str]) -> tuple[Box, ...]:
    """The regions of one number a pixel: a class, or with a mask's name how likely the one class is."""
    is_mask = bool(_MASK.search(output.name))
    is_a_column_a_label = grid.shape[1] == len(labels) and not is_mask
    if min(grid.shape) < _LEAST or is_a_column_a_label:
        return ()
    if grid.dtype.kind in "bf":
        return _one_region(grid, labels, output.name) if is_mask else ()
    is_said = bool(_NAMED.search(output.name) or labels)
    return _regions(grid, labels) if _is_map(grid, output.datatype, is_said=is_said) else ()


def regions_in(document: object, labels: Sequence[str]) -> tuple[Box, ...]:
    """The same from JSON: a grid, or an object with one and with the names of its classes."""
    named: object = labels
    if isinstance(document, Mapping):
        named = next(
            (document[k] for k in ("labels", "id2label", "names") if k in document), labels
        )
        document = next((document[k] for k in _GRIDS if k in document), None)
    try:
        grid = grid_of(document) if isinstance(document, list) else None
    except UnreadableMask:
        return ()
    if (
        grid is None
        or min(grid.shape) < _LEAST
        or not _is_map(grid, "", is_said=named is not labels)
    ):
        return ()
    return _regions(grid, _names(named))


def _is_map(grid: Array, datatype: str, *, is_said: bool) -> bool:
    if grid.dtype.kind not in "biu" or grid.min() < 0 or grid.max() >= _MOST_CLASSES:
        return False
    is_large = min(grid.shape) >= _SURE
    is_dark = datatype != "UINT8" or grid.max() < _GREY
    return is_said or (is_large and is_dark and len(np.unique(grid)) <= _GREY)


def _most_likely_classes(pixels: Array, labels: Sequence[str]) -> Array | None:
    """The likeliest class of each pixel; the classes are the first or the last dimension."""
    if pixels.ndim != 3 or pixels.dtype.kind not in "fiu":
        return None
    sizes = (pixels.shape[0], pixels.shape[2])
    if labels and len(labels) in sizes:
        axis = 0 if sizes[0] == len(labels) else 2
    else:
        axis = 0 if sizes[0] < sizes[1] else 2
    return pixels.argmax(axis=axis) if pixels.shape[axis] < _MOST_CLASSES else None


def _one_region(grid: Array, labels: Sequence[str], name: str) -> tuple[Box, ...]:
    """The region where a single map of probabilities is above one half; integers that came as floats are
    classes."""
    if not np.isfinite(grid).all() or grid.min() < 0:
        return ()
    if grid.max() > 1:
        is_whole = (grid == np.trunc(grid)).all() and grid.max() < _MOST_CLASSES
        return _regions(grid.astype(np.int64), labels) if is_whole else ()
    mask = of_bitmap(grid >= 0.5)
    label = labels[-1] if labels else name.replace("_", " ").capitalize()
    return (Box(label=label, corners=mask.corners, mask=mask),)


def _regions(grid: Array | None, labels: Sequence[str]) -> tuple[Box, ...]:
    if grid is None:
        return ()
    step = int(np.ceil(np.sqrt(max(grid.size / _MOST_PIXELS, 1))))
    grid = grid[::step, ::step].astype(np.int64)
    counts = np.bincount(grid.ravel())
    largest = [int(n) for n in np.argsort(-counts, kind="stable")[:MOST_REGIONS] if counts[n]]
    regions = []
    for number in largest:
        mask = of_bitmap(grid == number)
        label = labels[number] if number < len(labels) else f"Class {number}"
        regions.append(Box(label=label, corners=mask.corners, mask=mask))
    return tuple(regions)


def _names(names: object) -> Sequence[str]:
    """Names in a list, or by the number of their class."""
    if isinstance(names, Mapping):
        numbered = {int(k): str(v) for k, v in names.items() if str(k).isdecimal() and len(k) < 5}
        most = max(numbered, default=-1) + 1
        return [numbered.get(n, f"Class {n}")[:200] for n in range(most)]
    return [str(name)[:200] for name in names] if isinstance(names, list | tuple) else ()
