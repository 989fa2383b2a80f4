"""The condition of models in numbers: by model and version, and over time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol, TypeVar

import numpy as np

import db.deleted_counts
import db.health
from db.cases import GENUINE
from db.engine import Session, Sessions, reading
from db.health import (
    BucketCount,
    FeedbackCount,
    JudgedCount,
    ModelVersion,
    OutcomeCount,
    Selection,
    Step,
)
from db.ids import utc_now
from health.estimates import Estimate, Group, Rate, accuracy, rate

# Percentiles come from the newest cases: bounded work however many there are, and what holds now.
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


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Seconds from asking to answer, as percentiles of the newest `n` answered cases."""

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
    current statements by channel and judgement.
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
    version: str | None = None,
    since: datetime | None = None,
) -> list[HealthRow]:
    """One row for each model version that was asked, in alphabetical order."""
    served = Selection(purposes=SERVED, server=server, model=model, version=version, since=since)
    estimated = replace(served, purposes=ESTIMATED)
    with reading(sessions) as session:
        outcomes = _by_key(
            db.health.outcomes(session, served) + db.deleted_counts.outcomes(session, served)
        )
        statements = _by_key(
            db.health.statements(session, estimated)
            + db.deleted_counts.statements(session, estimated)
        )
        judged = _by_key(
            db.health.judged(session, estimated) + db.deleted_counts.judged(session, estimated)
        )
        return [
            _row(
                key,
                outcomes[key],
                statements.get(key, []),
                judged.get(key, []),
                _latency(session, key, served),
            )
            for key in sorted(outcomes, key=_in_order)
        ]


def recent_series(
    sessions: Sessions,
    *,
    server: str | None = None,
    model: str | None = None,
    version: str | None = None,
    since: datetime | None = None,
    by: Step = "day",
    clock: Callable[[], datetime] = utc_now,
) -> list[SeriesPoint]:
    """Counts by hour or day up to now, without gaps; the last 48 hours or 30 days unless told."""
    now = clock()
    first = _start(max(since or now - SPANS[by], now - STEPS[by] * (MAX_POINTS - 1)), by)
    served = Selection(purposes=SERVED, server=server, model=model, version=version, since=first)
    with reading(sessions) as session:
        buckets = db.health.buckets(session, served, by)
        if by == "day":
            buckets += db.deleted_counts.days(session, served)
    buckets.sort(key=lambda count: count.start)
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
    key: ModelVersion,
    outcomes: Sequence[OutcomeCount],
    statements: Sequence[FeedbackCount],
    judged: Sequence[JudgedCount],
    latency: Latency | None,
) -> HealthRow:
    cases = _cases(outcomes)
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
        accuracy=accuracy(_group(count) for count in judged),
        latency=latency,
        last_case_at=max(count.last_at for count in outcomes),
    )


def _cases(counts: Iterable[OutcomeCount | BucketCount]) -> Counter[str]:
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


def _feedback(statements: Sequence[FeedbackCount]) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for count in statements:
        counted[count.channel][count.judgement] += count.statements
    return {channel: dict(counts) for channel, counts in counted.items()}


def _group(count: JudgedCount) -> Group:
    return Group(
        probability=count.probability,
        is_audited=count.is_audited,
        is_volunteered=count.is_volunteered,
        is_right=None if count.judgement is None else count.judgement == "correct",
        cases=count.cases,
    )


def _latency(session: Session, key: ModelVersion, served: Selection) -> Latency | None:
    seconds = db.health.recent_seconds(session, key, served, limit=LATENCY_SAMPLE)
    if not seconds:
        return None
    p50, p95, p99 = (float(value) for value in np.percentile(seconds, (50, 95, 99)))
    return Latency(p50=p50, p95=p95, p99=p99, n=len(seconds))


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
