"""Readable numbers on the way from a case's own value to a limit: steps that people would name.

A step is 1, 2 or 5 times a power of ten, about a fortieth of the field's usual spread, and never finer than what
the field's typical values are written with: so 42 stays 42 and never becomes 41.87.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS_A_SPREAD = 40
# A range that a person sets narrower than this many steps gets finer ones.
FEWEST_STEPS = 10
MOST_DECIMALS = 6
# Room for what a multiplication of decimals leaves behind, as a share of a step.
ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Steps 1 to `count`, each a step further from the case's own value in direction `sign`."""

    first: int
    width: float
    sign: int
    count: int
    is_whole: bool = False

    def at(self, step: int) -> float | int:
        """The number on a step."""
        number = (self.first + self.sign * (step - 1)) * self.width
        if self.is_whole:
            return round(number)
        return round(number, decimals_of(self.width))

    def nearest(self, number: float) -> int:
        """The step that lies nearest to a number; 0 where that is the case's own place, before the first."""
        step = round(self.sign * (number / self.width - self.first)) + 1
        return min(max(step, 0), self.count)

    def within(self, limit: float) -> int:
        """The last step that does not lie beyond a limit; 0 when all do."""
        return min(max(math.floor(self.sign * (limit / self.width - self.first) + ROUNDING) + 1, 0), self.count)  # fmt: skip


def make_grid(
    own: float, *, low: float, high: float, step: float, is_up: bool, is_whole: bool
) -> Grid:
    """The readable numbers above (or below) the case's own value, inside limits, both included."""
    sign = 1 if is_up else -1
    # Both ends in steps: the first beyond the own value (or at the limit), the last at the other limit.
    begin = max(low, own) if is_up else min(high, own)
    first = math.ceil(begin / step - ROUNDING) if is_up else math.floor(begin / step + ROUNDING)
    if abs(first * step - own) <= ROUNDING * step:
        first += sign
    last = math.floor(high / step + ROUNDING) if is_up else math.ceil(low / step - ROUNDING)
    count = max(sign * (last - first) + 1, 0)
    return Grid(first=first, width=step, sign=sign, count=count, is_whole=is_whole)


def step_for(spread: float, width: float, decimals: int) -> float:
    """The step for a field of this usual spread, that may move in a range of this width."""
    wanted = min(spread / STEPS_A_SPREAD, width / FEWEST_STEPS)
    return max(_round(wanted), 10.0**-decimals)


def decimals_of(number: float) -> int:
    """How many decimals a number is written with; six at most."""
    for decimals in range(MOST_DECIMALS):
        if math.isclose(number, round(number, decimals), rel_tol=1e-9, abs_tol=1e-12):
            return decimals
    return MOST_DECIMALS


def written_with(numbers: Sequence[float]) -> int:
    """The decimals that the typical values of a field are written with."""
    return max((decimals_of(number) for number in numbers), default=MOST_DECIMALS)


def _round(number: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above the number."""
    if not number > 0 or not math.isfinite(number):
        return 10.0**-MOST_DECIMALS
    power = 10.0 ** math.floor(math.log10(number))
    factor = next((f for f in (5, 2) if f * power <= number * (1 + 1e-9)), 1)
    return float(f"{factor * power:.1g}")
