"""A model's days: how many drawn answers were judged right and wrong, of which version, and what was answered and failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from db.health_counting import DayCount
from db.health_figures import DayNumbers, Kinds
from health.status import Ahead, DayFigures
from health.summary import ESTIMATED, NOT_SENT, UNKNOWN

KINDS = Kinds(estimated=ESTIMATED, not_failed=("answered", UNKNOWN, *NOT_SENT))


def of_numbers(day: date, by_version: Mapping[str, DayNumbers]) -> DayFigures:
    """Of what the database added up."""
    right, wrong, answered, failed = map(sum, zip(*by_version.values(), strict=True))
    checked = {version: (n[0], n[1]) for version, n in by_version.items() if n[0] + n[1]}
    return DayFigures(
        day=day, right=right, wrong=wrong, answered=answered, failed=failed, checked=checked
    )


def by_day(counts: Iterable[DayCount]) -> list[DayFigures]:
    """One for each day that has any."""
    found: dict[date, list[DayCount]] = defaultdict(list)
    for count in counts:
        found[count.day].append(count)
    return [figures(day, each) for day, each in found.items()]


def figures(day: date, counts: Sequence[DayCount]) -> DayFigures:
    """Of cases that need not be of one day; it is called by `day`."""
    drawn = [c for c in counts if c.is_audited and c.purpose in ESTIMATED]
    right, wrong = (_by_version(drawn, said) for said in ("correct", "incorrect"))
    return DayFigures(
        day=day,
        right=sum(right.values()),
        wrong=sum(wrong.values()),
        answered=sum(c.cases for c in counts if c.outcome == "answered"),
        failed=failed(counts),
        checked={v: (right.get(v, 0), wrong.get(v, 0)) for v in right | wrong},
    )


def failed(counts: Iterable[DayCount]) -> int:
    """How many of them were sent and not answered."""
    return sum(count.cases for count in counts if count.outcome not in KINDS.not_failed)


def judged(counts: Iterable[DayCount], judgement: str) -> int:
    """How many of them somebody judged so."""
    return sum(count.cases for count in counts if count.judgement == judgement)


def without_gaps(days: Iterable[DayFigures], today: date) -> tuple[DayFigures, ...]:
    """One for each day from the first to today, also where nothing happened."""
    known = {day.day: day for day in days}
    if not known:
        return ()
    first = min(known)
    each = (first + timedelta(days=n) for n in range(max(0, (today - first).days) + 1))
    return tuple(known.get(day) or DayFigures(day=day) for day in each)


def ahead(days: Iterable[DayFigures], today: date) -> Ahead | None:
    """What is dated after tomorrow; clocks that differ a little make a day of it around midnight."""
    found = [day for day in days if day.day > today + timedelta(days=1)]
    if not found:
        return None
    cases = sum(day.answered + day.failed for day in found)
    return Ahead(cases=cases, last=max(day.day for day in found))


def _by_version(counts: Iterable[DayCount], judgement: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for count in counts:
        if count.judgement == judgement:
            found[count.key.version] += count.cases
    return dict(found)
