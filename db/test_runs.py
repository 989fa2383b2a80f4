"""Queries on test runs and their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import TestResult, TestRun

View = TypeVar("View")


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What one version made of a file. `figures` are counts and rates as health/test_figures.py makes them."""

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
    return [_view(RunView, row) for row in session.scalars(query)]


def run_by_id(session: Session, run_id: str) -> RunView | None:
    row = session.get(TestRun, run_id)
    return None if row is None else _view(RunView, row)


def results(session: Session, run_id: str) -> list[ResultView]:
    """What a run made of its rows, in their order."""
    query = select(TestResult).where(TestResult.run_id == run_id).order_by(TestResult.row_number)
    return [_view(ResultView, row) for row in session.scalars(query)]


def _values(view: Any) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(view)}


def _view(kind: type[View], row: object) -> View:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]
