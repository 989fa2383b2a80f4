"""What people decide on what Health found of a model."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SENTENCE, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime

ACTIONS = ("acknowledged", "snoozed", "accepted", "closed")


class HealthDecision(Base):
    """One step in the life of an alert: somebody saw it and cares for it, put it off until a day, accepted what is now as the
    baseline, or closed it with a reason. `evidence` is what Health said at that moment. The newest step of a model holds."""

    __tablename__ = "health_decisions"
    __table_args__ = (
        CheckConstraint(f"action IN {ACTIONS}", name="action"),
        Index(None, "server", "model", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(ClippedText(SENTENCE))
    evidence: Mapped[dict[str, object]] = mapped_column(Json)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of an accepted baseline: how many of its labels were right.
    baseline_right: Mapped[int | None]
    baseline_n: Mapped[int | None]
