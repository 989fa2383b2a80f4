"""Queries on what was found out of models: learned from data, or probed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from db.newest import NewestCounts
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


_STORE = NewestCounts(
    table=DiscoveredFacts, view=DiscoveredFactsView, content=("source", "name", "content")
)


def keep(session: Session, facts: DiscoveredFactsView) -> None:
    """Keep what was found; nothing is added where its source says the same already."""
    _STORE.keep(session, facts, DiscoveredFacts.source == facts.source, _same_source(facts.name))


def newest(session: Session, server: str, model: str) -> list[DiscoveredFactsView]:
    """What counts now of a model: the newest of each source. What past cases say stands beside the others."""
    rows = _STORE.newest_first(session, server, model, limit=_MOST)
    return list({(each.source, each.name == CASES): each for each in reversed(rows)}.values())


def _same_source(name: str) -> ColumnElement[bool]:
    """Whether a row was learned from cases too, or from anything else."""
    return DiscoveredFacts.name == CASES if name == CASES else DiscoveredFacts.name != CASES
