"""Data sets: judged cases that were chosen and frozen under a name, each time as a new version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import LONG, SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class DataSet(Base):
    """A version of a data set. `filters` is what was chosen, in words; `cases` how many rows were frozen, whatever was
    erased since, and `sha256` the digest of all of them as they were."""

    __tablename__ = "data_sets"
    __table_args__ = (UniqueConstraint("server", "model", "name", "version"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    filters: Mapped[dict[str, object]] = mapped_column(Json)
    cases: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class DataSetRow(Base):
    """A case in a data set with what is right. It goes with its case, and with the statement that it rests on."""

    __tablename__ = "data_set_rows"
    __table_args__ = (Index(None, "case_id"), Index(None, "feedback_id"))

    set_id: Mapped[str] = mapped_column(ForeignKey("data_sets.id"), primary_key=True)
    # Not foreign keys: deleting looks for them by its own queries.
    case_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    feedback_id: Mapped[str] = mapped_column(String(26))
    channel: Mapped[str] = mapped_column(String(20))
    truth_label: Mapped[str | None] = mapped_column(ClippedText(SHORT))
    truth_number: Mapped[float | None] = mapped_column(Double)
    truth_text: Mapped[str | None] = mapped_column(ClippedText(LONG))
    # How many people said something, and which share of them says the same as the truth.
    statements: Mapped[int]
    agreement: Mapped[float] = mapped_column(Double)
