"""Queries on how the inputs of each model compare with its first ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import Session

from db.tables import HealthJointDrift, HealthRevision

Facts = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class FieldsView:
    """How each field of a model compares: for as long as the model is counted as in `revision`, on the day of `computed_at`."""

    fields: Facts
    revision: str
    computed_at: datetime


@dataclass(frozen=True, kw_only=True)
class WholeView:
    """How the inputs of a model compare as a whole, with the cases until `computed_at`."""

    found: Sequence[Facts]
    computed_at: datetime


def of_models(
    session: Session, server: str | None = None, model: str | None = None
) -> dict[tuple[str, str], WholeView]:
    """What is kept of the models that are seen, or of one, as a whole."""
    table = HealthJointDrift
    query = _of(table.found, table.computed_at, server=server, model=model)
    return {
        (row[0], row[1]): WholeView(found=row[2], computed_at=row[3])
        for row in session.execute(query)
    }


def fields_of(
    session: Session, server: str | None = None, model: str | None = None
) -> dict[tuple[str, str], FieldsView]:
    """The same by field, where that is kept."""
    table = HealthJointDrift
    query = _of(table.fields, table.revision, table.computed_at, server=server, model=model)
    return {
        (row[0], row[1]): FieldsView(fields=row[2], revision=row[3], computed_at=row[4])
        for row in session.execute(query)
        if row[2] is not None
    }


def _of(*columns: Any, **wanted: str | None) -> Select[Any]:
    table = HealthJointDrift
    of = {name: value for name, value in wanted.items() if value is not None}
    return select(table.server, table.model, *columns).filter_by(**of)


def changed(session: Session, midnight: datetime) -> list[tuple[str, str, str]]:
    """(server, model, revision) of the models whose counts by day are newer than what is kept, or of which nothing is kept since
    this moment."""
    table, counted = HealthJointDrift, HealthRevision
    same = (
        table.server == counted.server,
        table.model == counted.model,
        table.revision == counted.revision,
        table.computed_at >= midnight,
    )
    query = select(counted.server, counted.model, counted.revision).where(~exists().where(*same))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def put(
    session: Session, model: tuple[str, str], found: Sequence[Facts], fields: FieldsView
) -> None:
    """Of a model this, and nothing of before. Raises Conflict where another process does the same now."""
    of = {"server": model[0], "model": model[1]}
    session.execute(delete(HealthJointDrift).filter_by(**of))
    session.add(HealthJointDrift(**of, found=list(found), **vars(fields)))
    session.flush()
