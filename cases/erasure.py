"""Everything about a person: taken out as a file, and erased with tombstones that leave the trail as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import db.audit_log
import db.deletion
import db.persons
from audit_log.chain import Record, append, erase_all, unchanged
from cases import deleting
from cases.archive import Tables, write
from cases.files import files_in
from db.audit_log import NAME_ERASED
from db.deletion import Wanted
from db.engine import Session, Sessions, reading, writing
from db.tables import MAX_KEY
from db.types import clip


class StillWorking(Exception):
    """Jobs of a person are under way: so many."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is about a person: rows by table, cases of theirs that stay as they are golden or held, and jobs that
    are under way."""

    rows: Mapping[str, int]
    staying: int
    under_way: int


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased. `changed` are signatures that kept the name, for they are not as the trail says."""

    cases: int
    statements: int
    files: int
    changed: int


def find(sessions: Sessions, person: str) -> Found:
    """What an export would hold, and what erasing would leave."""
    with reading(sessions) as session:
        return Found(
            rows=db.persons.counts(session, person),
            staying=db.deletion.count_staying(session, Wanted(person=person)),
            under_way=db.persons.under_way(session, person),
        )


def export(sessions: Sessions, person: str, path: Path, *, by: str) -> dict[str, int]:
    """Write everything about a person into a new ZIP file that its owner alone may read; how many rows, by table.

    A table is `<table>.jsonl`, a row a line; files that were kept are `files/<SHA-256>`. Raises FileExistsError.
    """

    def tables(session: Session) -> Tables:
        return {
            table: partial(db.persons.about, session, person, table)
            for table in db.persons.counts(session, person)
        }

    return write(sessions, path, tables, _record(person), action="export-person", by=by)


def erase(
    sessions: Sessions,
    person: str,
    *,
    by: str,
    between: Callable[[str], None] = lambda _: None,
) -> Erased:
    """Erase a person from the database but for the trail, part by part; begun again after a fault, it goes on.

    Cases that are golden or held stay, with what was said on them. Raises StillWorking.
    """
    if count := find(sessions, person).under_way:
        raise StillWorking(count)
    cases, digests = _erase_cases(sessions, person, by, between)
    statements = _erase_said(sessions, person, by)
    with writing(sessions) as session:
        while db.deletion.delete_batches(session, Wanted(person=person), deleting.AT_ONCE):
            pass
        db.persons.delete_rest(session, person)
    changed = _unname_signatures(sessions, person, by)
    _erase_tokens(sessions, person, by)
    with writing(sessions) as session:
        files = db.persons.delete_unnamed_files(session, digests)
        append(session, "erase-person", [_record(person)], person=by)
    return Erased(cases=cases, statements=statements, files=files, changed=changed)


def _erase_cases(
    sessions: Sessions, person: str, by: str, between: Callable[[str], None]
) -> tuple[int, set[str]]:
    """How many cases were deleted, and the files that they named."""
    count, digests = 0, set[str]()
    while True:
        with writing(sessions) as session:
            page = db.deletion.page(session, Wanted(person=person), limit=deleting.AT_ONCE)
            ids = [each[1] for each in page]
            if ids:
                digests |= files_in(db.persons.entered(session, ids))
                deleting.delete_part(session, ids, person=by)
        if not ids:
            return count, digests
        count += len(ids)
        between(f"{count:,} cases erased")


def _erase_said(sessions: Sessions, person: str, by: str) -> int:
    """What they said on cases of others."""
    count = 0
    while True:
        with writing(sessions) as session:
            gone = db.persons.delete_said(session, person, deleting.AT_ONCE)
            if gone:
                records = [Record(kind=kind, id=record_id) for kind, record_id in gone]
                erase_all(session, records, person=by)
        if not gone:
            return count
        count += len(gone)


def _unname_signatures(sessions: Sessions, person: str, by: str) -> int:
    """Take their name off what they published; how many are not as they were trailed, and so stay."""
    with writing(sessions) as session:
        ids = db.persons.overlays_of(session, person)
        intact = unchanged(session, "overlay", ids)
        whole = [each for each in ids if intact.get(each, True)]
        if whole:
            db.persons.unname_overlays(session, whole)
            contents = db.audit_log.contents(session, "overlay", whole)
            left = [
                Record(kind="overlay", id=each, values=contents[each] if each in intact else None)
                for each in whole
            ]
            erase_all(session, left, person=by, action=NAME_ERASED)
    return len(ids) - len(whole)


def _erase_tokens(sessions: Sessions, person: str, by: str) -> None:
    """Delete their tokens; those of others that they made or took back lose the name."""
    with writing(sessions) as session:
        if gone := db.persons.delete_tokens(session, person):
            erase_all(session, [Record(kind="token", id=each) for each in gone], person=by)
    with writing(sessions) as session:
        ids = db.persons.tokens_named(session, person)
        intact = unchanged(session, "token", ids)
        db.persons.unname_tokens(session, ids, person)
        contents = db.audit_log.contents(session, "token", ids)
        left = [
            Record(kind="token", id=each, values=contents[each]) for each in ids if intact.get(each)
        ]
        if left:
            erase_all(session, left, person=by, action=NAME_ERASED)


def _record(person: str) -> Record:
    return Record(kind="person", id=clip(person, MAX_KEY))
