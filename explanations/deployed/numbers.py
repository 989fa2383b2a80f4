"""Numbers, names and lists out of JSON that nobody vouches for: typed, bounded, and NaN for what is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

MOST_PARTS = 500
MOST_NAME = 200
MOST_NUMBERS = 4_000_000
MOST_DIMENSIONS = 5


def numbers(said: object) -> Numbers | None:
    """Nested lists as an array, what is missing as NaN; None for anything else, ragged or too large."""
    if not isinstance(said, list) or not said:
        return None
    try:
        found = np.array(said)
        if found.size > MOST_NUMBERS or found.ndim > MOST_DIMENSIONS or not _is_numeric(found):
            return None
        known = found.astype(np.float64)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return np.asarray(np.where(np.isfinite(known), known, np.nan))


def _is_numeric(found: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bool:
    """Whether every element is a number or null; a list among them makes it ragged."""
    if found.dtype.kind != "O":
        return found.dtype.kind in "iuf"
    return all(each is None or isinstance(each, int | float) for each in found.flat)


def name(said: object) -> str:
    """A name in one printable line."""
    text = said[: 4 * MOST_NAME] if isinstance(said, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST_NAME]


def number(said: object) -> float:
    """A finite number, else NaN."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return np.nan
    try:
        found = float(said)
    except OverflowError:
        return np.nan
    return found if np.isfinite(found) else np.nan


def share(said: object) -> float | None:
    """A share of 1; older versions of alibi put it into a list."""
    found = number(said[0] if isinstance(said, list) and said else said)
    return found if 0 <= found <= 1 else None


def floats(said: object) -> tuple[float, ...]:
    """One number or a list of them."""
    listed = said if isinstance(said, list) else [said]
    return tuple(number(each) for each in listed[:MOST_PARTS])


def names(said: object) -> tuple[str, ...]:
    """A list of names; one more than are used shows that there were too many."""
    return tuple(name(each) for each in items(said)[: MOST_PARTS + 1])


def row(said: object) -> tuple[object, ...]:
    """The values of one row."""
    return tuple(items(said)[:MOST_PARTS])


def items(said: object) -> Sequence[object]:
    """A list, else nothing."""
    return said if isinstance(said, list) else []


def mapping(said: object) -> Mapping[str, object]:
    """An object, else an empty one."""
    return said if isinstance(said, Mapping) else {}
