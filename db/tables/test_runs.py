"""Test runs: a version of a model asked about the rows of a file whose right answers are known, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import SHORT, Base
from db.types import ClippedText, Json, UtcDateTime


class TestRun(Base):
    """One version, and maybe another beside it, on a file. `figures` are counts and rates: they hold no row. `left_out`
    rows of the file were not tested, the first of them for the reasons in `left_out_why`: pairs of a place and a sentence.

    A number is right within `near`, a share of the truth; `pass_mark` is the share of right answers that is needed, and
    `most_error`, where it is given, the mean absolute error that is allowed.
    """

    __tablename__ = "test_runs"
    __table_args__ = (Index(None, "server", "model", "created_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    server: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    # The other version that was asked about the same rows, as server/name@version; empty where none was.
    compared_with: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(ClippedText(SHORT))
    file_name: Mapped[str] = mapped_column(ClippedText(SHORT))
    file_sha256: Mapped[str] = mapped_column(String(64))
    parallel: Mapped[int]
    near: Mapped[float] = mapped_column(Double)
    pass_mark: Mapped[float] = mapped_column(Double)
    most_error: Mapped[float | None] = mapped_column(Double)
    is_passed: Mapped[bool]
    rows: Mapped[int]
    answered_right: Mapped[int]
    failed: Mapped[int]
    figures: Mapped[dict[str, object]] = mapped_column(Json)
    left_out: Mapped[int] = mapped_column(default=0, server_default="0")
    left_out_why: Mapped[list[list[str]] | None] = mapped_column(Json)


class TestResult(Base):
    """One row of a test run: the cases that asked about it, and whether they are right. It goes with its cases."""

    __tablename__ = "test_results"
    __table_args__ = (Index(None, "case_id"), Index(None, "other_id"))

    run_id: Mapped[str] = mapped_column(ForeignKey("test_runs.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    # Where a person finds it in the file, such as `row 7`.
    place: Mapped[str] = mapped_column(ClippedText(SHORT))
    # Not foreign keys: a row that could not be asked has no case.
    case_id: Mapped[str | None] = mapped_column(String(26))
    other_id: Mapped[str | None] = mapped_column(String(26))
    truth: Mapped[str] = mapped_column(ClippedText(SHORT))
    is_right: Mapped[bool | None]
    is_other_right: Mapped[bool | None]
    detail: Mapped[str] = mapped_column(ClippedText(SHORT))
