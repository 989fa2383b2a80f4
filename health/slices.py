"""Where a model does worse: the values of a field whose checked cases are right less often than all others.

Numbers are cut at the quartiles of the checked cases. Each slice with at least `LEAST` cases is held against the rest by the
two-sided test of two shares (pooled, on Kish's effective numbers), at 0.05 divided by how many slices were looked at
(Bonferroni): what is listed as `is_worse` is more than the worst of many.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from health.weighted import Floats, Share, share

Inside = NDArray[np.bool_]

LEAST = 10
_MOST_VALUES = 12
_LONGEST = 40
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Cases in which a field has a value, or lies within bounds; `value` is in words. `right` is the share of right answers
    among its checked cases, `rest` that of the others. `is_exact` says that the value can be looked for as it stands."""

    field: str
    value: str
    right: Share
    rest: Share
    p: float
    is_worse: bool
    is_exact: bool

    @property
    def is_below(self) -> bool:
        """Whether it is right less often than the others, be it by chance."""
        return (self.right.value or 0.0) < (self.rest.value or 0.0)


def slices(
    rows: Sequence[Mapping[str, object]], right: Sequence[bool], weights: Sequence[float]
) -> list[Slice]:
    """Every slice with enough cases, the worst first. Three sequences of one length."""
    hits, given = np.asarray(right, dtype=bool), np.asarray(weights, dtype=float)
    members = [
        (field, value, is_exact, inside)
        for field in dict.fromkeys(name for row in rows for name in row)
        for value, is_exact, inside in _members([row.get(field) for row in rows])
        if LEAST <= int(inside.sum()) <= len(rows) - LEAST
    ]
    found = [
        _slice(field, value, is_exact, inside, hits, given, len(members))
        for field, value, is_exact, inside in members
    ]
    return sorted(found, key=lambda each: (not each.is_worse, not each.is_below, each.p))


def _slice(
    field: str,
    value: str,
    is_exact: bool,
    inside: Inside,
    hits: Inside,
    weights: Floats,
    looked_at: int,
) -> Slice:
    own, rest = share(hits[inside], weights[inside]), share(hits[~inside], weights[~inside])
    p = _chance(own, rest)
    is_worse = (own.value or 0) < (rest.value or 0) and p < LEVEL / looked_at
    return Slice(
        field=field, value=value, right=own, rest=rest, p=p, is_worse=is_worse, is_exact=is_exact
    )


def _chance(first: Share, second: Share) -> float:
    """The two-sided test of two shares, pooled."""
    if first.value is None or second.value is None:
        return 1.0
    n, m = first.effective, second.effective
    pooled = (first.value * n + second.value * m) / (n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return 2 * float(ndtr(-abs(first.value - second.value) / spread)) if spread else 1.0


def _members(values: Sequence[object]) -> Iterator[tuple[str, bool, Inside]]:
    """(value in words, whether it is one value, which rows have it) of a field."""
    distinct = {str(value) for value in values if value is not None and value != ""}
    if len(distinct) > _MOST_VALUES:
        if _are_numbers(values):
            yield from _by_quartile(values)
    elif distinct and max(map(len, distinct)) <= _LONGEST:
        for value in sorted(distinct):
            words = {"True": "true", "False": "false"}.get(value, value)
            yield words, True, np.array([str(each) == value for each in values])


def _are_numbers(values: Sequence[object]) -> bool:
    known = [value for value in values if value is not None and value != ""]
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _by_quartile(
    values: Sequence[object],
) -> Iterator[tuple[str, bool, Inside]]:
    numbers = np.array([float(v) if isinstance(v, int | float) else math.nan for v in values])
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return
    edges = np.unique(np.quantile(finite, [0.25, 0.5, 0.75]))
    bounds = [-math.inf, *edges.tolist(), math.inf]
    for low, high in pairwise(bounds):
        inside = (numbers > low) & (numbers <= high)
        words = f"above {low:g}" if math.isinf(high) else f"up to {high:g}"
        if not math.isinf(low) and not math.isinf(high):
            words = f"{low:g} to {high:g}"
        yield words, False, inside
