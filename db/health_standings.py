"""Queries on what Health said of each model when it looked last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.tables import HealthStanding


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """The word of a model and why, its accuracy with the 95 % interval from `n` judged cases, and who takes care of it.
    `demonstration` of its cases are the history of a demonstration. `sizes` says how far its numbers are off; empty where it answers
    none. `put_off` is known by the decisions, and not kept with it."""

    server: str
    model: str
    computed_at: datetime
    word: str
    sentence: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    acknowledged_by: str
    demonstration: int = 0
    sizes: str = ""
    put_off: str = ""


_NAMES = tuple(field.name for field in fields(StandingView) if field.name != "put_off")


def replace_all(session: Session, standings: Sequence[StandingView]) -> None:
    """These, and none of those before. Raises Conflict where another process does the same now."""
    session.execute(delete(HealthStanding))
    session.add_all(map(_row, standings))
    session.flush()


def _row(standing: StandingView) -> HealthStanding:
    return HealthStanding(**{name: getattr(standing, name) for name in _NAMES})


def replace_one(session: Session, standing: StandingView) -> None:
    """This of its model, and not what was kept of it before. Raises Conflict where another process does the same now."""
    forget(session, standing.server, standing.model)
    session.add(_row(standing))
    session.flush()


def forget(session: Session, server: str, model: str) -> None:
    """What was said of a model is no longer so."""
    session.execute(delete(HealthStanding).filter_by(server=server, model=model))


def acknowledge(session: Session, server: str, model: str, person: str) -> None:
    """Who takes care of a model, where something is kept of it."""
    query = update(HealthStanding).filter_by(server=server, model=model)
    session.execute(query.values(owner=person))


def every(session: Session) -> list[StandingView]:
    """All that are seen."""
    rows = session.scalars(select(HealthStanding))
    return [StandingView(**{name: getattr(row, name) for name in _NAMES}) for row in rows]
