"""Numbers far outside a field's usual range, and codes that stand for an unknown value: they are named, and sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mds_client.signature import NUMERIC_KINDS, Field

_CODES = (999.0, 9999.0, -1.0, -99.0, -999.0)  # that stand for an unknown value in many files
_MOST = 5  # rows and values that are named


def far(values: np.ndarray[tuple[int], np.dtype[Any]], field: Field) -> list[int]:
    """The positions of numbers that are further from the usual range than it is wide, below zero where it is not,
    or a usual code for unknown outside it. None for a field without one, or where most numbers are so: then it is
    another unit or column, which the mapping says."""
    if field.kind not in NUMERIC_KINDS or not field.typical:
        return []
    low, high = field.typical
    # None becomes NaN, which is in no range and outside none.
    numbers = np.asarray(values, dtype=np.float64)
    width = high - low
    with np.errstate(invalid="ignore"):
        is_far = (numbers > high + width) | (numbers < low - width)
        is_far |= (numbers < 0) & (low >= 0)
        is_far |= np.isin(numbers, _CODES) & ((numbers < low) | (numbers > high))
    count = np.count_nonzero(~np.isnan(numbers))
    return [] if 2 * is_far.sum() > count > 1 else [int(i) for i in np.flatnonzero(is_far)]


def remark(rows: Sequence[int], values: Sequence[float], field: Field, row_word: str) -> str:
    """The sentence that names the rows and their values; empty without any."""
    if not rows or not field.typical:
        return ""
    low, high = field.typical
    word, verb = (row_word, "is") if len(rows) == 1 else (f"{row_word}s", "are")
    named = [str(row) for row in rows[:_MOST]]
    more = f" and {len(rows) - _MOST:,} more" if len(rows) > _MOST else ""
    if not more and len(named) > 1:
        named = [*named[:-2], f"{named[-2]} and {named[-1]}"]
    numbers = ", ".join(dict.fromkeys(f"{value:g}" for value in values[: 10 * _MOST]))
    return f"{word} {', '.join(named)}{more}: {numbers} {verb} far outside {low:g} to {high:g}. Sent as they stand; an empty cell would say unknown."
