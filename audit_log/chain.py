"""Append to the trail, in the transaction of the thing itself: both are written, or neither.

An append locks the end of the chain until the transaction ends, so it comes last in it, and once: whoever holds the
end of a chain waits for nothing else, and nobody waits for long.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import db.audit_content
import db.audit_log
from audit_log.hashing import digest, entry_hash, new_salts, root
from db.audit_content import FORM, TRAILED
from db.audit_log import ERASED, MAIN, EntryView, LeafView, ReadyRecords, SaltView
from db.engine import Dialect, Session
from db.errors import Conflict
from db.ids import utc_now
from db.tables import SHORT
from db.types import clip

Values = Mapping[str, object]
_from: ContextVar[str] = ContextVar("from_where", default="")


@dataclass(frozen=True, kw_only=True)
class Record:
    """What something was done to: a kind of record and its id.

    `values` are the columns of a new record of a kind in `TRAILED`, or `content` is what its digest is of; without them
    nothing is digested.
    """

    kind: str
    id: str
    values: Values | None = None
    content: bytes | None = None


@contextmanager
def acting_from(origin: str) -> Iterator[None]:
    """What is appended in this block, in this thread, was done from there: the address of a client, say."""
    token = _from.set(clip(origin, SHORT))
    try:
        yield
    finally:
        _from.reset(token)


def append(
    session: Session,
    action: str,
    records: Sequence[Record],
    *,
    person: str,
    before: Record | str | None = None,
    workspace: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> EntryView:
    """Add one entry on what somebody did to some records, at least one, to the chain of a workspace or the main one.

    `before` is what a new record replaces, or a digest of it. Raises Conflict where a record that is said to be new has
    been trailed before, and where the chain is closed.
    """
    salted = [each for each in records if each.values or each.content]
    salts = [
        SaltView(kind=each.kind, record_id=each.id, salt=salt)
        for each, salt in zip(salted, new_salts(len(salted)), strict=True)
    ]
    by_record = {(each.kind, each.record_id): each.salt for each in salts}
    digests = [_digest(each, by_record.get((each.kind, each.id))) for each in records]
    entry = _entry(action, records[0], root(digests), person, workspace, clock)
    entry = replace(entry, before=_digest_before(session, before))
    return _append_to_chain(session, entry, records if len(records) > 1 else (), digests, salts)


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """New records, several, with all that the trail has of them but its place: made before the transaction that appends them, in
    which others wait. `root` is that of their digests."""

    first: Record
    root: str
    ready: ReadyRecords


def sealed(dialect: Dialect, records: Sequence[Record]) -> Sealed:
    """Records that each have values or content, two at least."""
    salts = new_salts(len(records))
    digests = [_digest(each, salt) for each, salt in zip(records, salts, strict=True)]
    named = [(each.kind, each.id) for each in records]
    return Sealed(
        first=records[0],
        root=root(digests),
        ready=db.audit_log.ready_records(dialect, named, salts, digests),
    )


def append_sealed(
    session: Session,
    action: str,
    records: Sealed,
    *,
    person: str,
    workspace: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> EntryView:
    """As `append`, of records that were sealed before."""
    entry = _entry(action, records.first, records.root, person, workspace, clock)
    entry = _placed(session, entry)
    db.audit_log.add_ready(session, entry, records.ready)
    return entry


def erase(session: Session, kind: str, record_id: str, *, person: str) -> EntryView:
    """Delete the salt of a record that is erased: nothing can be told from its digests, and the chain still holds."""
    return erase_all(session, [Record(kind=kind, id=record_id)], person=person)


def erase_all(
    session: Session,
    records: Sequence[Record],
    *,
    person: str,
    action: str = ERASED,
    workspace: str | None = None,
) -> EntryView:
    """One entry for several records that are erased, at least one, whose salts go.

    A record with values is reduced rather than erased: what is left of it gets a digest with a new salt.
    """
    for kind in {record.kind for record in records}:
        db.audit_log.remove_salts(session, kind, [r.id for r in records if r.kind == kind])
    return append(session, action, records, person=person, workspace=workspace)


def unchanged(session: Session, kind: str, ids: Sequence[str]) -> dict[str, bool]:
    """Which of these records are as they were trailed, so that they may be reduced without hiding a change.

    False for a record that was changed; one that no entry has a digest of is not in the answer.
    """
    salts = db.audit_log.salts(session, kind, ids)
    contents = db.audit_log.contents(session, kind, ids)
    return {
        record_id: record_id in salts
        and record_id in contents
        and digest(salts[record_id], db.audit_content.content(kind, contents[record_id], form))
        == trailed
        for record_id, (form, trailed) in db.audit_log.newest_digests(session, kind, ids).items()
    }


def _entry(
    action: str,
    record: Record,
    after: str,
    person: str,
    workspace: str | None,
    clock: Callable[[], datetime],
) -> EntryView:
    """An entry without its place."""
    return EntryView(
        workspace=workspace or MAIN,
        number=0,
        created_at=clock(),
        person=clip(person, SHORT),
        action=action,
        kind=record.kind,
        record_id=record.id,
        origin=_from.get() or _host(),
        form=FORM,
        before="",
        after=after,
        previous_hash="",
        hash="",
    )


def _placed(session: Session, entry: EntryView) -> EntryView:
    """The entry with its place at the end of its chain. All that can be made before has been: from here on others wait."""
    number, previous = db.audit_log.lock_head(session, entry.workspace)
    if entry.workspace != MAIN and db.audit_log.is_closed(session, entry.workspace):
        raise Conflict(f"the workspace {entry.workspace} is closed")
    entry = replace(entry, number=number + 1, previous_hash=previous)
    return replace(entry, hash=entry_hash(entry))


def _append_to_chain(
    session: Session,
    entry: EntryView,
    records: Sequence[Record],
    digests: Sequence[str],
    salts: Sequence[SaltView],
) -> EntryView:
    """The entry at the end of its chain."""
    entry = _placed(session, entry)
    leaves = [
        LeafView(
            workspace=entry.workspace,
            number=entry.number,
            place=place,
            kind=record.kind,
            record_id=record.id,
            digest=record_digest,
        )
        for place, (record, record_digest) in enumerate(zip(records, digests, strict=False))
    ]
    db.audit_log.add(session, entry, leaves, salts)
    return entry


def _digest(record: Record, salt: bytes | None) -> str:
    if salt is None:
        return ""
    if record.content is not None:
        return digest(salt, record.content)
    if record.values is None:
        return ""
    return digest(salt, db.audit_content.content(record.kind, record.values))


def _digest_before(session: Session, record: Record | str | None) -> str:
    """The digest of what is replaced; empty for nothing, and for what is older than the trail."""
    if isinstance(record, str):
        return record
    if record is None or record.kind not in TRAILED:
        return ""
    return _digest(record, db.audit_log.salt_of(session, record.kind, record.id))


@cache
def _host() -> str:
    """From where something is done, where nobody says it: the machine, or the container, that this process runs on."""
    return clip(socket.gethostname(), SHORT)
