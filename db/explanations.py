"""Queries on explanations."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Explanation


@dataclass(frozen=True, kw_only=True)
class ExplanationView:
    """An explanation as it was recorded."""

    id: str
    case_id: str
    created_at: datetime
    method: str
    status: str
    rows: int
    calls: int
    seconds: float
    seed: int | None
    result: dict[str, object] | None
    sentence: str
    error: str


def add(session: Session, explanation: ExplanationView) -> ExplanationView:
    """Add an explanation; answers it as it can be read back."""
    names = [field.name for field in fields(ExplanationView)]
    row = Explanation(**{name: getattr(explanation, name) for name in names})
    session.add(row)
    session.flush()
    session.refresh(row)
    return _view(row)


def of_case(session: Session, case_id: str) -> list[ExplanationView]:
    """Explanations of a case, the newest first."""
    query = select(Explanation).where(Explanation.case_id == case_id)
    newest_first = query.order_by(Explanation.created_at.desc(), Explanation.id.desc())
    return [_view(row) for row in session.scalars(newest_first)]


def _view(row: Explanation) -> ExplanationView:
    names = [field.name for field in fields(ExplanationView)]
    return ExplanationView(**{name: getattr(row, name) for name in names})
