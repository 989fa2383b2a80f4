"""Everything about a business key, such as a customer's number that is entered in a field: taken out, and erased.

A value is found as it was entered, where it is kept, and by its hash where only that is stored. Where it was masked, or
not stored, no case can be found by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import db.case_keys
import db.deletion
import db.persons
from audit_log.chain import Record, append
from cases import deleting
from cases.archive import Tables, write
from cases.files import files_in
from cases.privacy import as_text, hash_of
from db.deletion import Wanted
from db.engine import Session, Sessions, reading, writing
from db.tables import MAX_KEY
from db.types import clip
from mds_client.sensitive_values import HASH

_MOST_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Key:
    """A value of a field; without a `field`, of every field that `named` has for a model, by its server and name.

    `hash_key` finds those that are stored as hashes.
    """

    value: str
    named: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    field: str = ""
    hash_key: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The cases of a key, rows by table, and how many of the cases stay: golden, held, or worked on."""

    ids: tuple[str, ...]
    rows: Mapping[str, int]
    staying: int


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased: cases, files, and the bodies of other cases that were sent together with these."""

    cases: int
    files: int
    bodies: int


def find(sessions: Sessions, key: Key) -> Found:
    """What an export would hold, and what erasing would leave."""
    with reading(sessions) as session:
        ids = _ids(session, key)
        staying = sum(db.deletion.count_staying(session, Wanted(ids=part)) for part in _parts(ids))
        return Found(ids=ids, rows=db.case_keys.counts(session, ids), staying=staying)


def export(sessions: Sessions, key: Key, path: Path, *, by: str) -> dict[str, int]:
    """Write everything about a key into a new ZIP file that its owner alone may read, as of a person; how many rows, by
    table. Raises FileExistsError."""

    def tables(session: Session) -> Tables:
        ids = _ids(session, key)
        names = db.case_keys.counts(session, ids)
        return {name: partial(db.case_keys.about, session, ids, name) for name in names}

    return write(sessions, path, tables, _record(key), action="export-key", by=by)


def erase(
    sessions: Sessions,
    key: Key,
    *,
    by: str,
    between: Callable[[str], None] = lambda _: None,
) -> Erased:
    """Erase the cases of a key with all that hangs on them, a hundred a transaction; tombstones stay in the trail.

    What was sent together with them holds their values: its bodies go too, and the tables of files that they are rows of.
    Golden and held cases stay.
    """
    with reading(sessions) as session:
        ids = _ids(session, key)
    cases, digests, wires = 0, set[str](), set[str]()
    for part in _parts(ids):
        gone, files, shared = _erase_part(sessions, part, by)
        cases, digests, wires = cases + gone, digests | files, wires | shared
        between(f"{cases:,} cases erased")
    bodies = sum(
        done
        for part in _parts(sorted(wires - set(ids)))
        for done, _ in deleting.delete_bodies(sessions, Wanted(ids=part), person=by)
    )
    with writing(sessions) as session:
        files_gone = db.persons.delete_unnamed_files(session, digests)
        append(session, "erase-key", [_record(key)], person=by)
    return Erased(cases=cases, files=files_gone, bodies=bodies)


def _erase_part(
    sessions: Sessions, ids: tuple[str, ...], by: str
) -> tuple[int, set[str], set[str]]:
    """How many cases were erased, the files that they named, and the cases with whose bodies theirs were sent."""
    with writing(sessions) as session:
        db.case_keys.forget_tables(session, ids)
    count, digests, wires = 0, set[str](), set[str]()
    while True:
        with writing(sessions) as session:
            page = db.deletion.page(session, Wanted(ids=ids), limit=deleting.AT_ONCE)
            some = [each[1] for each in page]
            if some:
                digests |= files_in(db.persons.entered(session, some))
                wires |= db.case_keys.wires_of(session, some)
                deleting.delete_part(session, some, person=by)
        if not some:
            return count, digests, wires
        count += len(some)


def _ids(session: Session, key: Key) -> tuple[str, ...]:
    wanted = hash_of(key.value, b"same")  # of two values that are one: 5 and "5"
    hashed = hash_of(key.value, key.hash_key) if key.hash_key else ""
    texts = [text for text in (key.value.strip(), as_text(key.value), hashed) if text]
    named = [(*model, each) for model, fields in key.named.items() for each in fields]
    found = db.case_keys.candidates(session, texts, () if key.field else named)
    return tuple(
        case_id
        for case_id, model, inputs in found
        if any(_is(inputs.get(name), wanted, hashed) for name in _fields(key, model))
    )


def _fields(key: Key, model: tuple[str, str]) -> Sequence[str]:
    return (key.field,) if key.field else key.named.get(model, ())


def _is(entered: object, wanted: str, hashed: str) -> bool:
    if isinstance(entered, Mapping):
        return bool(hashed) and entered.get(HASH) == hashed
    return entered is not None and hash_of(entered, b"same") == wanted


def _parts(ids: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(ids[i : i + _MOST_AT_ONCE]) for i in range(0, len(ids), _MOST_AT_ONCE)]


def _record(key: Key) -> Record:
    """The trail names the field: the value would stay in it for good."""
    return Record(kind="key", id=clip(key.field or "business key", MAX_KEY))
