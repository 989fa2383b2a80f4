"""Each field of a model now against a reference: how far it moved, what is missing, out of range or was never seen.

A number of which there are only a few whole values, such as the code of a sex, is compared by these values.
A field is flagged where its chance without a change is below a level that gets smaller with every day and every field
(health/drift/levels.py). A flag needs a PSI of 0.2, too: with many cases everything is significant.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import chain, pairwise
from typing import Any
from zlib import crc32

import numpy as np

from health.drift import sketches
from health.drift.distances import chi_squared, jensen_shannon, psi, smirnov_chance
from health.drift.levels import level_of
from health.drift.sketches import Ints, NumberCounts, Sketch, is_missing
from health.slices import MOST_VALUES, range_words
from health.titles import ANSWER

Row = Mapping[str, object]
OTHERS = "other values"
WORTH_A_LOOK = 0.2
# Fewer cases than this on either side say nothing.
LEAST_CASES = 20
MOST_CATEGORIES = 20
_MOST_NAMED = 3
_LONGEST_CATEGORY = 60


@dataclass(frozen=True, kw_only=True)
class Bin:
    """A value of a field, or a range of its numbers: above the first of `bounds` and up to the second. `before` and `after` are
    how many values are in it; `can_be_found` unless it is all other values together."""

    words: str
    before: int
    after: int
    bounds: tuple[float, float] | None = None
    can_be_found: bool = True


@dataclass(frozen=True, kw_only=True)
class FieldDrift:
    """One field: `before` and `after` are how many values there are, and `bins` how they are spread. `psi` and `distance` (Jensen-Shannon) say how far it
    moved, `p` how surprising that is. `outside` counts values beyond all of the reference, `unseen` names categories that the
    reference never had. `missing` are the shares without a value, before and after. `since` is the day on which it began, None where
    that is not known."""

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
    bins: tuple[Bin, ...] = ()
    since: date | None = None

    @property
    def grown(self) -> Bin | None:
        """The value or range whose share grew most; None where none can be found."""
        known = [each for each in self.bins if each.can_be_found and self.before and self.after]
        return max(known, key=lambda b: b.after / self.after - b.before / self.before, default=None)


def field_drift_of(facts: Mapping[str, Any]) -> FieldDrift:
    """What `facts_of` made of one, with lists for tuples, back."""
    bins = [Bin(**{**each, "bounds": _pair(each["bounds"])}) for each in facts["bins"]]
    pairs = {name: _pair(facts[name]) for name in ("missing", "span")}
    since = facts.get("since")
    told = {
        "unseen": tuple(facts["unseen"]),
        "bins": tuple(bins),
        "since": date.fromisoformat(since) if since else None,
    }
    return FieldDrift(**{**facts, **pairs, **told})


def facts_of(field: FieldDrift) -> dict[str, object]:
    """The same as plain data."""
    return {**asdict(field), "since": field.since.isoformat() if field.since else None}


def _pair(found: Sequence[float] | None) -> tuple[float, ...] | None:
    return None if found is None else tuple(found)


def compare(reference: Sequence[Row], recent: Sequence[Row], *, day: int = 1) -> list[FieldDrift]:
    """Every field that can be compared, the most changed first; empty where there are too few cases to say anything.

    `day` counts the days since the reference ended, from 1 on. Raises ValueError for less.
    """
    if day < 1:
        raise ValueError(f"days are counted from 1 on, not {day}")
    sides, codes = _columns(reference, recent)
    words = frozenset(n for n in sides[0] if not all(_are_numbers(side[n]) for side in sides))
    before = sketches.reference(sides[0], words, len(reference))
    after = sketches.empty(before)
    after.add_columns(sides[1], len(recent))
    found = compare_sketches(before, after, day=day)
    return [_in_order(each) if each.name in codes else each for each in found]


def _columns(
    reference: Sequence[Row], recent: Sequence[Row]
) -> tuple[list[dict[str, list[object]]], set[str]]:
    """The values of each field that can be compared, before and now, and the fields that are codes, whose values are words here."""
    names = list(_comparable(reference, recent))
    sides = [{n: [row.get(n) for row in rows] for n in names} for rows in (reference, recent)]
    before, after = sides
    codes = {n for n in names if n != ANSWER and _are_codes(chain(before[n], after[n]))}
    for name in codes:
        before[name], after[name] = _as_words(before[name]), _as_words(after[name])
    return sides, codes


def _in_order(field: FieldDrift) -> FieldDrift:
    """With codes from the least to the greatest."""
    return replace(field, bins=tuple(sorted(field.bins, key=lambda each: int(each.words))))


def compare_sketches(reference: Sketch, recent: Sketch, *, day: int = 1) -> list[FieldDrift]:
    """The same of a reference and what was counted at its edges, whatever their size."""
    names = [*reference.numbers, *reference.words]
    if not names or min(reference.rows, recent.rows) < LEAST_CASES:
        return []
    level = level_of(len(names), day)
    found = [_field(name, reference, recent, level) for name in names]
    return sorted(found, key=lambda each: (not each.is_flagged, -each.psi))


def _comparable(reference: Sequence[Row], recent: Sequence[Row]) -> Iterator[str]:
    """The fields whose values are numbers or short words."""
    names = dict.fromkeys(name for row in (*reference[:200], *recent[:200]) for name in row)
    rows = (*reference, *recent)
    for name in names:
        if are_counted([row.get(name) for row in rows]):
            yield name


def are_counted(values: Sequence[object]) -> bool:
    """Whether there is a value, and every one is a number or a short word: others, such as texts, are compared as a whole."""
    kinds = _kinds(values)
    words = (len(value) for value in values if isinstance(value, str))
    if not all(issubclass(kind, str | bool | int | float) for kind in kinds):
        return False
    is_short = str not in kinds or max(words) <= _LONGEST_CATEGORY
    return is_short and any(not is_missing(value) for value in values)


def _are_numbers(values: Sequence[object]) -> bool:
    return all(issubclass(k, int | float) and not issubclass(k, bool) for k in _kinds(values))


# Beyond it a float is no exact whole number.
_LARGEST_CODE = 2**53


def _are_codes(values: Iterable[object]) -> bool:
    """Whether there are a few whole numbers, each of which is a value of its own rather than a place on a scale. Of many values only so many
    are looked at as it takes to say no."""
    there: set[float] = set()
    for value in values:
        if is_missing(value) or value in there:
            continue
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        if not abs(value) <= _LARGEST_CODE or value != int(value):
            return False
        there.add(value)
        if len(there) > MOST_VALUES:
            return False
    return bool(there)


def _as_words(values: Sequence[object]) -> list[object]:
    """The same as they are called, and what is missing as it is."""
    return [value if is_missing(value) else named(value) for value in values]


def _kinds(values: Sequence[object]) -> set[type]:
    """Of values that are there: looked at once each, as there are many."""
    return {type(value) for value in values if value is not None and value != ""}


def _field(name: str, reference: Sketch, recent: Sketch, level: float) -> FieldDrift:
    known = (reference.known(name), recent.known(name))
    missing = (reference.missing[name], recent.missing[name])
    is_number = name in reference.numbers
    shift = (
        _of_numbers(reference.numbers[name], recent.numbers[name])
        if is_number
        else _of_categories(reference.words[name], recent.words[name])
    )
    by_missing = chi_squared((missing[0], known[0]), (missing[1], known[1]))
    p = min(1.0, 2 * min(shift.p, by_missing))  # two tests of one field
    far = max(shift.psi, psi((missing[0], known[0]), (missing[1], known[1])))
    return FieldDrift(
        name=name,
        is_number=is_number,
        before=known[0],
        after=known[1],
        psi=far,
        distance=shift.distance,
        p=p,
        missing=(missing[0] / reference.rows, missing[1] / recent.rows),
        outside=shift.outside,
        span=shift.span,
        unseen=shift.unseen,
        is_flagged=bool(p < level and far >= WORTH_A_LOOK),
        bins=shift.bins,
    )


@dataclass(frozen=True, kw_only=True)
class _Shift:
    psi: float = 0.0
    distance: float = 0.0
    p: float = 1.0
    outside: int = 0
    span: tuple[float, float] | None = None
    unseen: tuple[str, ...] = ()
    bins: tuple[Bin, ...] = ()


def _of_numbers(first: NumberCounts, second: NumberCounts) -> _Shift:
    if min(first.n, second.n) < LEAST_CASES:
        return _Shift()
    counts = (first.by_decile, second.by_decile)
    edges = first.edges
    return _Shift(
        psi=psi(*counts),
        distance=jensen_shannon(*counts),
        p=smirnov_chance(_gap(first, second), first.n, second.n),
        # Infinite values are out of every range.
        outside=second.outside,
        span=edges.span,
        bins=_ranges(edges.edges[edges.deciles].tolist(), counts),
    )


def _gap(first: NumberCounts, second: NumberCounts) -> float:
    """The largest gap of the two distribution functions, at the edges and just before them."""
    at, before = [], []
    for side in (first, second):
        rising = np.cumsum(side.upto[:-1])
        at.append(rising / side.n)
        before.append((rising - side.equal) / side.n)
    return float(max(np.abs(at[0] - at[1]).max(), np.abs(before[0] - before[1]).max()))


def _ranges(edges: Sequence[float], counts: Sequence[Ints]) -> tuple[Bin, ...]:
    ends = pairwise([-math.inf, *edges, math.inf])
    return tuple(
        Bin(words=range_words(low, high), before=int(before), after=int(after), bounds=(low, high))
        for (low, high), before, after in zip(ends, *counts, strict=True)
    )


def _of_categories(first: Counter[str], second: Counter[str]) -> _Shift:
    sizes = (first.total(), second.total())
    if min(sizes) < LEAST_CASES:
        return _Shift()
    # Ties by chance, not by which came first: names that are never the same twice would all be of the reference.
    both = sorted((first + second).items(), key=lambda item: (-item[1], crc32(item[0].encode())))
    shown = [name for name, _ in both[:MOST_CATEGORIES]]
    counts = [
        [*(side[name] for name in shown), size - sum(side[name] for name in shown)]
        for side, size in zip((first, second), sizes, strict=True)
    ]
    unseen = [name for name, _ in second.most_common() if name not in first]
    return _Shift(
        psi=psi(*counts),
        distance=jensen_shannon(*counts),
        p=chi_squared(*counts),
        outside=sum(second[name] for name in unseen),
        unseen=tuple(unseen[:_MOST_NAMED]),
        bins=_values([*shown, OTHERS], counts),
    )


def named(value: object) -> str:
    """How a value is called that was entered: 1.0 and 1 are one."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return {"True": "true", "False": "false"}.get(str(value), str(value))


def _values(names: Sequence[str], counts: Sequence[Sequence[int]]) -> tuple[Bin, ...]:
    return tuple(
        Bin(
            words=named(name),
            before=before,
            after=after,
            can_be_found=place < len(names) - 1,
        )
        for place, (name, before, after) in enumerate(zip(names, *counts, strict=True))
        if before + after
    )
