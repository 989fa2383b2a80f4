"""The outbox: what is to go to model servers and webhooks, written in the transaction of the feedback itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, UtcDateTime

# `waiting` until it was taken; `not_taken` where there is nowhere to send it; `given_up` after days of failures.
DELIVERY_STATES = ("waiting", "sent", "not_taken", "given_up")


class Delivery(Base):
    """One statement on its way to one target. Its id goes with it, so that a receiver knows one that comes twice.

    `words` say what came of the last attempt. The statement is not a foreign key: it may be erased before.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        Index(None, "state", "next_at"),
        Index(None, "case_id"),
        Index(None, "feedback_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    feedback_id: Mapped[str] = mapped_column(String(26))
    target: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(ClippedText(SHORT))
