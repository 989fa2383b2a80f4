"""What the values of a column say of it: its shape, usual range, format and choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from mds_client.schema_learning.cells import ODD, Cells, Reader, as_text, plain_cell, whole_number
from mds_client.signature import Kind
from mds_client.signature.facts import MAX_CHOICES

ENOUGH = 20  # values for a usual range
_LINE = 80  # characters


def shape_of_cells(present: Cells) -> tuple[int, ...]:
    shapes = {np.shape(cast(Any, value)) for value in present}
    if len({len(shape) for shape in shapes}) > 1:
        return (-1, -1)
    sizes = [set(size) for size in zip(*shapes, strict=True)]
    return (-1, *(size.pop() if len(size) == 1 else -1 for size in sizes))


def usual_range(present: Cells) -> tuple[float, float] | None:
    """The range of all but the lowest and the highest hundredth."""
    if len(present) < ENOUGH:
        return None
    low, high = np.percentile(np.asarray(present, dtype=np.float64), [1, 99])
    return (float(low), float(high)) if math.isfinite(low) and math.isfinite(high) else None


def format_of(kind: Kind, present: Cells) -> str | None:
    """The format of a field whose column holds these values; None where they show none."""
    format_in = _FORMATS.get(kind)
    return format_in(present) if format_in else None


def _time_format(present: Cells) -> str:
    return "date" if all(len(str(value)) == 10 for value in present) else "date-time"


def _json_format(present: Cells) -> str | None:
    forms = {"list" if isinstance(value, list) else "map" for value in present}
    return forms.pop() if len(forms) == 1 else None


def _text_format(present: Cells) -> str | None:
    """Texts are long where most fill more than a line, or one has several."""
    texts = list(map(str, present))
    if not texts:
        return None
    if float(np.median(list(map(len, texts)))) > _LINE or any("\n" in text for text in texts):
        return "long"
    return "identifier" if _are_identifiers(texts) else None


_FORMATS: dict[Kind, Callable[[Cells], str | None]] = {
    "datetime": _time_format,
    "json": _json_format,
    "text": _text_format,
}


def _are_identifiers(texts: Sequence[str]) -> bool:
    """Nearly all distinct, without spaces, and with a digit: not words."""
    if len(texts) < ENOUGH or len(set(texts)) < 0.95 * len(texts):
        return False
    plain = sum(" " not in t and any(c.isdigit() for c in t) for t in texts)
    return plain >= 0.95 * len(texts)


def choices_of(kind: Kind, values: Cells, whole: Sequence[object]) -> tuple[object, ...]:
    """The few values that a column has, in order; none where there may well be others."""
    present = [value for value in values if value is not None]
    is_few = {"text": _are_few_texts, "integer": _are_few_codes}.get(kind)
    if is_few is None or not is_few(present):
        return ()
    distinct = set(present) | _distinct(whole, as_text if kind == "text" else whole_number)
    return sorted_few(distinct)


def _distinct(whole: Sequence[object], reads: Reader) -> set[object]:
    """Every value of a whole column, the rare ones too."""
    try:
        cells: set[object] = set(whole.tolist() if isinstance(whole, np.ndarray) else whole)
    except ODD:
        return set()
    plain = [plain_cell(cell) for cell in cells] if len(cells) < 10 * MAX_CHOICES else range(10_000)
    return {reads(cell) for cell in plain if cell is not None} - {None}


def sorted_few(values: set[object]) -> tuple[object, ...]:
    """In order; nothing where they are too many to choose from."""
    return tuple(sorted(values, key=_in_order)) if len(values) <= MAX_CHOICES else ()


def _are_few_texts(present: Cells) -> bool:
    count, distinct = len(present), set(present)
    is_short = all(len(str(value)) <= 80 for value in distinct)
    share = 2 if len(distinct) <= 20 else 5
    return (
        is_short and 2 <= len(distinct) <= MAX_CHOICES and count >= max(10, share * len(distinct))
    )


def _are_few_codes(present: Cells) -> bool:
    """Whether whole numbers are the codes of a category: two to four, counted from 0 or 1 without a gap, in many rows."""
    codes = sorted(cast(set[int], set(present)))
    if not 2 <= len(codes) <= 4 or len(present) < 10 * len(codes):
        return False
    return codes[0] in (0, 1) and codes == list(range(codes[0], codes[0] + len(codes)))


def _in_order(value: object) -> tuple[bool, Any]:
    """Numbers before words."""
    return isinstance(value, str), value


def are_all_seen(words: Cells) -> bool:
    """Whether every value came up so often that there will hardly be others."""
    return len(words) >= max(ENOUGH, 5 * len(set(words)))
