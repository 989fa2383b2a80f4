"""Everything about a person: taken out as a file, and erased with tombstones that leave the trail as it was."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import db.audit_log
import db.deletion
import db.persons
from audit_log.chain import Record, append, erase_all, unchanged
from cases import deleting
from cases.files import files_in
from cases.payloads import unpack
from db.audit_log import NAME_ERASED
from db.cases import StoredBody
from db.deletion import Wanted
from db.engine import Session, Sessions, reading, writing
from db.tables import MAX_KEY
from db.types import clip, without_nan


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
    path.touch(mode=0o600, exist_ok=False)
    try:
        archived = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        with archived as archive, reading(sessions) as session:
            db.audit_log.hold_still(session)
            counts = _write(archive, session, person)
        with writing(sessions) as session:
            append(session, "export-person", [_record(person)], person=by)
    except BaseException:
        path.unlink()
        raise
    return counts


def _write(archive: zipfile.ZipFile, session: Session, person: str) -> dict[str, int]:
    """Rows come by table, so one member of the archive is open at a time."""
    counts: dict[str, int] = {}
    digests: set[str] = set()
    for table in db.persons.counts(session, person):
        with archive.open(f"{table}.jsonl", "w") as member:
            for row in db.persons.about(session, person, table):
                member.write(_line(row))
                counts[table] = counts.get(table, 0) + 1
                digests |= files_in([row.get("entered"), row.get("sensitive")])
                digests |= {str(row["table_sha256"])} if row.get("table_sha256") else set()
    for digest in sorted(digests):
        if (content := db.persons.file(session, digest)) is not None:
            archive.writestr(f"files/{digest}", content)
    return counts


def _line(row: Mapping[str, object]) -> bytes:
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            stored = StoredBody(data=value, size=0, sha256="", is_truncated=False)
            return unpack(stored).decode("utf-8", "backslashreplace")
    return without_nan(value)


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


def _record(person: str) -> Record:
    return Record(kind="person", id=clip(person, MAX_KEY))
