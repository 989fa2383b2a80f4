"""Brings the index of business keys in line with what signatures name, so that a search by one need not read every case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import db.key_index
from cases.privacy import as_text
from db.engine import Sessions, reading, writing
from db.errors import Conflict
from db.key_index import ModelField, Place, Told
from db.tables import MAX_KEY
from mds_client.sensitive_values import HASH

_AT_ONCE = 1_000


def index(
    sessions: Sessions,
    named: Mapping[tuple[str, str], Sequence[str]],
    *,
    between: Callable[[], None] = lambda: None,
) -> int:
    """Put the business keys of models, by server and name, into the index, with the cases that were there before; how many
    fields have come into it. What nobody names any more stays in it.

    A thousand cases a transaction, `between` which it may be stopped: then it begins anew, and nothing is in it twice. Does
    nothing for who does not see everything. Raises StorageError.
    """
    with reading(sessions) as session:
        if not db.key_index.may_fill(session):
            return 0
        known = db.key_index.fields(session)
    fields = [(*model, each) for model, all_of_it in named.items() for each in all_of_it]
    count = 0
    for field in fields:
        key_id, is_whole = known.get(field, ("", False))
        if is_whole or not _can_be_indexed(field[2]):
            continue
        try:
            count += _fill(sessions, field, key_id, between)
        except Conflict:  # another process has just begun with it
            continue
    return count


def value_of(entered: Told, kept: Told, field: str) -> str | None:
    """What the index has of a field of a case: the value as equal ones have it, or its hash."""
    value = kept.get(field, entered.get(field))
    if isinstance(value, Mapping):
        value = value.get(HASH)
    return None if value is None else as_text(value)


def _can_be_indexed(field: str) -> bool:
    """SQLite takes a name with one of these for a path through what was entered."""
    return len(field) <= MAX_KEY and not field.startswith("$") and '"' not in field


def _fill(sessions: Sessions, field: ModelField, key_id: str, between: Callable[[], None]) -> int:
    if not key_id:
        with writing(sessions) as session:
            key_id = db.key_index.add(session, field)
    place: Place | None = None
    while True:
        between()
        with writing(sessions) as session:
            place = db.key_index.fill(session, key_id, field, value_of, place, _AT_ONCE)
            if place is None:
                db.key_index.end(session, key_id)
                return 1
