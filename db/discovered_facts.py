"""Queries on what was found out of models."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import DiscoveredFacts

CASES = "cases"  # the name of what was learned from them
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class DiscoveredFactsView:
    """What one look at a model found. `source` is a word of provenance, `name` tells where it was found."""

    id: str
    server: str
    model: str
    source: str
    name: str
    person: str
    created_at: datetime
    content: dict[str, object]


def add(session: Session, found: DiscoveredFactsView) -> None:
    """Add what was found."""
    facts = {field.name: getattr(found, field.name) for field in fields(DiscoveredFactsView)}
    session.add(DiscoveredFacts(**facts))


def newest(session: Session, server: str, model: str) -> list[DiscoveredFactsView]:
    """What counts now of a model: the newest of each source. What past cases say stands beside the others."""
    query = select(DiscoveredFacts).filter_by(server=server, model=model)
    rows = session.scalars(query.order_by(DiscoveredFacts.created_at.desc()).limit(_MOST)).all()
    first = {(row.source, row.name == CASES): row for row in reversed(rows)}
    return [_view(row) for row in first.values()]


def _view(row: DiscoveredFacts) -> DiscoveredFactsView:
    return DiscoveredFactsView(
        **{field.name: getattr(row, field.name) for field in fields(DiscoveredFactsView)}
    )
