"""Rows and files taken out of the database: a ZIP file with a table a member, which its owner alone may read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import db.audit_log
import db.persons
from audit_log.chain import Record, append
from cases.files import files_in
from cases.payloads import unpack
from db.cases import StoredBody
from db.engine import Session, Sessions, reading, writing
from db.types import without_nan

# What gives the rows of each table.
Tables = Mapping[str, Callable[[], Iterable[Mapping[str, Any]]]]


def write(
    sessions: Sessions,
    path: Path,
    tables: Callable[[Session], Tables],
    about: Record,
    *,
    action: str,
    by: str,
) -> dict[str, int]:
    """Write a new file, and the trail's entry on it; how many rows, by table.

    A table is `<table>.jsonl`, a row a line; files that were kept are `files/<SHA-256>`. Raises FileExistsError.
    """
    path.touch(mode=0o600, exist_ok=False)
    try:
        archived = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        with archived as archive, reading(sessions) as session:
            db.audit_log.hold_still(session)
            counts = _write(archive, session, tables(session))
        with writing(sessions) as session:
            append(session, action, [about], person=by)
    except BaseException:
        path.unlink()
        raise
    return counts


def _write(archive: zipfile.ZipFile, session: Session, tables: Tables) -> dict[str, int]:
    """Rows come by table, so one member of the archive is open at a time."""
    counts: dict[str, int] = {}
    digests: set[str] = set()
    for table, rows in tables.items():
        with archive.open(f"{table}.jsonl", "w") as member:
            for row in rows():
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
