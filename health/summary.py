"""The condition of models in numbers: by model and version, and over time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol, TypeVar

import db.health
import db.health_days
import db.health_durations
import db.health_figures
from db.cases import DEMO, GENUINE
from db.durations import Durations, percentiles
from db.engine import Session, Sessions, snapshot
from db.health import BucketCount, ModelVersion, Selection, Step
from db.health_counting import DayCount, DayStatements
from db.ids import utc_now
from db.scope import scope_of
from health.cohort import EVERY, Cohort
from health.domains import accuracy_within
from health.estimates import Estimate, Group, Rate, accuracy, is_census, rate
from health.known_rows import KnownRows

# Percentiles come from the newest days with so many cases: what holds now.
LATENCY_SAMPLE = 2_000
# Nothing was sent, so these say nothing of the model.
NOT_SENT = ("invalid",)
# Asked, and no answer is recorded: neither answered nor failed, as far as anybody knows.
UNKNOWN = "asked"
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
SPANS = {"hour": timedelta(hours=48), "day": timedelta(days=30)}
MAX_POINTS = 2_000
# Accuracy is of what somebody wanted to know of something that there is; speed and errors are of every request that
# a person made.
ESTIMATED = GENUINE
SERVED = (*GENUINE, "scenario", "replay")
# Rows of files are checked less than what people asked themselves (health/estimates.py).
ROW = "batch"
# A file asks many rows at once, and waits for no single one: its rows say neither how fast people are answered nor how often.
ONE_BY_ONE = tuple(purpose for purpose in SERVED if purpose != ROW)
# What was asked again, to compare versions, has times that nobody felt: they are no part of how long people wait.
AGAIN = "replay"
TIMED = tuple(purpose for purpose in ONE_BY_ONE if purpose != AGAIN)
# The cases of a demonstration have times of their own, those of single requests.
MANY_AT_ONCE = (ROW,)
HISTORY = "the history of the demonstration: real answers to questions that nobody asked."


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Seconds from asking to answer, as percentiles of `n` answered cases of whole days; each is within 1 % of that of the cases
    themselves (db/durations.py)."""

    p50: float
    p95: float
    p99: float
    n: int


@dataclass(frozen=True, kw_only=True)
class HealthRow:
    """What is known of one model version.

    A case that failed before a version answered counts under the version that was asked for, which
    may be empty. `unknown` were asked, and no answer is recorded: they are under way, or their process
    ended. `error_rate` leaves those out, and the cases that were never sent. `feedback` has the
    current statements by channel and judgement. `demonstration` of the cases are the history of a demonstration, and `asked_again` were
    asked again, to compare versions.
    `latency` is of the newest answers that were asked for one by one, `row_latency` of the newest rows of files or of a demonstration:
    of the whole request that each went in.
    """

    server: str
    model: str
    version: str
    cases: int
    answered: int
    unknown: int
    errors: Mapping[str, int]
    error_rate: Rate
    feedback: Mapping[str, Mapping[str, int]]
    accuracy: Estimate
    latency: Latency | None
    last_case_at: datetime
    demonstration: int = 0
    asked_again: int = 0
    row_latency: Latency | None = None


@dataclass(frozen=True, kw_only=True)
class SeriesPoint:
    """One hour or day (UTC), also when nothing happened in it."""

    start: datetime
    cases: int
    answered: int
    errors: int
    mean_seconds: float | None


def summarise(
    sessions: Sessions,
    *,
    server: str | None = None,
    model: str | None = None,
    cohort: Cohort = EVERY,
) -> list[HealthRow]:
    """One row for each model version that was asked, in alphabetical order, of the cases of a cohort."""
    every = Selection(purposes=SERVED, server=server, model=model)
    with snapshot(sessions) as session:
        of = (scope_of(session), server, model, cohort)
        counted_as = db.health_days.counted_as(session, every)
        rows = _known.find(of, counted_as)
        if rows is None:
            rows = _rows(session, cohort.of(every), cohort)
    _known.keep(of, counted_as, rows)
    return (
        [replace(row, error_rate=rate(0, 0)) for row in rows]
        if cohort.is_of_answered
        else list(rows)
    )


_known: KnownRows[list[HealthRow]] = KnownRows()


def _rows(session: Session, served: Selection, cohort: Cohort) -> list[HealthRow]:
    estimated = replace(served, purposes=ESTIMATED)
    counts = _by_key(db.health_days.by_version(session, served))
    statements = _by_key(db.health_days.statements(session, estimated))
    singly, many = (
        db.health_durations.durations(session, replace(served, purposes=some), LATENCY_SAMPLE)
        for some in (TIMED, MANY_AT_ONCE)
    )
    whole = counts
    if not cohort.is_whole:
        whole = _by_key(db.health_days.by_version(session, cohort.whole.of(served)))
    return [
        _row(
            counts[key],
            statements.get(key, []),
            (singly.get(key), many.get(key)),
            accuracy_of(cohort, counts[key], whole.get(key, [])),
        )
        for key in sorted(counts, key=_in_order)
    ]


def models(sessions: Sessions) -> list[tuple[str, str]]:
    """The (server, model) of all that were asked, in alphabetical order. Raises StorageError."""
    with snapshot(sessions) as session:
        return db.health_figures.models(session, Selection(purposes=SERVED))


def recent_series(
    sessions: Sessions,
    *,
    server: str | None = None,
    model: str | None = None,
    cohort: Cohort = EVERY,
    by: Step = "day",
    clock: Callable[[], datetime] = utc_now,
) -> list[SeriesPoint]:
    """Counts by hour or day of a cohort up to its end or now, without gaps; the last 48 hours or 30 days unless told."""
    now = min(clock(), cohort.until - timedelta(seconds=1)) if cohort.until else clock()
    first = _start(max(cohort.since or now - SPANS[by], now - STEPS[by] * (MAX_POINTS - 1)), by)
    served = replace(cohort.of(Selection(purposes=SERVED, server=server, model=model)), since=first)
    with snapshot(sessions) as session:
        if by == "day":
            buckets = db.health_figures.buckets(session, served)
        else:
            buckets = db.health.buckets(session, served)
    counted = {start: list(counts) for start, counts in groupby(buckets, key=lambda c: c.start)}
    points = int((_start(now, by) - first) / STEPS[by]) + 1
    starts = (first + STEPS[by] * i for i in range(points))
    return [_point(start, counted.get(start, [])) for start in starts]


class _Keyed(Protocol):
    @property
    def key(self) -> ModelVersion: ...


_Count = TypeVar("_Count", bound=_Keyed)


def _by_key(counts: Iterable[_Count]) -> dict[ModelVersion, list[_Count]]:
    by_version: dict[ModelVersion, list[_Count]] = defaultdict(list)
    for count in counts:
        by_version[count.key].append(count)
    return dict(by_version)


def _in_order(key: ModelVersion) -> tuple[str, str, str]:
    return key.server, key.model, key.version


def _row(
    counts: Sequence[DayCount],
    statements: Sequence[DayStatements],
    times: tuple[Durations | None, Durations | None],
    right: Estimate,
) -> HealthRow:
    """`times` of what was asked one by one, and of many at once."""
    key, cases, (singly, many) = counts[0].key, _cases(counts), times
    errors = {name: cases[name] for name in sorted(cases) if name not in ("answered", UNKNOWN)}
    return HealthRow(
        server=key.server,
        model=key.model,
        version=key.version,
        cases=sum(cases.values()),
        answered=cases.get("answered", 0),
        unknown=cases.get(UNKNOWN, 0),
        errors=errors,
        error_rate=_error_rate(cases),
        feedback=_feedback(statements),
        accuracy=right,
        latency=latency_of(singly),
        last_case_at=max(count.last_at for count in counts),
        demonstration=demonstration(counts),
        asked_again=asked_again(counts),
        row_latency=latency_of(many),
    )


def accuracy_of(cohort: Cohort, counts: Sequence[DayCount], whole: Sequence[DayCount]) -> Estimate:
    """How often answers are right among the `counts` of a cohort, of which `whole` has all of its versions and days."""
    if cohort.is_whole:
        return accuracy(groups(counts))
    every = list(groups(whole))
    some = counts if is_census(every) else cohort.speaking(counts)
    return accuracy_within(groups(some), every)


def groups(counts: Iterable[DayCount]) -> list[Group]:
    """Answered cases about something that there is, as the estimate takes them: those that are alike together."""
    alike: Counter[tuple[str, bool, float, bool, bool, str | None]] = Counter()
    for count in counts:
        if count.outcome == "answered" and count.purpose in ESTIMATED:
            lottery = (count.probability, count.is_audited)
            said = (count.is_volunteered, count.judgement)
            alike[count.key.version, count.purpose == ROW, *lottery, *said] += count.cases
    return [
        Group(
            version=version,
            is_row=is_row,
            probability=probability,
            is_audited=is_audited,
            is_volunteered=is_volunteered,
            is_right=None if judgement is None else judgement == "correct",
            cases=cases,
        )
        for (
            version,
            is_row,
            probability,
            is_audited,
            is_volunteered,
            judgement,
        ), cases in alike.items()
    ]


def latency_of(durations: Durations | None) -> Latency | None:
    """Their percentiles; None without any."""
    if durations is None:
        return None
    p50, p95, p99 = percentiles(durations, (50, 95, 99))
    return Latency(p50=p50, p95=p95, p99=p99, n=durations.n)


def unchecked(counts: Iterable[DayCount]) -> int:
    """How many drawn answers, of those that are still there, nobody has judged right or wrong."""
    return sum(
        count.cases
        for count in counts
        if count.outcome == "answered" and count.purpose in ESTIMATED and count.is_audited
        if count.judgement is None and not count.is_deleted
    )


def demonstration(counts: Iterable[DayCount]) -> int:
    """How many of the cases are the history of a demonstration."""
    return sum(count.cases for count in counts if count.purpose == DEMO)


def asked_again(counts: Iterable[DayCount]) -> int:
    """How many of the cases were asked again, to compare versions."""
    return sum(count.cases for count in counts if count.purpose == AGAIN)


def demonstration_words(count: int, cases: int, again: int = 0) -> str:
    """`2,296 of 2,310 cases are the history of the demonstration.`, and what the others that were asked `again` are; nothing where none is."""
    if not count:
        return ""
    of = f"{count:,} of {cases:,} cases" if count < cases else f"All {cases:,} cases"
    words = f"{'The only case' if cases == 1 else of} {'is' if count == 1 else 'are'} {HISTORY}"
    if not again:
        return words
    were = "1 other was" if again == 1 else f"{again:,} others were"
    return (
        f"{words} {were} asked again, to compare versions: {'it counts' if again == 1 else 'they count'} among the requests, but neither in how "
        "often answers are right nor in times."
    )


def _cases(counts: Iterable[DayCount | BucketCount]) -> Counter[str]:
    """Cases by outcome: of those that are there, and of those that were deleted since."""
    cases: Counter[str] = Counter()
    for count in counts:
        cases[count.outcome] += count.cases
    return cases


def _error_rate(cases: Mapping[str, int]) -> Rate:
    left_out = (*NOT_SENT, UNKNOWN)
    sent = {outcome: count for outcome, count in cases.items() if outcome not in left_out}
    n = sum(sent.values())
    return rate(n - sent.get("answered", 0), n)


def _feedback(statements: Sequence[DayStatements]) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for count in statements:
        counted[count.channel][count.judgement] += count.statements
    return {channel: dict(counts) for channel, counts in counted.items()}


def _start(moment: datetime, by: Step) -> datetime:
    whole = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return whole.replace(hour=0) if by == "day" else whole


def _point(start: datetime, counts: Sequence[BucketCount]) -> SeriesPoint:
    cases = _cases(counts)
    unknown = cases.pop(UNKNOWN, 0)
    seconds = sum(c.mean_seconds * c.cases for c in counts if c.outcome != UNKNOWN)
    ended = sum(cases.values())
    answered = cases.get("answered", 0)
    return SeriesPoint(
        start=start,
        cases=ended + unknown,
        answered=answered,
        errors=ended - answered - sum(cases.get(outcome, 0) for outcome in NOT_SENT),
        mean_seconds=seconds / ended if ended else None,
    )
