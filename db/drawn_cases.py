"""Queries on the cases of a person that were drawn for a check and wait for their own judgement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from db.tables import Case, Feedback


@dataclass(frozen=True, kw_only=True)
class AskedView:
    """A case of a person that was drawn, and of which nobody has decided."""

    id: str
    created_at: datetime
    server: str
    model: str
    question: str


def asked_of(
    session: Session,
    person: str,
    purposes: Collection[str],
    since: datetime,
    limit: int,
    taken_back: str,
) -> list[AskedView]:
    """The drawn cases of a person that wait for a word, the newest first: they say nothing of it, or took it back, and
    nobody else has decided."""
    spoken = exists(Feedback.id).where(
        Feedback.case_id == Case.id,
        Feedback.is_current,
        or_(
            Feedback.judgement != "unsure",
            and_(Feedback.person == person, Feedback.reason != taken_back),
        ),
    )
    query = select(*(getattr(Case, field.name) for field in fields(AskedView))).where(
        Case.person == person,
        Case.created_at >= since,
        Case.is_audited,
        Case.outcome == "answered",
        Case.purpose.in_(purposes),
        ~spoken,
    )
    newest = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)
    return [AskedView(**row._mapping) for row in session.execute(newest)]
