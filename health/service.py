"""How a model serves: requests, the share that is answered, and what its objectives say of both and of the time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import db.health
import db.health_figures
from db.durations import within
from db.engine import Session, Sessions, snapshot
from db.health import BucketCount, Selection
from db.ids import utc_now
from health.answer_times import (
    AnswerTimes,
    answer_times,
    durations_of,
    reported_words,
    times_words,
)
from health.estimates import Rate, rate
from health.input_drift import midnight
from health.objectives import (
    HOURS,
    Budget,
    Counted,
    Objective,
    budget,
    burn_sentence,
    sentence,
    title,
)
from health.server_metrics.readings import Reading
from health.summary import NOT_SENT, ONE_BY_ONE, TIMED, UNKNOWN
from health.wording import rate_words

# The window where no objective has one: four weeks, so that every window has as many weekends.
DAYS = 28
# How a request ended that was not answered, as people call it.
OUTCOMES = {
    "unreachable": "server not reachable",
    "timeout": "too slow",
    "not_found": "no such model",
    "refused": "not accepted",
    "not_allowed": "access refused",
    "not_ready": "model not ready",
    "failed": "model failed",
    "unreadable": "answer not readable",
    "mismatch": "model changed",
    "error": "error of the workbench",
}
NO_OBJECTIVE = (
    "No objective is set for this model. Whoever operates the workbench can promise in the settings (objectives) which share "
    "of requests is answered, or how fast, over how many days."
)


@dataclass(frozen=True, kw_only=True)
class Service:
    """What was asked of all versions of a model in the last `days` days (UTC). `requests` were sent: answered, failed, or without
    an answer so far; `first` is the day of the first of them. `lately` is how many there were in the last so many hours.
    `availability` is the share that was answered of those that were answered or failed; `failures` are the others by their
    outcome, the most frequent first; `times` are how long answers took."""

    days: int
    first: date | None
    until: date
    requests: int
    lately: Mapping[int, int]
    availability: Rate
    failures: Mapping[str, int]
    budgets: Sequence[Budget]
    times: AnswerTimes

    @property
    def a_day(self) -> float | None:
        """Requests a day, from the first of them on."""
        return self.requests / ((self.until - self.first).days + 1) if self.first else None


@dataclass(frozen=True, kw_only=True)
class _Told:
    """Requests of a time: how many were sent, and how many of those that ended have failed, by their outcome."""

    sent: int
    ended: Counted
    failures: Mapping[str, int]
    first: date | None


def service(
    sessions: Sessions,
    server: str,
    model: str,
    objectives: Sequence[Objective] = (),
    *,
    clock: Callable[[], datetime] = utc_now,
) -> Service:
    """How a model served in the days of its objectives, or in four weeks without any. Rows of files count nowhere, nor do cases
    that were not sent because a person has to correct a value first; an objective for the time is of what people asked one by one, and not again.
    Raises StorageError."""
    now = clock()
    days = objectives[0].days if objectives else DAYS
    end = midnight(now) + timedelta(days=1)
    of = Selection(purposes=ONE_BY_ONE, server=server, model=model, until=end)
    window = replace(of, since=end - timedelta(days=days))
    hours = {each: replace(of, since=now - timedelta(hours=each)) for each in HOURS}
    with snapshot(sessions) as session:
        told = _told(db.health_figures.buckets(session, window))
        times = answer_times(session, window)
        lately = {n: _told(db.health.buckets(session, some)) for n, some in hours.items()}
        budgets = []
        for each in objectives:
            if each.seconds is None:
                counted, recent = told.ended, {n: some.ended for n, some in lately.items()}
            else:
                counted = _slow(session, window, each.seconds)
                recent = {n: _slow(session, some, each.seconds) for n, some in hours.items()}
            budgets.append(budget(each, counted, recent))
    return Service(
        days=days,
        first=told.first,
        until=now.date(),
        requests=told.sent,
        lately={n: some.sent for n, some in lately.items()},
        availability=rate(told.ended.n - told.ended.bad, told.ended.n),
        failures=told.failures,
        budgets=budgets,
        times=times,
    )


def words(found: Service, reading: Reading | None = None) -> list[str]:
    """The same in lines, for who reads no page; `reading` is what the model's server reports, None where nothing is read."""
    failed = f" Failed: {failures_words(found)}." if found.failures else ""
    lines = [
        f"{requests_words(found)}. Answered: {rate_words(found.availability)} in {found.days} days.{failed}",
        *(f"{kind}: {said}" for kind, said in times_words(found.times, f"in {found.days} days")),
    ]
    if reading is not None:
        lines.append(f"Time to answer, as the server reports it: {reported_words(reading)}")
    for each in found.budgets:
        burns = " ".join(burn_sentence(each, burn) for burn in each.burns)
        lines.append(f"Objective: {title(each.objective)}. {sentence(each)} {burns}")
    return lines if found.budgets else [*lines, NO_OBJECTIVE]


def requests_words(found: Service) -> str:
    """`Requests: 12.5 a day, 40 in the last 24 hours, 3 in the last hour`."""
    if found.a_day is None:
        return "No requests"
    a_day = f"{found.a_day:,.1f}" if found.a_day < 100 else f"{found.a_day:,.0f}"
    return f"Requests: {a_day} a day, {found.lately[24]:,} in the last 24 hours, {found.lately[1]:,} in the last hour"


def failures_words(found: Service) -> str:
    """`too slow: 9, model failed: 2`, by kind, the most frequent first."""
    return ", ".join(f"{OUTCOMES.get(kind, kind)}: {n:,}" for kind, n in found.failures.items())


def _told(buckets: Iterable[BucketCount]) -> _Told:
    cases: Counter[str] = Counter()
    days = []
    for bucket in buckets:
        if bucket.outcome not in NOT_SENT:
            cases[bucket.outcome] += bucket.cases
            days.append(bucket.start.date())
    sent = sum(cases.values())
    failed = {o: n for o, n in cases.most_common() if o not in ("answered", UNKNOWN)}
    bad = sum(failed.values())
    return _Told(
        sent=sent,
        ended=Counted(n=cases["answered"] + bad, bad=bad),
        failures=failed,
        first=min(days, default=None),
    )


def _slow(session: Session, selection: Selection, seconds: float) -> Counted:
    """Answers to what people asked one by one, and those of them that took longer."""
    timed = durations_of(session, replace(selection, purposes=TIMED))
    if timed is None:
        return Counted(n=0, bad=0)
    return Counted(n=timed.n, bad=timed.n - within(timed, seconds))
