"""Queries on scenarios: which case was asked to see what would be different from which."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Scenario


@dataclass(frozen=True, kw_only=True)
class ScenarioView:
    """A scenario as it was recorded: `asked_id` is the case that was asked, `case_id` the one it starts from."""

    id: str
    case_id: str
    asked_id: str
    name: str
    person: str
    created_at: datetime
    idempotency_key: str


def add(session: Session, scenario: ScenarioView) -> ScenarioView:
    """Add a scenario; answers it as it can be read back."""
    row = Scenario(**{f.name: getattr(scenario, f.name) for f in fields(ScenarioView)})
    session.add(row)
    session.flush()
    session.refresh(row)
    return _view(row)


def by_key(session: Session, key: str) -> ScenarioView | None:
    """The scenario that was recorded under an idempotency key."""
    row = session.scalar(select(Scenario).where(Scenario.idempotency_key == key))
    return None if row is None else _view(row)


def of_case(session: Session, case_id: str, limit: int) -> list[ScenarioView]:
    """The newest scenarios of a case, in the order in which they were asked."""
    query = select(Scenario).where(Scenario.case_id == case_id)
    newest = query.order_by(Scenario.created_at.desc(), Scenario.id.desc()).limit(limit)
    return [_view(row) for row in reversed(session.scalars(newest).all())]


def by_asked(session: Session, case_id: str) -> ScenarioView | None:
    """The scenario that this case is; None when it is none."""
    row = session.scalar(select(Scenario).where(Scenario.asked_id == case_id).limit(1))
    return None if row is None else _view(row)


def count(session: Session, case_id: str) -> int:
    """How many scenarios a case has."""
    query = select(func.count()).select_from(Scenario).where(Scenario.case_id == case_id)
    return session.scalar(query) or 0


def _view(row: Scenario) -> ScenarioView:
    return ScenarioView(**{f.name: getattr(row, f.name) for f in fields(ScenarioView)})
