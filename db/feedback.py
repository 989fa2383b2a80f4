"""Queries on feedback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from db.tables import Feedback


@dataclass(frozen=True, kw_only=True)
class FeedbackView:
    """One statement by one person on one case, as it was recorded."""

    id: str
    case_id: str
    created_at: datetime
    person: str
    channel: str
    judgement: str
    truth_label: str | None = None
    truth_number: float | None = None
    truth_text: str | None = None
    reason: str = ""
    comment: str = ""
    confidence: float | None = None
    replaces: str | None = None
    is_current: bool = True
    idempotency_key: str
    # What was answered to the questions of the model's owner, by question.
    answers: dict[str, object] | None = None

    @property
    def truth(self) -> str | float | None:
        """The right answer, whatever its kind, as far as the person gave one."""
        given = (self.truth_label, self.truth_number, self.truth_text)
        return next((truth for truth in given if truth is not None), None)


def add(session: Session, feedback: FeedbackView) -> FeedbackView:
    """Add a statement; answers it as it can be read back."""
    row = Feedback(**{field.name: getattr(feedback, field.name) for field in fields(FeedbackView)})
    session.add(row)
    session.flush()
    session.refresh(row)
    return view(row)


def retire(session: Session, feedback_id: str) -> None:
    """A statement stays in the history, but is no longer what its person says."""
    session.execute(update(Feedback).where(Feedback.id == feedback_id).values(is_current=False))


def by_key(session: Session, key: str) -> FeedbackView | None:
    """The statement that was recorded under an idempotency key."""
    row = session.scalar(select(Feedback).where(Feedback.idempotency_key == key))
    return None if row is None else view(row)


def current(session: Session, case_id: str, person: str) -> FeedbackView | None:
    """What a person says of a case now."""
    query = select(Feedback).filter_by(case_id=case_id, person=person, is_current=True)
    row = session.scalar(query)
    return None if row is None else view(row)


def of_case(session: Session, case_id: str) -> list[FeedbackView]:
    """Everything that was ever said of a case, the newest first."""
    query = select(Feedback).where(Feedback.case_id == case_id)
    newest_first = query.order_by(Feedback.created_at.desc(), Feedback.id.desc())
    return [view(row) for row in session.scalars(newest_first)]


def count_of(session: Session, case_id: str) -> int:
    """How many statements there are on a case, those that who asks may not read yet included: their number alone, past the
    scope. Of a case that is seen."""
    table = cast(Table, Feedback.__table__)
    query = select(func.count()).select_from(table).where(table.c.case_id == case_id)
    return session.connection().scalar(query) or 0


def current_of(session: Session, case_ids: Sequence[str]) -> dict[str, list[FeedbackView]]:
    """What people say now of some cases, by case; the newest first."""
    query = select(Feedback).where(Feedback.case_id.in_(case_ids), Feedback.is_current)
    by_case: dict[str, list[FeedbackView]] = {}
    for row in session.scalars(query.order_by(Feedback.created_at.desc(), Feedback.id.desc())):
        by_case.setdefault(row.case_id, []).append(view(row))
    return by_case


def said_now(session: Session, case_ids: Sequence[str]) -> dict[str, list[FeedbackView]]:
    """What people say now of some cases, by case, the newest first, whoever asks: to be compared, not to be shown."""
    table = cast(Table, Feedback.__table__)
    columns = [table.c[field.name] for field in fields(FeedbackView)]
    query = select(*columns).where(table.c.case_id.in_(case_ids), table.c.is_current)
    by_case: dict[str, list[FeedbackView]] = {}
    rows = session.connection().execute(
        query.order_by(table.c.created_at.desc(), table.c.id.desc())
    )
    for row in rows:
        said = FeedbackView(**row._mapping)
        by_case.setdefault(said.case_id, []).append(said)
    return by_case


def view(row: Feedback) -> FeedbackView:
    """A row as it was recorded."""
    return FeedbackView(**{field.name: getattr(row, field.name) for field in fields(FeedbackView)})
