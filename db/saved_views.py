"""Queries on saved views: a person's own, and those that others share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.tables import SavedView


@dataclass(frozen=True, kw_only=True)
class SavedViewView:
    """A list of cases that somebody keeps: its name and its choices as the address has them."""

    id: str
    person: str
    name: str
    is_shared: bool
    server: str
    model: str
    choices: dict[str, str]
    created_at: datetime


_NAMES = tuple(field.name for field in fields(SavedViewView))


def keep(session: Session, view: SavedViewView) -> SavedViewView:
    """Add a view in place of the person's own of that name; the row as it can be read back."""
    own = (SavedView.person == view.person, SavedView.name == view.name)
    session.execute(delete(SavedView).where(*own))
    row = SavedView(**{name: getattr(view, name) for name in _NAMES})
    session.add(row)
    session.flush()
    session.refresh(row)
    return _view(row)


def by_id(session: Session, view_id: str) -> SavedViewView | None:
    """A view that may be seen."""
    row = session.get(SavedView, view_id)
    return None if row is None else _view(row)


def all_of(session: Session, person: str, limit: int) -> list[SavedViewView]:
    """A person's own, then those that others share, each by name."""
    is_others = SavedView.person != person
    shown = select(SavedView).where((SavedView.person == person) | SavedView.is_shared)
    by_name = shown.order_by(is_others, SavedView.name, SavedView.id).limit(limit)
    return [_view(row) for row in session.scalars(by_name)]


def count_of(session: Session, person: str) -> int:
    """How many a person keeps."""
    query = select(func.count()).select_from(SavedView).where(SavedView.person == person)
    return session.scalar(query) or 0


def remove(session: Session, view_id: str, person: str) -> bool:
    """Take a person's own view away; whether it was there."""
    own = (SavedView.id == view_id, SavedView.person == person)
    removed = session.scalar(delete(SavedView).where(*own).returning(SavedView.id))
    return removed is not None


def _view(row: SavedView) -> SavedViewView:
    return SavedViewView(**{name: getattr(row, name) for name in _NAMES})
