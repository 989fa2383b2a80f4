"""Queries on data sets and their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import DataSet, DataSetRow

View = TypeVar("View")


@dataclass(frozen=True, kw_only=True)
class SetView:
    """A version of a data set."""

    id: str
    server: str
    model: str
    name: str
    version: int
    created_at: datetime
    person: str
    filters: Mapping[str, object]
    cases: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RowView:
    """A case in a data set with what is right."""

    set_id: str
    case_id: str
    feedback_id: str
    channel: str
    truth_label: str | None = None
    truth_number: float | None = None
    truth_text: str | None = None
    statements: int
    agreement: float

    @property
    def truth(self) -> str | float | None:
        """The right answer, whatever its kind."""
        given = (self.truth_label, self.truth_number, self.truth_text)
        return next((truth for truth in given if truth is not None), None)


def add(session: Session, found: SetView, rows: Sequence[RowView]) -> None:
    """Keep a version with its rows. Raises Conflict for a version that there is, OutOfScope for who does not review it."""
    session.add(DataSet(**_values(found)))
    session.flush()
    session.add_all(DataSetRow(**_values(row)) for row in rows)
    session.flush()


def newest(session: Session, server: str, model: str, name: str) -> SetView | None:
    """The newest version of that name."""
    query = select(DataSet).filter_by(server=server, model=model, name=name)
    row = session.scalar(query.order_by(DataSet.version.desc()).limit(1))
    return None if row is None else _view(SetView, row)


def sets(session: Session, server: str = "", model: str = "", limit: int = 200) -> list[SetView]:
    """The versions of the sets of a model, or of every model, the newest first."""
    query = select(DataSet).order_by(DataSet.created_at.desc(), DataSet.id.desc()).limit(limit)
    if model:
        query = query.filter_by(server=server, model=model)
    return [_view(SetView, row) for row in session.scalars(query)]


def by_id(session: Session, set_id: str) -> SetView | None:
    row = session.get(DataSet, set_id)
    return None if row is None else _view(SetView, row)


def rows(session: Session, set_id: str, after: str = "", limit: int | None = None) -> list[RowView]:
    """What is left of the rows, by case; `after` is the case that the rows before end with."""
    query = select(DataSetRow).where(DataSetRow.set_id == set_id, DataSetRow.case_id > after)
    query = query.order_by(DataSetRow.case_id).limit(limit)
    return [_view(RowView, row) for row in session.scalars(query)]


def _values(view: Any) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(view)}


def _view(kind: type[View], row: object) -> View:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]
