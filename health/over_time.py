"""How often a model was right week by week and version by version, as the counts by day have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from db.health_counting import DayCount
from health import days
from health.cohort import EVERY, Cohort
from health.domains import drawn_share_within
from health.estimates import Estimate, Rate, drawn_share, rate
from health.summary import accuracy_of, groups
from health.weighted import Share

# Ten years: a case that a clock without a battery dated 1970 makes no chart of half a century.
MOST_WEEKS = 522


@dataclass(frozen=True, kw_only=True)
class Week:
    """The drawn cases of seven days from `start` on: the share that is right, of those that were judged, and (right, wrong) of each
    version as they are counted."""

    start: date
    right: Share
    answered: int
    failed: int
    checked: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """A version: when it was asked first and last, how many cases, how often it is right, and which share of what was sent failed."""

    version: str
    first: date
    last: date
    cases: int
    accuracy: Estimate
    failed: Rate


def weeks(
    counts: Sequence[DayCount],
    today: date,
    cohort: Cohort = EVERY,
    whole: Sequence[DayCount] = (),
) -> list[Week]:
    """Weeks from Monday on, without gaps between the first and the last: of MOST_WEEKS up to the week of today, or of tomorrow. The `counts`
    are those of a cohort, of which `whole` has all of its versions and days."""
    by_week: dict[date, list[DayCount]] = defaultdict(list)
    end = _monday(today + timedelta(days=1))
    every: dict[date, list[DayCount]] = defaultdict(list)
    for count in () if cohort.is_whole else whole:
        every[_monday(count.day)].append(count)
    for count in cohort.speaking(counts):
        if end - timedelta(days=7 * MOST_WEEKS) < (week := _monday(count.day)) <= end:
            by_week[week].append(count)
    if not by_week:
        return []
    first, last = min(by_week), max(by_week)
    starts = (first + timedelta(days=7 * n) for n in range((last - first).days // 7 + 1))
    return [_week(start, by_week.get(start, []), every.get(start)) for start in starts]


def versions(
    counts: Sequence[DayCount], cohort: Cohort = EVERY, whole: Sequence[DayCount] = ()
) -> list[VersionLine]:
    """Those of the cases of a cohort, of which `whole` has all of its versions and days; the version that was asked last comes first."""
    by_version: dict[str, list[DayCount]] = defaultdict(list)
    for count in counts:
        by_version[count.key.version].append(count)
    lines = [
        VersionLine(
            version=version,
            first=min(count.day for count in found),
            last=max(count.day for count in found),
            cases=sum(count.cases for count in found),
            accuracy=accuracy_of(cohort, found, [c for c in whole if c.key.version == version]),
            failed=failed(found),
        )
        for version, found in by_version.items()
    ]
    return sorted(lines, key=lambda line: (line.last, line.first), reverse=True)


def failed(counts: Sequence[DayCount]) -> Rate:
    """Of the requests that were answered or failed."""
    bad = days.failed(counts)
    return rate(bad, bad + sum(count.cases for count in counts if count.outcome == "answered"))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(start: date, counts: Sequence[DayCount], whole: Sequence[DayCount] | None) -> Week:
    figures = days.figures(start, counts)
    return Week(
        start=start,
        right=_drawn(counts, whole),
        answered=figures.answered,
        failed=figures.failed,
        checked=figures.checked,
    )


def _drawn(counts: Sequence[DayCount], whole: Sequence[DayCount] | None) -> Share:
    """The share of right answers that the judged drawn cases show, without the limits that others give it; `whole` has all of which they
    are a part, None where they are all."""
    some = groups(counts)
    found = drawn_share(some) if whole is None else drawn_share_within(some, groups(whole))
    return Share(value=found.value, low=found.low, high=found.high, n=found.n, effective=found.effective)  # fmt: skip
