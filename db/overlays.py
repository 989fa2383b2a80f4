"""Queries on overlays: the versions of what people added to the signatures of models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.newest import NewestCounts
from db.tables import Overlay

Model = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class OverlayView:
    """One version of the overlay of a model, as it was published. Versions of a model count from 1."""

    id: str
    server: str
    model: str
    number: int
    author: str
    created_at: datetime
    comment: str = ""
    content: dict[str, object]
    idempotency_key: str


# A version that says the same is one all the same: it has its own number, author and comment.
_STORE = NewestCounts(table=Overlay, view=OverlayView, content=("content",), order="number")


def add(session: Session, overlay: OverlayView) -> OverlayView:
    """Add a version; answers it as it can be read back."""
    return _STORE.add(session, overlay)


def heads(session: Session) -> dict[Model, int]:
    """The newest version number of every model that has one, by server and model."""
    query = select(Overlay.server, Overlay.model, func.max(Overlay.number))
    rows = session.execute(query.group_by(Overlay.server, Overlay.model))
    return {(server, model): number for server, model, number in rows}


def newest(session: Session, server: str, model: str) -> OverlayView | None:
    """The newest version of a model's overlay."""
    return _STORE.newest(session, server, model)


def by_number(session: Session, server: str, model: str, number: int) -> OverlayView | None:
    """One version of a model's overlay."""
    row = session.scalar(select(Overlay).filter_by(server=server, model=model, number=number))
    return None if row is None else _STORE.as_view(row)


def by_key(session: Session, key: str) -> OverlayView | None:
    """The version that was published under an idempotency key."""
    row = session.scalar(select(Overlay).where(Overlay.idempotency_key == key))
    return None if row is None else _STORE.as_view(row)


def of_model(session: Session, server: str, model: str, limit: int) -> list[OverlayView]:
    """The versions of a model's overlay, the newest first."""
    return _STORE.newest_first(session, server, model, limit=limit)
