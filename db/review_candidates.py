"""Which cases may come into the review queue: the conditions of each reason, and the cases that meet one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.review import FIRST
from db.scope import reviewed_in
from db.tables import Case, Feedback, ReviewItem


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Answered cases of a model that may come into the queue: of these purposes and of this time."""

    server: str
    model: str
    purposes: tuple[str, ...]
    since: datetime
    until: datetime | None = None
    limit: int = 200


def is_drawn() -> ColumnElement[bool]:
    """Drawn for audit, and nobody has decided."""
    return and_(Case.is_audited, ~_is_said(Feedback.judgement != "unsure"))


def is_flagged() -> ColumnElement[bool]:
    """Somebody says that the answer is wrong, and not as a reviewer."""
    return _is_said(Feedback.judgement == "incorrect", Feedback.channel != "review")


def is_sampled(share: float) -> ColumnElement[bool]:
    """A share of those that were not drawn for audit.

    Their draw is uniform above the audit's probability, so that the same logged draw serves: nothing is drawn again.
    """
    place = Case.audit_draw - Case.audit_probability
    return and_(~Case.is_audited, place < share * (1.0 - Case.audit_probability))


def is_without_truth() -> ColumnElement[bool]:
    """Drawn for audit, and nobody has said what is right."""
    known = or_(
        *(
            column.is_not(None)
            for column in (Feedback.truth_label, Feedback.truth_number, Feedback.truth_text)
        )
    )
    return and_(Case.is_audited, ~_is_said(known))


def is_answered_otherwise(far: float) -> ColumnElement[bool]:
    """Another version was asked the same and answered otherwise: another class, or a number so far away, as a share."""
    again = aliased(Case)
    other = or_(
        again.answer_label != Case.answer_label,
        func.abs(again.answer_number - Case.answer_number) > far * func.abs(Case.answer_number),
    )
    is_same_question = and_(again.parent_id == Case.id, again.outcome == "answered")
    return exists(again.id).where(is_same_question, again.version != Case.version, other)


def candidates(
    session: Session, wanted: Candidates, condition: ColumnElement[bool] | None = None
) -> Sequence[Case]:
    """Cases without an item, the newest first, that who asks reviews."""
    conditions = [
        reviewed_in(session),
        Case.server == wanted.server,
        Case.model == wanted.model,
        Case.outcome == "answered",
        Case.purpose.in_(wanted.purposes),
        Case.created_at >= wanted.since,
    ]
    if wanted.until is not None:
        conditions.append(Case.created_at < wanted.until)
    if condition is not None:
        conditions.append(condition)
    is_asked_for = exists(ReviewItem.id).where(ReviewItem.case_id == Case.id)
    query = select(Case).where(*conditions, ~is_asked_for)
    newest = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(wanted.limit)
    return session.scalars(newest).all()


def entered_before(
    session: Session, wanted: Candidates, before: datetime, limit: int
) -> list[dict[str, object]]:
    """What was entered in the newest cases of a model before a moment."""
    query = select(Case.entered).where(
        reviewed_in(session),
        Case.server == wanted.server,
        Case.model == wanted.model,
        Case.purpose.in_(wanted.purposes),
        Case.created_at < before,
    )
    return list(session.scalars(query.order_by(Case.created_at.desc()).limit(limit)))


def waiting_cases(
    session: Session, wanted: Candidates, condition: ColumnElement[bool]
) -> list[str]:
    """The ids of cases of which nobody has answered the first reading."""
    query = (
        select(Case.id)
        .join(ReviewItem, ReviewItem.case_id == Case.id)
        .where(ReviewItem.reading == FIRST, ReviewItem.state.in_(("open", "expired")))
        .where(Case.server == wanted.server, Case.model == wanted.model, condition)
        .where(Case.created_at >= wanted.since, Case.created_at < wanted.until)
    )
    return list(session.scalars(query.limit(wanted.limit)))


def _is_said(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(Feedback.id).where(Feedback.case_id == Case.id, Feedback.is_current, *conditions)
