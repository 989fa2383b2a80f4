"""Numbers, names and lists out of JSON that is not trusted: typed, bounded, NaN for anything that is no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

MOST_PARTS = 500
MOST_NAME = 200
MOST_NUMBERS = 4_000_000
MOST_DIMENSIONS = 5


def numbers(body: object) -> Numbers | None:
    """Nested lists as an array, what is missing as NaN; None for anything else, ragged or too large."""
    if not isinstance(body, list) or not body:
        return None
    try:
        array = np.array(body)
        if array.size > MOST_NUMBERS or array.ndim > MOST_DIMENSIONS or not _is_numeric(array):
            return None
        known = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return np.asarray(np.where(np.isfinite(known), known, np.nan))


def _is_numeric(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bool:
    """Whether every element is a number or null; a list among them makes it ragged."""
    if array.dtype.kind != "O":
        return array.dtype.kind in "iuf"
    return all(each is None or isinstance(each, int | float) for each in array.flat)


def name(body: object) -> str:
    """A name in one printable line."""
    text = body[: 4 * MOST_NAME] if isinstance(body, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST_NAME]


def number(body: object) -> float:
    """A finite number, else NaN."""
    if isinstance(body, bool) or not isinstance(body, int | float):
        return np.nan
    try:
        value = float(body)
    except OverflowError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def share(body: object) -> float | None:
    """A share of 1; older versions of alibi put it into a list."""
    value = number(body[0] if isinstance(body, list) and body else body)
    return value if 0 <= value <= 1 else None


def floats(body: object) -> tuple[float, ...]:
    """One number or a list of them."""
    listed = body if isinstance(body, list) else [body]
    return tuple(number(each) for each in listed[:MOST_PARTS])


def names(body: object) -> tuple[str, ...]:
    """A list of names, cut one beyond the limit, so that a caller can see that there are too many."""
    return tuple(name(each) for each in items(body)[: MOST_PARTS + 1])


def row(body: object) -> tuple[object, ...]:
    """The values of one row."""
    return tuple(items(body)[:MOST_PARTS])


def items(body: object) -> Sequence[object]:
    """A list, else nothing."""
    return body if isinstance(body, list) else []


def mapping(body: object) -> Mapping[str, object]:
    """An object, else an empty one."""
    return body if isinstance(body, Mapping) else {}
