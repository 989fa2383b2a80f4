"""Hard limits of a number in words: "at least 0", and "more than 0" where 0 itself is excluded.

An excluded limit is kept as the next number that a float can be, so that one comparison checks it.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def _short(number: float) -> str:
    return f"{number:g}"


def at_least(low: float, spell: Callable[[float], str] = _short) -> str:
    """The lower limit in words."""
    edge = _excluded(low, -math.inf)
    return f"at least {spell(low)}" if edge is None else f"more than {spell(edge)}"


def at_most(high: float, spell: Callable[[float], str] = _short) -> str:
    """The upper limit in words."""
    edge = _excluded(high, math.inf)
    return f"at most {spell(high)}" if edge is None else f"less than {spell(edge)}"


def _excluded(limit: float, outwards: float) -> float | None:
    """The limit that is itself excluded, one float outside of this one; None where this one is a plain limit."""
    edge = math.nextafter(limit, outwards)
    return edge if len(repr(edge)) < len(repr(float(limit))) else None
