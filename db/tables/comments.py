"""What people write about a case besides a judgement, and what each has seen of what others wrote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import LONG, MAX_KEY, SHORT, Base
from db.types import ClippedText, UtcDateTime

# What somebody who reviews a model says to a comment; empty for a comment by itself.
ANSWERS = ("", "seen", "known", "fixed")


class CaseComment(Base):
    """A comment on a case, or an answer to feedback or to another comment on it."""

    __tablename__ = "case_comments"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        CheckConstraint(f"answer IN {ANSWERS}", name="answer"),
        Index(None, "case_id", "created_at"),
        Index(None, "created_at"),
        Index(None, "answers_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    # The feedback or comment that it answers.
    answers_id: Mapped[str | None] = mapped_column(String(26))
    answer: Mapped[str] = mapped_column(String(20))
    fixed_in: Mapped[str] = mapped_column(ClippedText(SHORT))
    words: Mapped[str] = mapped_column(ClippedText(LONG))
    idempotency_key: Mapped[str] = mapped_column(String(MAX_KEY))


class InboxSeen(Base):
    """A person has seen a statement or a comment of somebody else."""

    __tablename__ = "inbox_seen"

    person: Mapped[str] = mapped_column(String(SHORT), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
