"""Queries on streams: what each has done so far, added up over all processes that read it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Stream


@dataclass(frozen=True, kw_only=True)
class StreamView:
    """A stream and what it has done; what it has is described at `Stream`."""

    name: str
    server: str
    model: str
    answered: int = 0
    poison: int = 0
    recorded: int = 0
    lag: int | None = None
    begun_at: datetime | None = None
    seen_at: datetime | None = None


def tell(
    session: Session,
    stream: StreamView,
    *,
    now: datetime,
    answered: int,
    poison: int,
    recorded: int,
    lag: int | None,
) -> None:
    """Add what a process has done since it told last; the first time makes the stream known."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    row = {
        "name": stream.name,
        "server": stream.server,
        "model": stream.model,
        "answered": answered,
        "poison": poison,
        "recorded": recorded,
        "lag": lag,
        "begun_at": now,
        "seen_at": now,
    }
    grown = {name: getattr(Stream, name) + row[name] for name in ("answered", "poison", "recorded")}
    latest = {name: row[name] for name in ("server", "model", "lag", "seen_at")}
    session.execute(
        insert(Stream)
        .values(row)
        .on_conflict_do_update(index_elements=["name"], set_={**grown, **latest})
    )


def every(session: Session, limit: int = 1_000) -> list[StreamView]:
    """The streams that there ever were, by their names."""
    rows = session.scalars(select(Stream).order_by(Stream.name).limit(limit))
    names = [each.name for each in fields(StreamView)]
    return [StreamView(**{name: getattr(row, name) for name in names}) for row in rows]
