"""Queries on how the inputs of each model compare with its first ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db.tables import HealthJointDrift, HealthRevision

Facts = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class KeptDrift:
    """How the inputs of a model compare: as a whole (`found`), and each field. That of the `fields` holds as long as the model
    is counted as in `revision`, and for the day on which it was computed."""

    found: Sequence[Facts]
    fields: Facts | None
    revision: str
    computed_at: datetime


def of_models(
    session: Session, server: str | None = None, model: str | None = None
) -> dict[tuple[str, str], KeptDrift]:
    """What is kept of the models that are seen, or of one."""
    table = HealthJointDrift
    columns = (table.found, table.fields, table.revision, table.computed_at)
    query = select(table.server, table.model, *columns)
    for column, value in ((table.server, server), (table.model, model)):
        query = query if value is None else query.where(column == value)
    return {
        (row[0], row[1]): KeptDrift(
            found=row[2], fields=row[3], revision=row[4], computed_at=row[5]
        )
        for row in session.execute(query)
    }


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


def put(session: Session, model: tuple[str, str], kept: KeptDrift) -> None:
    """Of a model this, and nothing of before. Raises Conflict where another process does the same now."""
    of = {"server": model[0], "model": model[1]}
    session.execute(delete(HealthJointDrift).filter_by(**of))
    session.add(HealthJointDrift(**of, **vars(kept)))
    session.flush()
