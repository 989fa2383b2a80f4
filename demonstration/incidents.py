"""What goes wrong in the history of the demonstration, so that Health has something true to show.

Each incident happens to cases as they are asked: a sensor that reports in another unit from a day on, a server that does
not answer for some hours, and, by the plan (demonstration/plan.py), a version that is rolled back by mistake and a model
that nobody asks any more. What Health says of them it computes from the cases, like anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cases.attempt import Predictor
from db.engine import Sessions
from db.ids import id_at
from health.alarms.decisions import decide, decisions
from health.cohort import Cohort
from health.overview import look
from health.status import Baseline
from mds_client.errors import EndpointUnreachable
from mds_client.prediction import Prediction
from mds_client.signature import ModelRef, Signature


@dataclass(frozen=True, kw_only=True)
class UnitChange:
    """From a day on a share of the rows has a field in another unit: its values are multiplied by `factor`."""

    model: str
    field: str
    factor: float
    first: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Outage:
    """On a day nobody answers for any model, between two hours (UTC)."""

    day: int
    from_hour: float
    to_hour: float


UNIT_CHANGE = UnitChange(
    model="breast-cancer", field="mean texture", factor=0.1, first=76, share=0.5
)
OUTAGE = Outage(day=79, from_hour=9.0, to_hour=14.0)


@dataclass(frozen=True, kw_only=True)
class Unreachable:
    """A model whose server does not answer."""

    ref: ModelRef
    known: Signature

    def signature(self) -> Signature:
        return self.known

    def predict(self, _values: Any, /, *, request_id: str, trace_id: str) -> Prediction:
        raise EndpointUnreachable(
            "The server cannot be reached.",
            advice="Try again in a minute.",
            detail="connection refused",
        )


def unreachable(model: Predictor) -> Unreachable:
    """The same model while its server is down."""
    return Unreachable(ref=model.ref, known=model.signature())


def is_down(at: datetime, start: datetime, outage: Outage = OUTAGE) -> bool:
    """Whether the server is down at that moment of a history that begins at `start`."""
    midnight = start + timedelta(days=outage.day)
    hours = (at - midnight) / timedelta(hours=1)
    return outage.from_hour <= hours < outage.to_hour


def as_measured(
    row: Mapping[str, object],
    model: str,
    at: datetime,
    start: datetime,
    random: Random,
    change: UnitChange = UNIT_CHANGE,
) -> dict[str, object]:
    """The row as the sensor reports it on that day."""
    values, by = dict(row), random.random()
    value = values.get(change.field)
    is_changed = model == change.model and at >= start + timedelta(days=change.first)
    if is_changed and by < change.share and isinstance(value, int | float):
        values[change.field] = round(value * change.factor, 4)
    return values


# The second version of penguins did well, and somebody accepted that as the normal: what comes after is held against it.
ACCEPTED_MODEL, ACCEPTED_VERSION, ACCEPTED_DAYS = "penguins", "v2", (26, 60)


def accept_normal(sessions: Sessions, server: str, start: datetime, workspace: str) -> None:
    """Accept what the second version of penguins did as the baseline, once; by an account, on the last of its days."""
    if decisions(sessions, server, ACCEPTED_MODEL):
        return
    first, last = (start + timedelta(days=day) for day in ACCEPTED_DAYS)
    cohort = Cohort(version=ACCEPTED_VERSION, since=first, until=last)
    found = look(sessions, server, ACCEPTED_MODEL, cohort, clock=lambda: last)
    if found is None or not found.details.n:
        return
    weeks = [week.right for week in found.weeks if week.right.value is not None]
    normal = Baseline(
        right=round(sum((week.value or 0) * week.n for week in weeks)),
        n=sum(week.n for week in weeks),
        until=last.date(),
    )
    decide(
        sessions,
        server=server,
        model=ACCEPTED_MODEL,
        person="operator-1",
        decision="accepted",
        reason="v2 has been checked for five weeks",
        normal=normal,
        workspace=workspace,
        clock=lambda: last,
        new_id=lambda: id_at(last, Random("accepted")),  # noqa: S311
    )
