"""What goes wrong in the history of the demonstration, so that Health has something true to show.

Each incident happens to cases as they are asked: a sensor that reports in another unit from a day on, a client that cuts texts
short, an old client that leaves a field out, a server that does not answer for some hours and is slow after them, and, by the plan (demonstration/plan.py), a version that is
rolled out again by mistake and a model that nobody asks any more. What Health says of them it computes from the cases, like anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cases.attempt import Predictor
from demonstration.plan import MISTAKE, working_day
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
class CutTexts:
    """From a day on a share of the texts of a field comes with its first few characters alone."""

    model: str
    field: str
    characters: int
    first: int
    share: float


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """In some days a share of the rows comes without a value for a field."""

    model: str
    field: str
    days: tuple[int, int]
    share: float


@dataclass(frozen=True, kw_only=True)
class Outage:
    """On a day nobody answers for any model, between two hours (UTC); until a third one after them answers take
    `times_as_long`."""

    day: int
    from_hour: float
    to_hour: float
    slow_until: float
    times_as_long: float


UNIT_CHANGE = UnitChange(
    model="breast-cancer", field="mean texture", factor=0.1, first=76, share=0.5
)
CUT_TEXTS = CutTexts(model="language-id", field="text", characters=5, first=74, share=0.8)
# With the old version comes the old client.
LEFT_OUT = LeftOut(model="penguins", field="body_mass_g", days=MISTAKE, share=0.9)
OUTAGE = Outage(day=79, from_hour=9.0, to_hour=15.0, slow_until=17.0, times_as_long=30.0)


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
    return outage.from_hour <= _hours(at, start, outage) < outage.to_hour


def times_as_long(at: datetime, start: datetime, outage: Outage = OUTAGE) -> float:
    """How many times as long as usually an answer takes at that moment."""
    is_slow = outage.to_hour <= _hours(at, start, outage) < outage.slow_until
    return outage.times_as_long if is_slow else 1.0


def _hours(at: datetime, start: datetime, outage: Outage) -> float:
    """How many hours of the day of the outage have gone; nobody notices one on a weekend."""
    midnight = start + timedelta(days=working_day(start, outage.day))
    return (at - midnight) / timedelta(hours=1)


def as_measured(
    row: Mapping[str, object],
    model: str,
    at: datetime,
    start: datetime,
    random: Random,
) -> dict[str, object]:
    """The row as it comes on that day."""
    values, by = dict(row), random.random()
    unit, cut, left_out = UNIT_CHANGE, CUT_TEXTS, LEFT_OUT
    number, text = values.get(unit.field), values.get(cut.field)
    if _meets(unit, model, at, start, by) and isinstance(number, int | float):
        values[unit.field] = round(number * unit.factor, 4)
    if _meets(cut, model, at, start, by) and isinstance(text, str):
        values[cut.field] = text[: cut.characters].strip()
    first, last = (start + timedelta(days=day) for day in left_out.days)
    if model == left_out.model and first <= at < last and by < left_out.share:
        values[left_out.field] = None
    return values


def _meets(
    change: UnitChange | CutTexts, model: str, at: datetime, start: datetime, by: float
) -> bool:
    has_begun = at >= start + timedelta(days=change.first)
    return model == change.model and has_begun and by < change.share
