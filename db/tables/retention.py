"""What is kept of cases that were deleted, as counts that name nobody, and which cases are not to be deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from db.tables.base import SENTENCE, SHORT, Base
from db.types import ClippedText, UtcDateTime


class CaseHold(Base):
    """Somebody wants a case kept, whatever its age and whoever asks: until it is released."""

    __tablename__ = "case_holds"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(ClippedText(SENTENCE))


class CountOfDay:
    """Of which model, for which purpose and on which day (in UTC) so many were deleted."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:
        return (Index(None, "server", "model", "day"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(String(20))
    day: Mapped[datetime] = mapped_column(UtcDateTime)


class DeletedCases(CountOfDay, Base):
    """So many cases of a day that were alike, deleted since. `judgement` is what counted of what was said of them."""

    __tablename__ = "deleted_cases"

    outcome: Mapped[str] = mapped_column(String(40))
    audit_probability: Mapped[float] = mapped_column(Double)
    is_audited: Mapped[bool]
    is_volunteered: Mapped[bool]
    judgement: Mapped[str | None] = mapped_column(String(20))
    cases: Mapped[int] = mapped_column(BigInteger)
    # How long they took together.
    seconds: Mapped[float] = mapped_column(Double)


class DeletedFeedback(CountOfDay, Base):
    """So many statements that counted, on answered cases of a day, deleted since."""

    __tablename__ = "deleted_feedback"

    channel: Mapped[str] = mapped_column(String(20))
    judgement: Mapped[str] = mapped_column(String(20))
    statements: Mapped[int] = mapped_column(BigInteger)
