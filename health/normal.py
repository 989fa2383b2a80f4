"""What becomes the normal of a model when somebody accepts how it is: the checked answers of the version in use, and of which days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from db.health_alarms import AlarmView
from db.health_counting import DayCount
from db.health_days import VersionCount
from db.health_decisions import DecisionView
from health.alarms.decisions import found_then
from health.baselines import Baseline, added_up, days_words, in_words, of_versions
from health.estimates import rate, share_words
from health.findings import Finding
from health.history import DayFigures
from health.input_drift import RECENT_DAYS, in_use
from health.sentences import listed
from health.status import LEAST_OF_VERSION
from health.summary import ESTIMATED

# Of so many days where no answers are right less often than before; of more where these have too few of the version in use.
DAYS = 28
# What alarms are about.
_WHAT = {
    "accuracy": "wrong answers",
    "errors": "failed requests",
    "inputs": "changed inputs or answers",
}


@dataclass(frozen=True, kw_only=True)
class Normal:
    """What would be accepted now: a `baseline`, of the version `in_use` alone where at least LEAST_OF_VERSION of its answers are checked. Of
    fewer there are `too_few`; `after` is the day on which somebody closed the last fall, before which nothing is normal.
    `doubt` is a sentence on alarms of its days, empty without one."""

    baseline: Baseline
    in_use: str = ""
    too_few: int | None = None
    after: date | None = None
    doubt: str = ""

    @property
    def figure(self) -> str:
        """`27 checked cases of version 2, 3 November to 1 December: 96 % right, 82 to 99 %`; empty where none is checked."""
        found = self.baseline
        if not found.n:
            return ""
        right = rate(found.right, found.n)
        cases = "1 checked case" if found.n == 1 else f"{found.n:,} checked cases"
        dates = f", {days_words(found.since, found.until)}" if found.since else ""
        ends = f"{right.low * 100:.0f} to {right.high * 100:.0f} %"
        return (
            f"{cases}{of_versions(found.checked)}{dates}: {share_words(found.share)} right, {ends}"
        )

    @property
    def words(self) -> str:
        """The same as a sentence, and that too few of the version in use are checked, where that is so."""
        return " ".join(filter(None, (self.figure and f"{self.figure}.", self._few_words())))

    def _few_words(self) -> str:
        if self.too_few is None or not self.baseline.n:
            return ""
        if set(self.baseline.checked) <= {self.in_use}:
            return f"These are fewer than {LEAST_OF_VERSION}: a fall would be noticed late."
        named = f"version {self.in_use}" if self.in_use else "the version"
        since = f" since a fall was closed on {in_words(self.after)}" if self.after else ""
        known = f"only {self.too_few:,}" if self.too_few else "none"
        return (
            f"It is not of {named} alone, which is in use: {known} of its answers {'is' if self.too_few == 1 else 'are'} "
            f"checked{since}, and it takes {LEAST_OF_VERSION}."
        )


def normal_of(
    counted: Sequence[DayCount],
    days: Sequence[DayFigures],
    findings: Iterable[Finding],
    steps: Sequence[DecisionView],
    today: date,
    alarms: Iterable[AlarmView] = (),
) -> Normal:
    """What would be accepted of the cases `counted`, and of their `days`: while answers are right less often, of those checked since that
    began, for what came before is the old normal; else of the last weeks, without what came before the last fall that somebody
    closed. `steps` are the newest first, and `alarms` those of the model."""
    findings = list(findings)
    found = _normal_of(counted, days, findings, steps, today)
    return replace(found, doubt=doubt_words(found.baseline, findings, alarms))


def doubt_words(
    baseline: Baseline, findings: Iterable[Finding], alarms: Iterable[AlarmView]
) -> str:
    """Which alarms the days of a baseline have, and how many of its cases are of a version whose answers one is about: `Careful: these days
    have an open alarm (wrong answers, since 14 November), and …`. Empty where none has."""
    if not baseline.n:
        return ""
    first, open_ones = baseline.since or baseline.until, [f for f in findings if f.kind in _WHAT]
    known = _open_words([found for found in open_ones if not found.is_over])
    known += [
        f"one that is over ({_WHAT['accuracy']}, noticed on {in_words(alarm.opened_at.date())}, over since {in_words(alarm.ended_at.date())})"
        for alarm in alarms
        if alarm.kind == "accuracy" and alarm.ended_at and alarm.ended_at.date() >= first
    ]
    if not known:
        return ""
    return f"Careful: these days have {listed(known)}{_of_bad_versions(baseline, open_ones)}: what was wrong then becomes normal."


def _open_words(found: Sequence[Finding]) -> list[str]:
    """`2 open alarms (wrong answers, since 14 November; failed requests, since 20 November)`."""
    each = "; ".join(
        f"{_WHAT[f.kind]}{f', since {in_words(f.since)}' if f.since else ''}" for f in found
    )
    many = "an open alarm" if len(found) == 1 else f"{len(found)} open alarms"
    return [f"{many} ({each})"] if found else []


def _of_bad_versions(baseline: Baseline, findings: Iterable[Finding]) -> str:
    """How many of the checked cases are of versions that a fall is about."""
    falls = {v for found in findings if found.kind == "accuracy" for v in found.checked}
    bad = [version for version in baseline.checked if version in falls]
    count = sum(sum(baseline.checked[version]) for version in bad)
    if not (count and of_versions(bad)):
        return ""
    are = "is" if count == 1 else "are"
    return f", and {count:,} of these {baseline.n:,} cases {are}{of_versions(bad)}, whose answers it is about"


def _normal_of(
    counted: Sequence[DayCount],
    days: Sequence[DayFigures],
    findings: Iterable[Finding],
    steps: Sequence[DecisionView],
    today: date,
) -> Normal:
    used = version_in_use(counted, today)
    fall = next((f for f in findings if f.kind == "accuracy" and not f.is_over and f.checked), None)
    after = None if fall else _closed_fall(steps)
    lately, wider = _windows(days, fall.since if fall else None, after, today)
    for some in (lately, wider):
        own = _baseline(some, today, used)
        if own.n >= LEAST_OF_VERSION:
            return Normal(baseline=own, in_use=used or "")
    every = _baseline(lately, today)
    if not every.n:
        every = _baseline(_windows(days, None, None, today)[0], today)
    few = _baseline(wider, today, used).n
    return Normal(baseline=every, in_use=used or "", too_few=few, after=after)


def version_in_use(counted: Sequence[DayCount], today: date) -> str | None:
    """The version whose inputs are compared, too (health/input_drift.py), of cases by day."""
    found: dict[str, list[DayCount]] = defaultdict(list)
    for count in counted:
        if count.outcome == "answered" and count.purpose in ESTIMATED and not count.is_deleted:
            found[count.key.version].append(count)
    first = today - timedelta(days=RECENT_DAYS - 1)
    return in_use(
        [
            VersionCount(
                version=version,
                cases=sum(each.cases for each in some),
                lately=sum(each.cases for each in some if each.day >= first),
                last_at=max(each.last_at for each in some),
            )
            for version, some in found.items()
        ]
    )


def _closed_fall(steps: Sequence[DecisionView]) -> date | None:
    """The day on which somebody closed a fall last."""
    closed = (s for s in steps if s.action == "closed" and "accuracy" in found_then(s))
    return next((step.created_at.date() for step in closed), None)


def _windows(
    days: Sequence[DayFigures], since: date | None, after: date | None, today: date
) -> tuple[list[DayFigures], list[DayFigures]]:
    """The days that are looked at first, and those where these have too few: since a day, or of the last weeks and all, after another one."""
    if since:
        found = [day for day in days if day.day >= since]
        return found, found
    later = [day for day in days if after is None or day.day > after]
    return [day for day in later if day.day > today - timedelta(days=DAYS)], later


def _baseline(days: Iterable[DayFigures], today: date, version: str | None = None) -> Baseline:
    """Of the answers of these days that are checked, of one version where it is told; `since` is the first of them."""
    checked = {
        day.day: {v: n for v, n in day.checked.items() if version in (None, v)} for day in days
    }
    by_version = added_up(checked[day] for day in sorted(checked))
    right = sum(labels[0] for labels in by_version.values())
    return Baseline(
        right=right,
        n=right + sum(labels[1] for labels in by_version.values()),
        until=today,
        since=min((day for day, found in checked.items() if found), default=None),
        checked=by_version,
    )
