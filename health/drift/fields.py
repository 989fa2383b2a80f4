"""Each field of a model now against a reference: how far it moved, what is missing, out of range or was never seen.

A field is flagged where its chance without a change is below a level that gets smaller with every day and every field:
0.05 / fields * 6 / (pi^2 day^2). These levels add up to 0.05 over all fields and all days for ever, so the chance that a model
without a change is ever flagged is at most 5 %, however dependent fields and days are (Bonferroni, spent over time as in the
alpha-spending of Foster and Stine, 2008). A flag needs a PSI of 0.2, too: with many cases everything is significant.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from health.drift.distances import Floats, chi_squared, jensen_shannon, kolmogorov_smirnov, psi

Row = Mapping[str, object]
LEVEL = 0.05
WORTH_A_LOOK = 0.2
# Fewer cases than this on either side say nothing.
LEAST_CASES = 20
BINS = 10
MOST_CATEGORIES = 20
_MOST_NAMED = 3
_LONGEST_CATEGORY = 60


@dataclass(frozen=True, kw_only=True)
class FieldDrift:
    """One field: `before` and `after` are how many values there are. `psi` and `distance` (Jensen-Shannon) say how far it
    moved, `p` how surprising that is. `outside` counts values beyond all of the reference, `unseen` names categories that the
    reference never had. `missing` are the shares without a value, before and after."""

    name: str
    is_number: bool
    before: int
    after: int
    psi: float
    distance: float
    p: float
    missing: tuple[float, float]
    outside: int
    span: tuple[float, float] | None
    unseen: tuple[str, ...]
    is_flagged: bool


def compare(reference: Sequence[Row], recent: Sequence[Row], *, day: int = 1) -> list[FieldDrift]:
    """Every field that can be compared, the most changed first; empty where there are too few cases to say anything.

    `day` counts the days since the reference ended, from 1 on. Raises ValueError for less.
    """
    if day < 1:
        raise ValueError(f"days are counted from 1 on, not {day}")
    if min(len(reference), len(recent)) < LEAST_CASES:
        return []
    names = list(_comparable(reference, recent))
    level = LEVEL / max(1, len(names)) * 6 / (math.pi**2 * day**2)
    found = [_field(name, reference, recent, level) for name in names]
    return sorted(found, key=lambda each: (not each.is_flagged, -each.psi))


def _comparable(reference: Sequence[Row], recent: Sequence[Row]) -> Iterator[str]:
    """The fields whose values are numbers or short words."""
    names = dict.fromkeys(name for row in (*reference[:200], *recent[:200]) for name in row)
    for name in names:
        values = [row.get(name) for row in (*reference, *recent)]
        known = [value for value in values if not _is_missing(value)]
        if known and all(_is_plain(value) for value in known):
            yield name


def _is_plain(value: object) -> bool:
    is_word = isinstance(value, str) and len(value) <= _LONGEST_CATEGORY
    return is_word or isinstance(value, bool | int | float)


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _field(name: str, reference: Sequence[Row], recent: Sequence[Row], level: float) -> FieldDrift:
    before = [value for row in reference if not _is_missing(value := row.get(name))]
    after = [value for row in recent if not _is_missing(value := row.get(name))]
    missing = (len(reference) - len(before), len(recent) - len(after))
    is_number = _are_numbers(before) and _are_numbers(after)
    shift = _of_numbers(before, after) if is_number else _of_categories(before, after)
    by_missing = chi_squared((missing[0], len(before)), (missing[1], len(after)))
    p = min(1.0, 2 * min(shift.p, by_missing))  # two tests of one field
    gap = psi((missing[0], len(before)), (missing[1], len(after)))
    far = max(shift.psi, gap)
    return FieldDrift(
        name=name,
        is_number=is_number,
        before=len(before),
        after=len(after),
        psi=far,
        distance=shift.distance,
        p=p,
        missing=(missing[0] / len(reference), missing[1] / len(recent)),
        outside=shift.outside,
        span=shift.span,
        unseen=shift.unseen,
        is_flagged=p < level and far >= WORTH_A_LOOK,
    )


@dataclass(frozen=True, kw_only=True)
class _Shift:
    psi: float = 0.0
    distance: float = 0.0
    p: float = 1.0
    outside: int = 0
    span: tuple[float, float] | None = None
    unseen: tuple[str, ...] = ()


def _are_numbers(values: Sequence[object]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _of_numbers(before: Sequence[object], after: Sequence[object]) -> _Shift:
    first, second = _finite(before), _finite(after)
    if min(len(first), len(second)) < LEAST_CASES:
        return _Shift()
    edges = np.unique(np.quantile(first, np.linspace(0, 1, BINS + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, side, side="left"), minlength=len(edges) + 1)
        for side in (first, second)
    ]
    low, high = float(first.min()), float(first.max())
    return _Shift(
        psi=psi(*counts),
        distance=jensen_shannon(*counts),
        p=kolmogorov_smirnov(first, second)[1],
        # Infinite values are out of every range.
        outside=int(np.sum((second < low) | (second > high))) + len(after) - len(second),
        span=(low, high),
    )


def _of_categories(before: Sequence[object], after: Sequence[object]) -> _Shift:
    if min(len(before), len(after)) < LEAST_CASES:
        return _Shift()
    first, second = Counter(map(str, before)), Counter(map(str, after))
    shown = [name for name, _ in (first + second).most_common(MOST_CATEGORIES)]
    counts = [
        [*(side[name] for name in shown), sum(side.values()) - sum(side[name] for name in shown)]
        for side in (first, second)
    ]
    unseen = [name for name, _ in second.most_common() if name not in first]
    return _Shift(
        psi=psi(*counts),
        distance=jensen_shannon(*counts),
        p=chi_squared(*counts),
        outside=sum(second[name] for name in unseen),
        unseen=tuple(unseen[:_MOST_NAMED]),
    )


def _finite(values: Sequence[object]) -> Floats:
    numbers = np.array([float(str(value)) for value in values], dtype=np.float64)
    finite: Floats = numbers[np.isfinite(numbers)]
    return finite
