"""Queries on test runs and their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from db.tables import TestResult, TestRun

View = TypeVar("View")


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What one version made of a file. `figures` are counts and rates as health/test_figures.py makes them; `left_out` rows
    of the file were not tested, and `left_out_why` has of the first of them the place and a sentence."""

    id: str
    server: str
    model: str
    version: str
    compared_with: str = ""
    created_at: datetime
    person: str
    file_name: str
    file_sha256: str = ""
    parallel: int
    near: float
    pass_mark: float
    most_error: float | None = None
    is_passed: bool
    rows: int
    answered_right: int
    failed: int
    figures: Mapping[str, Any]
    left_out: int = 0
    left_out_why: Sequence[Sequence[str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ResultView:
    """What became of one row. `is_right` is None where it has no answer."""

    run_id: str
    row_number: int
    place: str
    case_id: str | None = None
    other_id: str | None = None
    truth: str
    is_right: bool | None
    is_other_right: bool | None = None
    detail: str = ""


def add(session: Session, run: RunView, results: Sequence[ResultView]) -> None:
    """Keep a run with its rows. Raises OutOfScope for who does not review the model."""
    session.add(TestRun(**_values(run)))
    session.flush()
    session.add_all(TestResult(**_values(each)) for each in results)
    session.flush()


def runs(session: Session, server: str = "", model: str = "", limit: int = 50) -> list[RunView]:
    """The runs of a model, or of every model, the newest first."""
    query = select(TestRun).order_by(TestRun.created_at.desc(), TestRun.id.desc()).limit(limit)
    if model:
        query = query.filter_by(server=server, model=model)
    return [_run(row) for row in session.scalars(query)]


def run_by_id(session: Session, run_id: str) -> RunView | None:
    row = session.get(TestRun, run_id)
    return None if row is None else _run(row)


def counts(session: Session, run_id: str) -> tuple[int, int]:
    """How many rows of a run are left, and how many of them are right."""
    right = func.sum(case((TestResult.is_right.is_(True), 1), else_=0))
    query = select(func.count(), right).where(TestResult.run_id == run_id)
    rows, found = session.execute(query).one()
    return rows, found or 0


def worst_first(
    session: Session, run_id: str, start: int = 0, limit: int | None = None
) -> list[ResultView]:
    """Rows of a run: those without an answer, then those that are wrong, then the others, each in their order."""
    rank = case((TestResult.is_right.is_(None), 0), (TestResult.is_right.is_(False), 1), else_=2)
    query = select(TestResult).where(TestResult.run_id == run_id)
    query = query.order_by(rank, TestResult.row_number).offset(start).limit(limit)
    return [_view(ResultView, row) for row in session.scalars(query)]


def _run(row: TestRun) -> RunView:
    """Runs of before these were kept left nothing out that is known."""
    return replace(_view(RunView, row), left_out_why=row.left_out_why or [])


def _values(view: Any) -> dict[str, Any]:
    return {each.name: getattr(view, each.name) for each in fields(view)}


def _view(kind: type[View], row: object) -> View:
    return kind(**{each.name: getattr(row, each.name) for each in fields(kind)})  # type: ignore[arg-type]
