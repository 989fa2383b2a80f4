"""Queries on comments, and on what a person has not seen yet of what was said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from db.limits import reviewed_in
from db.tables import SHORT, TAKEN_BACK, Case, CaseComment, Feedback, InboxSeen
from db.types import clip


@dataclass(frozen=True, kw_only=True)
class CommentView:
    """One comment. `answers_id` is the feedback or comment that it answers; `answer` is seen, known, fixed or empty."""

    id: str
    case_id: str
    created_at: datetime
    person: str
    words: str
    answers_id: str | None = None
    answer: str = ""
    fixed_in: str = ""
    idempotency_key: str


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """Something that was said on a case: a judgement (then `judgement` says which) or a comment."""

    id: str
    case_id: str
    created_at: datetime
    person: str
    server: str
    model: str
    judgement: str
    answer: str
    fixed_in: str
    words: str


_NAMES = tuple(field.name for field in fields(CommentView))


def add(session: Session, comment: CommentView) -> CommentView:
    """Add a comment; answers it as it can be read back. Raises Conflict for a key that is taken."""
    row = CaseComment(**{name: getattr(comment, name) for name in _NAMES})
    session.add(row)
    session.flush()
    session.refresh(row)
    return _view(row)


def by_key(session: Session, key: str) -> CommentView | None:
    """The comment that was recorded under an idempotency key."""
    row = session.scalar(select(CaseComment).where(CaseComment.idempotency_key == key))
    return None if row is None else _view(row)


def of_case(session: Session, case_id: str) -> list[CommentView]:
    """The comments on a case, the newest first."""
    query = select(CaseComment).where(CaseComment.case_id == case_id)
    rows = session.scalars(query.order_by(CaseComment.created_at.desc(), CaseComment.id.desc()))
    return [_view(row) for row in rows]


def is_said_of(session: Session, item_id: str, case_id: str) -> bool:
    """Whether this is a statement or a comment on that case."""
    return any(
        session.scalar(select(table.id).where(table.id == item_id, table.case_id == case_id))
        for table in (Feedback, CaseComment)
    )


def unseen(session: Session, person: str, since: datetime, limit: int) -> list[ItemView]:
    """What others said on a person's cases, or answered to what that person said, and they have not seen; the newest
    first, each of feedback and comments at most so many."""
    seen = select(InboxSeen.item_id).where(InboxSeen.person == person)
    judged = _judged().where(
        Case.person == person,
        Feedback.person != person,
        Feedback.is_current,
        Feedback.created_at >= since,
        Feedback.id.not_in(seen),
    )
    said = _commented().where(
        CaseComment.person != person,
        CaseComment.created_at >= since,
        or_(Case.person == person, CaseComment.answers_id.in_(_said_by(person))),
        CaseComment.id.not_in(seen),
    )
    return _newest(session, judged, said, limit)


def waiting(session: Session, person: str, since: datetime, limit: int) -> list[ItemView]:
    """Comments on cases of the models that a person reviews that nobody has answered; not their own. The newest first."""
    is_reviewed = reviewed_in(session)
    judged = _judged().where(
        is_reviewed,
        Feedback.person != person,
        Feedback.is_current,
        Feedback.comment != "",
        Feedback.created_at >= since,
        ~_is_answered(Feedback.id),
    )
    said = _commented().where(
        is_reviewed,
        CaseComment.person != person,
        CaseComment.answers_id.is_(None),
        CaseComment.created_at >= since,
        ~_is_answered(CaseComment.id),
    )
    return _newest(session, judged, said, limit)


def see(session: Session, person: str, item_ids: Collection[str], now: datetime) -> None:
    """A person has seen these."""
    if not item_ids:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    rows = [
        {"person": clip(person, SHORT), "item_id": item_id, "seen_at": now}
        for item_id in sorted(item_ids)
    ]
    session.execute(insert(InboxSeen).values(rows).on_conflict_do_nothing())


def _judged() -> Select[Any]:
    judgement = case((Feedback.reason == TAKEN_BACK, TAKEN_BACK), else_=Feedback.judgement)
    columns = (
        judgement.label("judgement"),
        literal("").label("answer"),
        literal("").label("fixed_in"),
    )
    return _columns(Feedback, *columns, Feedback.comment.label("words"))


def _commented() -> Select[Any]:
    judgement = literal("").label("judgement")
    return _columns(
        CaseComment, judgement, CaseComment.answer, CaseComment.fixed_in, CaseComment.words
    )


def _columns(table: type[Feedback] | type[CaseComment], *others: Any) -> Select[Any]:
    own = (table.id, table.case_id, table.created_at, table.person)
    return select(*own, Case.server, Case.model, *others).join(Case, Case.id == table.case_id)


def _said_by(person: str) -> Select[tuple[str]]:
    """What a person said themselves, on whatever case."""
    own = aliased(CaseComment)
    judged = select(Feedback.id).where(Feedback.person == person)
    return judged.union_all(select(own.id).where(own.person == person))  # type: ignore[return-value]


def _is_answered(item_id: Any) -> ColumnElement[bool]:
    answer = aliased(CaseComment)
    return exists().where(and_(answer.answers_id == item_id))


def _newest(session: Session, judged: Select[Any], said: Select[Any], limit: int) -> list[ItemView]:
    found: list[ItemView] = []
    for table, query in ((Feedback, judged), (CaseComment, said)):
        newest_first = query.order_by(table.created_at.desc(), table.id.desc()).limit(limit)
        found += [ItemView(**row._mapping) for row in session.execute(newest_first)]
    return sorted(found, key=lambda item: (item.created_at, item.id), reverse=True)


def _view(row: CaseComment) -> CommentView:
    return CommentView(**{name: getattr(row, name) for name in _NAMES})
