"""Queries on the typical rows that people chose."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

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


def add(session: Session, background: BackgroundView) -> None:
    """Add a choice; it counts from now on."""
    session.add(Background(**{f.name: getattr(background, f.name) for f in fields(BackgroundView)}))


def newest(session: Session, server: str, model: str) -> BackgroundView | None:
    """The choice that counts now; None where nobody chose."""
    query = select(Background).filter_by(server=server, model=model)
    row = session.scalar(
        query.order_by(Background.created_at.desc(), Background.id.desc()).limit(1)
    )
    if row is None:
        return None
    return BackgroundView(**{f.name: getattr(row, f.name) for f in fields(BackgroundView)})
