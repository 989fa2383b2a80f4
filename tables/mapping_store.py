"""Which columns fed which fields of a model the last time that somebody confirmed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import db.column_mappings
from db.column_mappings import ColumnMappingView
from db.engine import Sessions, reading, writing
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from mds_client.signature import ModelRef
from tables.mapping import Mapping


def recalled(sessions: Sessions, model: ModelRef) -> dict[str, str]:
    """Column by field; empty for a model that nobody sent a file to."""
    with reading(sessions) as session:
        return db.column_mappings.newest(session, model.server, model.name)


def remember(
    sessions: Sessions,
    model: ModelRef,
    mapping: Mapping,
    *,
    person: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> None:
    """Keep a mapping that was used, unless it is the one that is kept already."""
    content: dict[str, object] = dict(mapping.to_remember)
    if not content:
        return
    view = ColumnMappingView(
        id=new_id(),
        server=model.server,
        model=model.name,
        person=known(person),
        created_at=clock(),
        content=content,
    )
    with writing(sessions) as session:
        db.column_mappings.keep(session, view)
