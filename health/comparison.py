"""Two versions on the same cases: only those tell anything where one is right and the other is not.

McNemar's exact test (1947; the exact form is the sign test on the discordant pairs) and, for the difference of the two
accuracies, the adjusted Wald interval of Agresti and Min (2005), which adds half a case to each of the four cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scipy.special import bdtr

from health.estimates import Z_95


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The second against the first on `n` cases. `difference` is accuracy of the second less that of the first; `p` is the
    chance of so uneven a split if both were equally good."""

    n: int
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float | None
    low: float
    high: float
    p: float

    @property
    def is_clear(self) -> bool:
        return self.n > 0 and self.p < 0.05

    @property
    def verdict(self) -> str:
        """Whether the difference is clear, as the exact test says; where the interval alone has no 0 in it, that the test is stricter."""
        if self.is_clear:
            return "clear"
        is_apart = self.n > 0 and self.low * self.high > 0
        stricter = " by the exact test, which is stricter than this interval" if is_apart else ""
        return f"not clear: it may be chance{stricter}"


def compare(pairs: Iterable[tuple[bool, bool]]) -> Comparison:
    """Whether (the first, the second) is right, a pair for each case."""
    both = only_first = only_second = neither = 0
    for first, second in pairs:
        both += first and second
        only_first += first and not second
        only_second += second and not first
        neither += not first and not second
    n = both + only_first + only_second + neither
    low, high = _interval(only_first, only_second, n)
    return Comparison(
        n=n,
        both=both,
        only_first=only_first,
        only_second=only_second,
        neither=neither,
        difference=(only_second - only_first) / n if n else None,
        low=low,
        high=high,
        p=sign_test(only_first, only_second),
    )


def sign_test(fewer: int, more: int) -> float:
    """The two-sided chance of a split as uneven as this among fair coins; 1 without any."""
    n, least = fewer + more, min(fewer, more)
    return min(1.0, 2.0 * float(bdtr(least, n, 0.5))) if n else 1.0


def compare_numbers(errors: Iterable[tuple[float, float]]) -> tuple[int, int, float]:
    """(the first is nearer to the truth, the second is, p of the sign test), from the two errors of each case."""
    nearer = [abs(first) - abs(second) for first, second in errors]
    first, second = sum(gap < 0 for gap in nearer), sum(gap > 0 for gap in nearer)
    return first, second, sign_test(first, second)


def _interval(only_first: int, only_second: int, n: int) -> tuple[float, float]:
    if not n:
        return -1.0, 1.0
    b, c, total = only_first + 0.5, only_second + 0.5, n + 2
    gap = (c - b) / total
    half = Z_95 * math.sqrt((b + c) / total - gap**2) / math.sqrt(total)
    return max(-1.0, gap - half), min(1.0, gap + half)
