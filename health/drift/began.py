"""Since which day the values of a field are as they are now: the day after which they are most likely of now, and before which of before.

Each case is odd or it is not: without a value, outside all of the reference, or in a range that became more frequent, whichever tells
before and now apart best. From how frequent that was before and is now, the logarithms of the likelihood ratio of each case are added up
backwards from the newest day; where the sum is largest it began (the maximum likelihood of a change point with both shares known; Hinkley,
1970).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from health.drift.fields import OTHERS, Bin, FieldDrift, named
from health.drift.sketches import is_missing
from health.outliers.encoding import as_number

Row = Mapping[str, object]
# No share is taken for 0 or 1: it is of a few hundred cases.
_LEAST = 0.002


@dataclass(frozen=True, kw_only=True)
class _Oddity:
    """What is odd about values, and its share before and now."""

    is_odd: Callable[[object], bool]
    before: float
    now: float


def began(field: FieldDrift, rows: Iterable[tuple[date, Row]]) -> date | None:
    """The day on which a field began to be as it is now, of cases since the reference ended; None where that is not to be seen."""
    odd = max(_oddities(field), key=lambda each: each.now - each.before)
    before, now = (min(max(share, _LEAST), 1 - _LEAST) for share in (odd.before, odd.now))
    if now <= before:
        return None
    gain = {True: math.log(now / before), False: math.log((1 - now) / (1 - before))}
    by_day: dict[date, float] = defaultdict(float)
    for day, row in rows:
        by_day[day] += gain[odd.is_odd(row.get(field.name))]
    best, since, total = 0.0, None, 0.0
    for day in sorted(by_day, reverse=True):
        total += by_day[day]
        if total > best:
            best, since = total, day
    return since


def _oddities(field: FieldDrift) -> Iterator[_Oddity]:
    yield _Oddity(is_odd=is_missing, before=field.missing[0], now=field.missing[1])
    if not field.before or not field.after:
        return
    there = 1 - field.missing[1]
    if field.span:
        low, high = field.span
        yield _Oddity(
            is_odd=lambda value: not is_missing(value) and not low <= as_number(value) <= high,
            before=0.0,
            now=there * field.outside / field.after,
        )
    grown = [each for each in field.bins if each.after / field.after > each.before / field.before]
    find = _in_ranges if field.is_number else _among
    yield _Oddity(
        is_odd=find(field, grown),
        before=(1 - field.missing[0]) * sum(each.before for each in grown) / field.before,
        now=there * sum(each.after for each in grown) / field.after,
    )


def _in_ranges(_field: FieldDrift, grown: Iterable[Bin]) -> Callable[[object], bool]:
    ranges = [each.bounds for each in grown if each.bounds]

    def is_in(value: object) -> bool:
        if is_missing(value):
            return False
        number = as_number(value)
        return any(low < number <= high for low, high in ranges)

    return is_in


def _among(field: FieldDrift, grown: Iterable[Bin]) -> Callable[[object], bool]:
    shown, more = {each.words for each in field.bins}, {each.words for each in grown}

    def is_among(value: object) -> bool:
        if is_missing(value):
            return False
        word = named(value)
        return (word if word in shown else OTHERS) in more

    return is_among
