"""Queries on how far the checked cases of each model version were off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db.tables import HealthCalibration, HealthRevision

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class CalibrationView:
    """Of the checked cases of a version, the oldest first: how far each was off, and how many cases it stands for. `reply` is
    the share of those who were asked and answered; `held` how often the later half was within what the earlier allows,
    with its 95 % interval. `demonstration` of the checked cases are the history of a demonstration.
    `revision` is that of the counts by day that it was made after."""

    server: str
    model: str
    version: str
    kind: str
    scores: Sequence[float] = field(default_factory=list)
    weights: Sequence[float] = field(default_factory=list)
    reply: float
    held: float | None
    held_low: float | None
    held_high: float | None
    held_n: int
    demonstration: int | None = 0
    revision: str = ""
    computed_at: datetime = _NEVER


_NAMES = tuple(each.name for each in fields(CalibrationView))


def of_version(session: Session, server: str, model: str, version: str) -> CalibrationView | None:
    """What is kept of a version that is seen."""
    query = select(HealthCalibration).filter_by(server=server, model=model, version=version)
    row = session.scalar(query)
    return None if row is None else CalibrationView(**{n: getattr(row, n) for n in _NAMES})


def changed(session: Session) -> list[tuple[str, str, str]]:
    """(server, model, revision) of the models whose counts by day are newer than what is kept here, or of which something was
    kept that did not know the demonstration."""
    table, counted = HealthCalibration, HealthRevision
    same = (
        table.server == counted.server,
        table.model == counted.model,
        table.revision == counted.revision,
        table.demonstration.is_not(None),
    )
    query = select(counted.server, counted.model, counted.revision).where(~exists().where(*same))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def replace_all(
    session: Session, server: str, model: str, views: Sequence[CalibrationView]
) -> None:
    """Of a model these, and none of those before. Raises Conflict where another process does the same now."""
    session.execute(delete(HealthCalibration).filter_by(server=server, model=model))
    session.add_all(
        HealthCalibration(**{name: getattr(each, name) for name in _NAMES}) for each in views
    )
    session.flush()
