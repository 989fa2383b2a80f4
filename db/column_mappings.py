"""Queries on the columns that people mapped to fields."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import ColumnMapping


def add(
    session: Session,
    *,
    id: str,
    server: str,
    model: str,
    person: str,
    created_at: datetime,
    content: dict[str, str],
) -> None:
    """Add a mapping: column by field."""
    row = ColumnMapping(
        id=id,
        server=server,
        model=model,
        person=person,
        created_at=created_at,
        content=dict(content),
    )
    session.add(row)


def latest(session: Session, server: str, model: str) -> dict[str, str]:
    """The newest mapping of a model, column by field; empty when there is none."""
    query = select(ColumnMapping.content).filter_by(server=server, model=model)
    found = session.scalar(query.order_by(ColumnMapping.created_at.desc()).limit(1))
    return {str(field): str(column) for field, column in (found or {}).items()}
