"""The index of business keys: which fields are in it, the cases that a value leads to, and filling it for those that were there before.

It only says where to look: whoever finds a case by it looks into the case as well, within their scope.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.ids import new_id
from db.scope import scope_of
from db.tables import MAX_KEY, Case, KeyField, KeyValue
from db.types import clip

ModelField = tuple[str, str, str]
"""A field of a model: its server, its name, and the field."""
Place = tuple[datetime, str]
"""The moment and the id of a case."""
Told = Mapping[str, object]

_AT_ONCE = 500
_fields, _values = (cast(Table, table.__table__) for table in (KeyField, KeyValue))


def may_fill(session: Session) -> bool:
    """Whether this session is of who sees everything: the index is of all cases."""
    scope = scope_of(session)
    return scope.is_all and not scope.reader


def fields(session: Session) -> dict[ModelField, tuple[str, bool]]:
    """The id of every field that is in the index, and whether all cases are."""
    rows = session.connection().execute(select(_fields))
    return {(row.server, row.model, row.field): (row.id, row.is_whole) for row in rows}


def ids_of_whole(session: Session, wanted: Collection[ModelField]) -> dict[ModelField, str]:
    """The ids of those of these fields whose index has every case."""
    known = fields(session)
    return {each: known[each][0] for each in wanted if each in known and known[each][1]}


def add(session: Session, field: ModelField) -> str:
    """A field is in the index from now on: cases that are written later are. Raises StorageError where whoever writes
    cases does not let go of them within seconds."""
    if session.get_bind().dialect.name == "postgresql":
        # A case whose writer has not committed is seen by nobody who looks for earlier ones, and its trigger did not see this.
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
        session.execute(text("LOCK TABLE cases IN SHARE ROW EXCLUSIVE MODE"))
    key_id, (server, model, name) = new_id(), field
    row = {"id": key_id, "server": server, "model": model, "field": name, "is_whole": False}
    session.connection().execute(insert(_fields).values(row))
    return key_id


def fill(
    session: Session,
    key_id: str,
    field: ModelField,
    value_of: Callable[[Told, Told, str], str | None],
    after: Place | None,
    limit: int,
) -> Place | None:
    """Put the next cases of a model into the index of a field, the oldest first; the last of them, None at the end.

    They are locked meanwhile: one that is erased at the same moment leaves nothing behind. `value_of` takes what was
    entered, what of it is kept apart, and the field.
    """
    server, model, name = field
    query = select(Case.created_at, Case.id, Case.entered, Case.sensitive).where(
        Case.server == server, Case.model == model
    )
    if after is not None:
        query = query.where(tuple_(Case.created_at, Case.id) > tuple_(*after))
    oldest = query.order_by(Case.created_at, Case.id).limit(limit).with_for_update(read=True)
    cases = session.execute(oldest).all()
    told = ((each.id, value_of(each.entered, each.sensitive or {}, name)) for each in cases)
    rows = [
        {"case_id": case_id, "key_id": key_id, "value": value[:MAX_KEY]}
        for case_id, value in told
        if value is not None and value == clip(value, len(value))  # what a column can hold
    ]
    if rows:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        new = (sqlite.insert if is_sqlite else postgresql.insert)(_values)
        session.connection().execute(new.on_conflict_do_nothing(), rows)
    return (cases[-1].created_at, cases[-1].id) if len(cases) == limit else None


def end(session: Session, key_id: str) -> None:
    """Every case is in the index of this field."""
    whole = update(_fields).where(_fields.c.id == key_id).values(is_whole=True)
    session.connection().execute(whole)


def cases_with(
    session: Session, key_ids: Collection[str], values: Collection[str], limit: int | None = None
) -> list[str]:
    """The ids of cases in one of whose fields one of these values may stand, each once: all of them, or so many."""
    found: dict[str, None] = {}
    of_fields = _values.c.key_id.in_(key_ids)
    for some in parts([value[:MAX_KEY] for value in values]):
        query = select(_values.c.case_id).where(of_fields, _values.c.value.in_(some))
        found.update(dict.fromkeys(session.connection().execute(query.limit(limit)).scalars()))
    return list(found)


def parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as go into one statement."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
