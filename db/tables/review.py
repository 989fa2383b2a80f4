"""What reviewers are asked to look at: the rules of a model, and one item for each reading of a case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import LONG, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime

# Why a case is read, the most pressing first; `second` is the blind second reading, `differ` the decision between two.
REVIEW_REASONS = (
    "differ",
    "flagged",
    "overdue",
    "audit",
    "versions",
    "uncertain",
    "unlike",
    "second",
    "sample",
)
REVIEW_STATES = ("open", "answered", "expired", "withdrawn")


class ReviewRules(Base):
    """The rules by which cases of a model come to be read. Changed rules are a new row; the newest holds."""

    __tablename__ = "review_rules"
    __table_args__ = (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    rules: Mapped[dict[str, object]] = mapped_column(Json)
    instructions: Mapped[str] = mapped_column(ClippedText(LONG))


class ReviewItem(Base):
    """One reading of one case: the first, the blind second, or the third that decides between them.

    `probability` is the chance with which the rules put the case here, and `draw` what was drawn. The lease is of whoever
    has it in front of them.
    """

    __tablename__ = "review_items"
    __table_args__ = (
        UniqueConstraint("case_id", "reading"),
        CheckConstraint(f"reason IN {REVIEW_REASONS}", name="reason"),
        CheckConstraint(f"state IN {REVIEW_STATES}", name="state"),
        Index(None, "state", "server", "model", "created_at"),
        Index(None, "answered_by", "answered_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    reading: Mapped[int]
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(ClippedText(SHORT))
    probability: Mapped[float] = mapped_column(Double)
    draw: Mapped[float | None] = mapped_column(Double)
    state: Mapped[str] = mapped_column(String(20))
    leased_by: Mapped[str] = mapped_column(ClippedText(SHORT))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(ClippedText(SHORT))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    feedback_id: Mapped[str | None] = mapped_column(String(26))
