"""How often a model was right by week, and by version."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from api.v1.health.shares import Share, share_of
from api.v1.health.standing import Accuracy, accuracy_of
from health.over_time import VersionLine, Week


class WeekOfModel(BaseModel):
    """The drawn cases of seven days: the share that is right, of those that were judged."""

    start: date
    value: float | None
    low: float
    high: float
    n: int
    answered: int
    failed: int


class VersionOfModel(BaseModel):
    """One version, from the first to the last day on which it was asked."""

    version: str = Field(examples=["v2"])
    first: date
    last: date
    cases: int
    accuracy: Accuracy
    failed: Share = Field(description="Requests that failed, of those that were answered or failed")


def week_of(week: Week) -> WeekOfModel:
    right = week.right
    return WeekOfModel(
        start=week.start,
        value=right.value,
        low=right.low,
        high=right.high,
        n=right.n,
        answered=week.answered,
        failed=week.failed,
    )


def version_of(line: VersionLine) -> VersionOfModel:
    return VersionOfModel(
        version=line.version,
        first=line.first,
        last=line.last,
        cases=line.cases,
        accuracy=accuracy_of(line.accuracy),
        failed=share_of(line.failed),
    )
