"""Two answers to the same inputs, side by side: which is better, as somebody says who does not see the versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, UtcDateTime

CHOICES = ("left", "right", "equal", "neither")


class Comparison(Base):
    """A pair of cases as it was put in front of somebody, and what they chose; none while they have not. `draw` decided
    which case stood at the left: the first one where it is below a half."""

    __tablename__ = "comparisons"
    __table_args__ = (
        CheckConstraint(f"choice IN {CHOICES}", name="choice"),
        Index(None, "server", "model", "drawn_at"),
        Index(None, "left_id"),
        Index(None, "right_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    left_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    right_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    left_version: Mapped[str] = mapped_column(Text)
    right_version: Mapped[str] = mapped_column(Text)
    draw: Mapped[float] = mapped_column(Double)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    choice: Mapped[str | None] = mapped_column(String(10))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
