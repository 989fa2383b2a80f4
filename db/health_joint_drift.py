"""Queries on how the inputs of each model as a whole compare with its first ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db.tables import HealthJointDrift, HealthRevision

Found = Sequence[dict[str, object]]


def of_models(
    session: Session, server: str | None = None, model: str | None = None
) -> dict[tuple[str, str], Found]:
    """What is kept of the models that are seen, or of one."""
    table = HealthJointDrift
    query = select(table.server, table.model, table.found)
    for column, value in ((table.server, server), (table.model, model)):
        query = query if value is None else query.where(column == value)
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


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
    session: Session, model: tuple[str, str], *, revision: str, now: datetime, found: Found
) -> None:
    """Of a model this, and nothing of before. Raises Conflict where another process does the same now."""
    of = {"server": model[0], "model": model[1]}
    session.execute(delete(HealthJointDrift).filter_by(**of))
    session.add(HealthJointDrift(**of, revision=revision, computed_at=now, found=list(found)))
    session.flush()
