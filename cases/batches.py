"""Files that models were asked about, found again: by their link, by their question, and the case of each row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import db.batch_chunks
import db.batches
import db.case_files
import db.cases
from cases.files import is_named, kept_value
from db.batches import BatchView
from db.cases import CaseView
from db.engine import Session, Sessions, reading
from db.ids import is_id
from mds_client.sensitive_values import has_marks
from mds_client.signature import ModelRef

__all__ = [
    "BatchView",
    "about_as_many_rows",
    "add",
    "by_question",
    "cases_of",
    "corrections_of",
    "digest_of",
    "find",
    "newest",
    "rows_done",
    "rows_of",
    "table_of",
]

MOST_LISTED = 5
MOST_COMPARED = 20
_AT_ONCE = 500


def add(session: Session, batch: BatchView, table: bytes) -> None:
    """Write a batch down, with the file's own table where there is one to keep."""
    if table:
        db.case_files.keep(session, {digest_of(table): table}, batch.created_at)
    db.batches.add(session, batch)


def digest_of(table: bytes) -> str:
    """Under what a table is kept; empty for none."""
    return hashlib.sha256(table).hexdigest() if table else ""


def find(sessions: Sessions, batch_id: str) -> BatchView | None:
    """The batch behind a link; None when there is none. Raises StorageError."""
    if not is_id(batch_id):
        return None
    with reading(sessions) as session:
        return db.batches.by_id(session, batch_id)


def by_question(sessions: Sessions, question: str) -> BatchView | None:
    """The newest batch in which this file was asked about with these columns. Raises StorageError."""
    with reading(sessions) as session:
        return db.batches.by_question(session, question)


def newest(sessions: Sessions, model: ModelRef, person: str) -> list[BatchView]:
    """What a person asked a model last, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.batches.newest(
            session, server=model.server, model=model.name, person=person, limit=MOST_LISTED
        )


def about_as_many_rows(sessions: Sessions, batch: BatchView) -> list[BatchView]:
    """Other batches about large files with as many rows, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        found = db.batches.of_rows(session, batch.rows, MOST_COMPARED)
    return [each for each in found if each.id != batch.id]


def corrections_of(sessions: Sessions, batch: BatchView) -> list[BatchView]:
    """The batches about corrected rows of this one, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.batches.corrections_of(session, batch.id)


def cases_of(sessions: Sessions, batch_id: str) -> list[CaseView]:
    """The case of each row that was asked so far, in the order of the rows. Raises StorageError."""
    with reading(sessions) as session:
        ids = db.batches.case_ids(session, batch_id)
        found: dict[str, CaseView] = {}
        for start in range(0, len(ids), _AT_ONCE):
            found |= db.cases.by_ids(session, ids[start : start + _AT_ONCE])
    return _up_to_the_first_missing(ids, found)


def _up_to_the_first_missing(ids: Sequence[str], found: dict[str, CaseView]) -> list[CaseView]:
    cases = []
    for case_id in ids:
        if case_id not in found:  # deleted since
            break
        cases.append(found[case_id])
    return cases


def rows_done(sessions: Sessions, batch: BatchView) -> list[tuple[int, int]]:
    """Which rows of a large file were asked about by now: from a first one on, counted from 0, so many each. Raises
    StorageError."""
    with reading(sessions) as session:
        return db.batch_chunks.spans_done(session, batch.id)


def table_of(sessions: Sessions, batch: BatchView) -> bytes | None:
    """The file's own table; None where it was not kept. Raises StorageError."""
    if not batch.table_sha256:
        return None
    with reading(sessions) as session:
        return db.case_files.content(session, batch.table_sha256)


def rows_of(sessions: Sessions, cases: Sequence[CaseView]) -> tuple[list[dict[str, object]], int]:
    """What was entered in each case, to be asked again, and how many rows lack a value: a file that is not kept any
    more, or what is sensitive and not stored."""
    rows = [_entered(sessions, case.inputs) for case in cases]
    known = [row for row in rows if row is not None]
    return known, len(rows) - len(known)


def _entered(sessions: Sessions, entered: Mapping[str, object]) -> dict[str, object] | None:
    """The values of a row with its files; None where one is not kept any more, or never was."""
    if has_marks([entered]):
        return None
    row = {n: kept_value(sessions, v) if is_named(v) else v for n, v in entered.items()}
    is_lacking = any(row[name] is None for name, value in entered.items() if is_named(value))
    return None if is_lacking else row
