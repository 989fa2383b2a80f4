"""Golden cases: cases with a confirmed truth that every new version of a model is run on, and what came of the runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import LONG, SHORT, Base
from db.types import ClippedText, UtcDateTime

# What a version made of a golden case: right where the version before was wrong, wrong where it was right, as before,
# or no answer.
GOLDEN_OUTCOMES = ("fixed", "broke", "right", "wrong", "failed")


class GoldenSet(Base):
    """A named set of golden cases of a model. `version` grows with each case that comes in or goes.

    `pass_mark` is the share that a version has to get right; a number is right within `near`, a share of the truth.
    """

    __tablename__ = "golden_sets"
    __table_args__ = (UniqueConstraint("server", "model", "name"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(ClippedText(SHORT))
    version: Mapped[int]
    pass_mark: Mapped[float] = mapped_column(Double)
    near: Mapped[float] = mapped_column(Double)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))


class GoldenCase(Base):
    """A case in a set, from the set's version `added_in` until before `removed_in`, with the truth that was confirmed."""

    __tablename__ = "golden_cases"
    __table_args__ = (
        Index(None, "case_id"),
        Index(None, "set_id"),
        Index(
            "uq_golden_cases_one_current",
            "set_id",
            "case_id",
            unique=True,
            sqlite_where=text("removed_in IS NULL"),
            postgresql_where=text("removed_in IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("golden_sets.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    truth_label: Mapped[str | None] = mapped_column(ClippedText(SHORT))
    truth_number: Mapped[float | None] = mapped_column(Double)
    truth_text: Mapped[str | None] = mapped_column(ClippedText(LONG))
    added_in: Mapped[int]
    removed_in: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))


class GoldenRun(Base):
    """One version of a model, asked about every case of a version of a set. `pass_mark` is the one that held then;
    `compared_with` the version that `fixed` and `broke` are measured against, empty for the answers of the cases."""

    __tablename__ = "golden_runs"
    __table_args__ = (Index(None, "server", "model", "created_at"), Index(None, "set_id"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("golden_sets.id"))
    set_version: Mapped[int]
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    compared_with: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    pass_mark: Mapped[float] = mapped_column(Double)
    is_passed: Mapped[bool]
    cases: Mapped[int]
    fixed: Mapped[int]
    broke: Mapped[int]
    still_right: Mapped[int]
    still_wrong: Mapped[int]
    failed: Mapped[int]


class GoldenResult(Base):
    """What a run made of one golden case; `asked_id` is the case that it asked, none where nothing could be asked."""

    __tablename__ = "golden_results"
    __table_args__ = (
        CheckConstraint(f"outcome IN {GOLDEN_OUTCOMES}", name="outcome"),
        Index(None, "case_id"),
        Index(None, "asked_id"),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("golden_runs.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    asked_id: Mapped[str | None] = mapped_column(String(26))
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(ClippedText(SHORT))
