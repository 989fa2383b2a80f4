"""Which cases may come into the review queue: the conditions of each reason, and the cases that meet one.

They are looked for past the scope, once it is clear that who asks reviews the model: its conditions would say server and model
again, for the cases and for what is said of them, and a database that multiplies the shares expects a handful of cases where
there are thousands, and reads them the wrong way round. Nor does what comes into a queue hang on who has it filled.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from db.review import FIRST
from db.scope import scope_of
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


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that may come into the queue, as far as its reasons need it."""

    id: str
    created_at: datetime
    unlike: str | None
    answer: dict[str, object] | None
    audit_probability: float
    audit_draw: float


_COLUMNS = tuple(getattr(Case, field.name) for field in fields(Candidate))


def is_drawn() -> ColumnElement[bool]:
    """Drawn for audit, and nobody has decided."""
    return and_(Case.is_audited, ~_is_said(Feedback.judgement != "unsure"))


def is_one_of(ids: Select[str]) -> ColumnElement[bool]:
    """Among these cases."""
    return Case.id.in_(ids)


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
) -> Sequence[Candidate]:
    """Cases without an item, the newest first; none for who does not review the model."""
    if not _is_reviewed(session, wanted):
        return []
    conditions = [*_of_model(wanted), Case.outcome == "answered", Case.created_at >= wanted.since]
    if wanted.until is not None:
        conditions.append(Case.created_at < wanted.until)
    if condition is not None:
        conditions.append(condition)
    is_asked_for = exists(ReviewItem.id).where(ReviewItem.case_id == Case.id)
    query = select(*_COLUMNS).where(*conditions, ~is_asked_for)
    newest = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(wanted.limit)
    return [Candidate(**row._mapping) for row in session.connection().execute(newest)]


def waiting_cases(
    session: Session, wanted: Candidates, condition: ColumnElement[bool]
) -> list[str]:
    """The ids of cases of which nobody has answered the first reading."""
    if not _is_reviewed(session, wanted):
        return []
    query = (
        select(Case.id)
        .join(ReviewItem, ReviewItem.case_id == Case.id)
        .where(ReviewItem.reading == FIRST, ReviewItem.state.in_(("open", "expired")))
        .where(Case.server == wanted.server, Case.model == wanted.model, condition)
        .where(Case.created_at >= wanted.since, Case.created_at < wanted.until)
    )
    return list(session.connection().execute(query.limit(wanted.limit)).scalars())


def renew(session: Session, case_ids: Collection[str], now: datetime, expires_at: datetime) -> int:
    """Ask once more for the first reading of cases of which nobody gave it in time, for the same reason; how many."""
    is_over = and_(ReviewItem.state == "open", ReviewItem.expires_at <= now)
    query = (
        update(ReviewItem)
        .where(ReviewItem.case_id.in_(case_ids), ReviewItem.reading == FIRST)
        .where(or_(ReviewItem.state == "expired", is_over))
        .values(state="open", expires_at=expires_at)
        .returning(ReviewItem.id)
    )
    return len(session.scalars(query, execution_options={"synchronize_session": False}).all())


def _is_reviewed(session: Session, wanted: Candidates) -> bool:
    scope = scope_of(session)
    return all(of(wanted.server, wanted.model) for of in (scope.sees, scope.reviews))


def _of_model(wanted: Candidates) -> list[ColumnElement[bool]]:
    of_model = [Case.server == wanted.server, Case.model == wanted.model]
    return [*of_model, Case.purpose.in_(wanted.purposes)]


def _is_said(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(Feedback.id).where(Feedback.case_id == Case.id, Feedback.is_current, *conditions)
