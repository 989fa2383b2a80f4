"""Queries on the trail.

Whoever does something adds an entry, also those who may not read the trail: what appends goes to the tables
themselves, past the scope of the session. What reads takes the ORM, so that the scope holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    Dialect,
    Insert,
    Table,
    and_,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, undefer

from db.alike import Ready, insert_alike, insert_ready, ready_of
from db.audit_content import TRAILED
from db.cases import ASKED
from db.tables import (
    AuditChain,
    AuditEntry,
    AuditLeaf,
    AuditSalt,
    Case,
    Feedback,
)

MAIN = "main"
NO_HASH = ""
# The kind of a workspace in the main chain, and what is done to one.
WORKSPACE = "workspace"
OPENED, CLOSED = "open-workspace", "close-workspace"
ERASED = "erased"
BODIES_DELETED = "bodies-deleted"
TOKEN_CHANGED = ("revoke-token", "token-groups")
NAME_ERASED = "name-erased"
# After one of these, what earlier entries have of a record says nothing any more: its salt is gone.
ENDS = (ERASED, BODIES_DELETED, NAME_ERASED, *TOKEN_CHANGED)


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """One entry, as it is kept."""

    workspace: str
    number: int
    created_at: datetime
    person: str
    action: str
    kind: str
    record_id: str
    origin: str
    form: int
    before: str
    after: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class LeafView:
    """One record of an entry about several."""

    workspace: str
    number: int
    place: int
    kind: str
    record_id: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class SaltView:
    """The salt of a record's digests."""

    kind: str
    record_id: str
    salt: bytes


Head = tuple[int, str]
_chains, _entries, _leaves, _salts = (
    cast(Table, table.__table__) for table in (AuditChain, AuditEntry, AuditLeaf, AuditSalt)
)
_HEAD = (
    select(_chains.c.number, _chains.c.hash)
    .where(_chains.c.workspace == bindparam("name"))
    .with_for_update()
)
_MOVE = update(_chains).where(_chains.c.workspace == bindparam("name"))
_ADD_ENTRY = insert(_entries)
# The most frequent: one entry on one new record. PostgreSQL takes it in one round trip, SQLite has no such statement.
_ADD_ALL = (
    insert(_entries)
    .values({column.name: bindparam(f"entry_{column.name}") for column in _entries.columns})
    .add_cte(
        insert(_salts)
        .values({column.name: bindparam(f"salt_{column.name}") for column in _salts.columns})
        .cte("salted"),
        update(_chains)
        .where(_chains.c.workspace == bindparam("entry_workspace"))
        .values(number=bindparam("entry_number"), hash=bindparam("entry_hash"))
        .cte("moved"),
    )
)


# Appending.


def lock_head(session: Session, workspace: str) -> Head:
    """The number and hash of the newest entry, which nobody else can follow until the transaction ends."""
    connection = session.connection()
    row = connection.execute(_HEAD, {"name": workspace}).first()
    if row is None:
        connection.execute(_new_chain(session, workspace))
        row = connection.execute(_HEAD, {"name": workspace}).one()
    return row.number, row.hash


@dataclass(frozen=True, kw_only=True)
class ReadyRecords:
    """Salts and leaves of new records, as `add_ready` takes them."""

    salts: Ready
    leaves: Ready


def ready_records(
    dialect: Dialect,
    records: Sequence[tuple[str, str]],
    salts: Sequence[bytes],
    digests: Sequence[str],
) -> ReadyRecords:
    """The kind and the id of each record, its salt and its digest; one alone has no leaf. Made before the transaction, in which
    others wait."""
    salted = [(*record, salt) for record, salt in zip(records, salts, strict=True)]
    placed = [
        (place, *record, digest)
        for place, (record, digest) in enumerate(zip(records, digests, strict=True))
        if len(records) > 1
    ]
    return ReadyRecords(
        salts=ready_of(dialect, _salts, ("kind", "record_id", "salt"), salted),
        leaves=ready_of(dialect, _leaves, ("place", "kind", "record_id", "digest"), placed),
    )


def add_ready(session: Session, entry: EntryView, records: ReadyRecords) -> None:
    """Append an entry about several new records, whose chain `lock_head` has locked. Raises Conflict for a record that has a
    salt."""
    connection = session.connection()
    connection.execute(_ADD_ENTRY, vars(entry))
    insert_ready(session, records.salts, {})
    moved = {"name": entry.workspace, "number": entry.number, "hash": entry.hash}
    connection.execute(_MOVE, moved)
    shared = {"workspace": entry.workspace, "number": entry.number}
    insert_ready(session, records.leaves, shared)


def add(
    session: Session,
    entry: EntryView,
    leaves: Sequence[LeafView] = (),
    salts: Sequence[SaltView] = (),
) -> None:
    """Append an entry, whose chain `lock_head` has locked, with the salts of new records.

    Raises Conflict for a record that has a salt.
    """
    connection = session.connection()
    if len(salts) == 1 and connection.dialect.name == "postgresql":
        connection.execute(_ADD_ALL, _prefixed("entry", entry) | _prefixed("salt", salts[0]))
    else:
        connection.execute(_ADD_ENTRY, vars(entry))
        if salts:
            insert_alike(session, _salts, {}, [vars(each) for each in salts])
        moved = {"name": entry.workspace, "number": entry.number, "hash": entry.hash}
        connection.execute(_MOVE, moved)
    if leaves:
        shared = {"workspace": entry.workspace, "number": entry.number}
        names = ("place", "kind", "record_id", "digest")
        rows = [{name: getattr(each, name) for name in names} for each in leaves]
        insert_alike(session, _leaves, shared, rows)


def _prefixed(prefix: str, view: EntryView | SaltView) -> dict[str, object]:
    return {f"{prefix}_{name}": value for name, value in vars(view).items()}


def remove_salts(session: Session, kind: str, ids: Collection[str]) -> None:
    """From now on nobody can tell what the digests of these records were of."""
    of_records = (_salts.c.kind == kind, _salts.c.record_id.in_(ids))
    session.connection().execute(_salts.delete().where(*of_records))


def salt_of(session: Session, kind: str, record_id: str) -> bytes | None:
    """The salt of one record, whoever asks; None where it has none."""
    query = select(_salts.c.salt).where(_salts.c.kind == kind, _salts.c.record_id == record_id)
    return session.connection().scalar(query)


def _new_chain(session: Session, workspace: str) -> Insert:
    """The row of a chain without entries, unless another has just made it."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"workspace": workspace, "number": 0, "hash": NO_HASH}
    return cast(Insert, dialect.insert(_chains).values(row).on_conflict_do_nothing())


# Reading.


def hold_still(session: Session) -> None:
    """What this session reads from now on is of one moment. SQLite's transactions are so by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def heads(session: Session) -> dict[str, Head]:
    """The number and the hash of the newest entry, by workspace."""
    return {row.workspace: (row.number, row.hash) for row in session.scalars(select(AuditChain))}


def workspaces(session: Session) -> list[str]:
    """The workspaces that have entries."""
    return list(session.scalars(select(AuditEntry.workspace).distinct()))


def entries(
    session: Session, workspace: str, *, after: int = 0, limit: int = 100
) -> list[EntryView]:
    """The entries of a chain above a number, in their order."""
    query = select(AuditEntry).where(AuditEntry.workspace == workspace, AuditEntry.number > after)
    rows = session.scalars(query.order_by(AuditEntry.number).limit(limit)).all()
    return [_view(EntryView, row) for row in rows]


def entry(session: Session, workspace: str, number: int) -> EntryView | None:
    """One entry of a chain."""
    row = session.get(AuditEntry, (workspace, number))
    return None if row is None else _view(EntryView, row)


def leaves(session: Session, workspace: str, numbers: Collection[int]) -> dict[int, list[LeafView]]:
    """The records of entries about several, by the number of the entry, in their order."""
    query = select(AuditLeaf).where(AuditLeaf.workspace == workspace, AuditLeaf.number.in_(numbers))
    by_entry: dict[int, list[LeafView]] = {}
    for row in session.scalars(query.order_by(AuditLeaf.number, AuditLeaf.place)):
        by_entry.setdefault(row.number, []).append(_view(LeafView, row))
    return by_entry


def salts(session: Session, kind: str, ids: Collection[str]) -> dict[str, bytes]:
    """The salts of records of one kind, by id."""
    query = select(AuditSalt).where(AuditSalt.kind == kind, AuditSalt.record_id.in_(ids))
    return {row.record_id: row.salt for row in session.scalars(query)}


def newest_digests(session: Session, kind: str, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """The form and the digest that the newest entry with a digest of a record has, by id."""
    entry_of = (AuditLeaf.workspace == AuditEntry.workspace, AuditLeaf.number == AuditEntry.number)
    columns = (AuditEntry.created_at, AuditEntry.number, AuditEntry.form)
    # Of an entry about several, `after` is their root.
    alone = select(*columns, AuditEntry.record_id, AuditEntry.after).where(
        AuditEntry.kind == kind,
        AuditEntry.record_id.in_(ids),
        AuditEntry.after != "",
        ~exists().where(*entry_of),
    )
    among = (
        select(*columns, AuditLeaf.record_id, AuditLeaf.digest)
        .join(AuditLeaf, and_(*entry_of))
        .where(AuditLeaf.kind == kind, AuditLeaf.record_id.in_(ids), AuditLeaf.digest != "")
    )
    rows = [row for query in (alone, among) for row in session.execute(query)]
    return {row[3]: (row[2], row[4]) for row in sorted(rows, key=lambda r: (r[0], r[1]))}


def contents(session: Session, kind: str, ids: Collection[str]) -> dict[str, Mapping[str, object]]:
    """The columns of records of one kind as they are now, by id; nothing for an unknown kind."""
    table: Any = TRAILED.get(kind)
    if table is None:
        return {}
    names = [column.name for column in table.__table__.columns]
    bodies = [undefer(getattr(table, n)) for n in ("request_body", "response_body") if n in names]
    query = select(table).where(table.id.in_(ids)).options(*bodies)
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {row.id: {name: getattr(row, name) for name in names} for row in rows}


def replaced(session: Session, ids: Collection[str]) -> set[str]:
    """Those of these statements that another statement replaces."""
    query = select(Feedback.replaces).where(Feedback.replaces.in_(ids))
    return {statement for statement in session.scalars(query) if statement is not None}


def ended(session: Session, kind: str, ids: Collection[str]) -> dict[str, tuple[str, int]]:
    """Where the salts of these records were taken away on purpose last: the workspace and the number, by id."""
    place = (AuditEntry.workspace, AuditEntry.number)
    alone = select(*place, AuditEntry.record_id, AuditEntry.created_at).where(
        AuditEntry.action.in_(ENDS), AuditEntry.kind == kind, AuditEntry.record_id.in_(ids)
    )
    is_of_entry = and_(
        AuditLeaf.workspace == AuditEntry.workspace, AuditLeaf.number == AuditEntry.number
    )
    among = (
        select(*place, AuditLeaf.record_id, AuditEntry.created_at)
        .join(AuditLeaf, is_of_entry)
        .where(AuditEntry.action.in_(ENDS), AuditLeaf.kind == kind, AuditLeaf.record_id.in_(ids))
    )
    rows = [row for query in (alone, among) for row in session.execute(query)]
    return {row[2]: (row[0], row[1]) for row in sorted(rows, key=lambda r: (r[3], r[1]))}


def not_trailed(session: Session, kind: str) -> Iterator[tuple[str, datetime]]:
    """The id and time of every record of a kind that no entry has a digest of; of cases, of those that have ended."""
    table: Any = TRAILED[kind]
    # That somebody looked at a record says nothing of where it came from.
    digests = ((AuditEntry, AuditEntry.after), (AuditLeaf, AuditLeaf.digest))
    query = select(table.id, table.created_at).where(
        *(
            ~exists().where(place.kind == kind, place.record_id == table.id, digest != "")
            for place, digest in digests
        )
    )
    if table is Case:
        query = query.where(Case.outcome != ASKED)
    for row in session.execute(query.order_by(table.id)):
        yield row.id, row.created_at


def about(session: Session, kind: str, record_id: str, action: str) -> list[EntryView]:
    """What was done to one record, the newest first, whoever asks: for who has been shown the record itself."""
    names = [_entries.c[field.name] for field in fields(EntryView)]
    query = select(*names).where(
        _entries.c.kind == kind, _entries.c.record_id == record_id, _entries.c.action == action
    )
    rows = session.connection().execute(query.order_by(_entries.c.number.desc()))
    return [EntryView(**row._mapping) for row in rows]


def newest_of_kind(session: Session, kind: str) -> EntryView | None:
    """The newest entry of the main chain about a kind of record, whoever asks: for what notes a change of it."""
    names = [_entries.c[field.name] for field in fields(EntryView)]
    query = select(*names).where(_entries.c.kind == kind, _entries.c.workspace == MAIN)
    row = session.connection().execute(query.order_by(_entries.c.number.desc()).limit(1)).first()
    return None if row is None else EntryView(**row._mapping)


def workspace_entries(session: Session) -> list[EntryView]:
    """What the main chain says of workspaces, in its order."""
    query = select(AuditEntry).where(AuditEntry.workspace == MAIN, AuditEntry.kind == WORKSPACE)
    return [_view(EntryView, row) for row in session.scalars(query.order_by(AuditEntry.number))]


def is_closed(session: Session, workspace: str) -> bool:
    """Whether the main chain says that the chain of a workspace has come to its end, whoever asks."""
    closed = select(_entries.c.number).where(
        _entries.c.kind == WORKSPACE,
        _entries.c.record_id == workspace,
        _entries.c.action == CLOSED,
        _entries.c.workspace == MAIN,
    )
    return session.connection().execute(closed.limit(1)).first() is not None


def count(session: Session) -> int:
    """How many entries there are in all chains."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _view(view: Any, row: object) -> Any:
    return view(**{field.name: getattr(row, field.name) for field in fields(view)})
