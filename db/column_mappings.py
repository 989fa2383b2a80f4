"""Queries on the columns that people mapped to fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.newest import NewestCounts
from db.tables import ColumnMapping


@dataclass(frozen=True, kw_only=True)
class ColumnMappingView:
    """Which columns fed which fields of a model: `content` is column by field."""

    id: str
    server: str
    model: str
    person: str
    created_at: datetime
    content: dict[str, object]


_STORE = NewestCounts(table=ColumnMapping, view=ColumnMappingView, content=("content",))


def keep(session: Session, mapping: ColumnMappingView) -> None:
    """Keep a mapping that was used; nothing is added where it is the newest already."""
    _STORE.keep(session, mapping)


def newest(session: Session, server: str, model: str) -> dict[str, str]:
    """The newest mapping of a model, column by field; empty when there is none."""
    mapping = _STORE.newest(session, server, model)
    return {field: str(column) for field, column in (mapping.content if mapping else {}).items()}
