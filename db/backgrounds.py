"""Queries on the typical rows that people chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.newest import NewestCounts
from db.tables import Background


@dataclass(frozen=True, kw_only=True)
class BackgroundView:
    """Typical rows of a model, as they were chosen. `source` says where they are from, `name` in words."""

    id: str
    server: str
    model: str
    source: str
    name: str
    person: str
    created_at: datetime
    content: dict[str, object]


_STORE = NewestCounts(table=Background, view=BackgroundView, content=("source", "name", "content"))


def keep(session: Session, background: BackgroundView) -> None:
    """Keep a choice, which counts from now on; nothing is added where the same counts already."""
    _STORE.keep(session, background)


def newest(session: Session, server: str, model: str) -> BackgroundView | None:
    """The choice that counts now; None where nobody chose."""
    return _STORE.newest(session, server, model)
