"""What people answer before the model does: the draw that asks them, and the answer that they commit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import LONG, SHORT, Base
from db.types import ClippedText, UtcDateTime


class CallDraw(Base):
    """Whether somebody answers some inputs before the model does, drawn once for good: neither a second press nor a
    reload draws again. The id is that of the case that is asked; there is none while nobody has answered."""

    __tablename__ = "call_draws"
    __table_args__ = (
        UniqueConstraint("person", "server", "model", "inputs"),
        Index(None, "server", "model", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    # A keyed digest of what the case keeps of its inputs.
    inputs: Mapped[str] = mapped_column(String(64))
    probability: Mapped[float] = mapped_column(Double)
    draw: Mapped[float] = mapped_column(Double)


class FirstCall(Base):
    """The answer that a person committed before the model was asked: their own alone, and never changed. Nothing of it is
    known where they declined."""

    __tablename__ = "first_calls"
    __table_args__ = (UniqueConstraint("case_id"), Index(None, "person"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    label: Mapped[str | None] = mapped_column(ClippedText(SHORT))
    number: Mapped[float | None] = mapped_column(Double)
    text: Mapped[str | None] = mapped_column(ClippedText(LONG))
    confidence: Mapped[float | None] = mapped_column(Double)
    is_declined: Mapped[bool]
