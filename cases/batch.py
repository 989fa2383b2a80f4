"""Ask a model for many rows: a few calls, one case a row, in the order of the rows.

Rows travel in chunks, which the client's RowSplitter cuts to what the model bears: where it refuses a request, or
answers it as one, the row that is to blame stands alone in the end: its case carries the error, the others their answers. A row that
was answered under its key before is not asked again, so what was cut off can be taken up where it ended. A row
that failed is: its case has a key of its own, and the model may have been repaired since.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

import db.case_files
import db.cases
from cases import trail
from cases.attempt import (
    Attempt,
    Predictor,
    begun,
    call,
    completed,
    draft,
    signature_or_none,
)
from cases.audit_sample import ONE_IN_TEN, AuditPolicy, Random, system_random
from cases.errors import CaseNotRecorded
from cases.files import to_keep
from cases.outliers import Outliers, compared
from cases.privacy import protected
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from mds_client.client.row_splitter import AT_ONCE, OF_ALL, RowSplitter, rows_at_once
from mds_client.errors import MdsError
from mds_client.prediction import Prediction
from mds_client.signature import Values

_log = logging.getLogger(__name__)
CHUNK = AT_ONCE
_AT_ONCE = 500  # rows whose cases are looked up at once
_AGAIN = "-again"


@dataclass(frozen=True, kw_only=True)
class RowsRequest:
    """What the cases of one question have in common. `key` names the question; each row's has its number.

    Files and large values of at most `keep_bytes` are kept with the cases. `purpose` says why they are asked,
    `workspace` to which show or demonstration they belong, `hash_key` is for sensitive values whose policy is a hash,
    `outliers` says which rows are unlike earlier cases. `as_known` completes a case by what is known of it better than
    its request shows, as the time of a row that went with others.
    """

    model: Predictor
    sessions: Sessions
    key: str
    person: str = ""
    audit: AuditPolicy = ONE_IN_TEN
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = make_id
    random: Random = system_random
    stopwatch: Callable[[], float] = time.perf_counter
    keep_bytes: int = 0
    purpose: str = "batch"
    workspace: str | None = None
    hash_key: bytes = b""
    outliers: Outliers | None = None
    as_known: Callable[[CaseView], CaseView] = field(default=lambda case: case)


def predict_rows(
    asked: RowsRequest,
    rows: Sequence[Values],
    chunk: int | Callable[[], int] = CHUNK,
    *,
    first: int = 0,
) -> Iterator[list[CaseView]]:
    """The cases of the rows, a chunk at a time, each recorded before it is given out.

    `chunk` is how many rows each has, or says it anew before each: at least one. `first` is the number of the first
    of these rows, where others went before.

    Rows that were under way when the process ended stay behind as asked, and are asked again.

    Raises the MdsError that would meet every row alike, such as a server that went away: one case records
    it, and the rows can be asked again. Raises CaseNotRecorded.
    """
    if not rows:
        return
    splitter = RowSplitter(_at_once(asked, chunk if isinstance(chunk, int) else CHUNK))
    start = 0
    while start < len(rows):
        some = rows[start : start + (chunk if isinstance(chunk, int) else chunk())]
        yield _chunk(asked, some, first + start, splitter)
        start += len(some)


def answered(sessions: Sessions, key: str, count: int) -> dict[int, CaseView]:
    """The cases of the rows that were answered under the key before, by the number of the row.

    Raises CaseNotRecorded where the database cannot be read.
    """
    by_row: dict[int, CaseView] = {}
    for start in range(0, count, _AT_ONCE):
        by_row |= _answered(sessions, key, range(start, min(start + _AT_ONCE, count)))
    return by_row


def _answered(sessions: Sessions, key: str, rows: range) -> dict[int, CaseView]:
    keys = {f"{key}-{row}": row for row in rows}
    # Failures were once recorded under the key of their row; it is asked again under another.
    again = {f"{name}{_AGAIN}": row for name, row in keys.items()}
    known = _recorded(sessions, [*keys, *again])
    return {(keys | again)[name]: case for name, case in known.items() if case.is_answered}


def _chunk(
    asked: RowsRequest, rows: Sequence[Values], start: int, splitter: RowSplitter
) -> list[CaseView]:
    """The cases of neighbouring rows; those that have no answer yet are asked for."""
    keys = [f"{asked.key}-{start + place}" for place in range(len(rows))]
    done = _answered(asked.sessions, asked.key, range(start, start + len(rows)))
    missing = [place for place in range(len(rows)) if start + place not in done]
    taken = _recorded(asked.sessions, [keys[place] for place in missing])
    drafts = [
        _draft(asked, rows[p], f"{keys[p]}{_AGAIN}" if keys[p] in taken else keys[p])
        for p in missing
    ]
    fresh = _asked(asked, [rows[place] for place in missing], drafts, splitter) if drafts else []
    done |= {start + place: case for place, case in zip(missing, fresh, strict=True)}
    return [done[start + place] for place in range(len(rows))]


def _draft(asked: RowsRequest, row: Values, key: str) -> CaseView:
    lottery = asked.audit.draw(asked.model.ref, row, asked.random)
    now, number = asked.clock(), asked.new_id()
    case = draft(
        asked.model.ref,
        row,
        key,
        asked.person,
        lottery,
        now,
        number,
        asked.purpose,
        workspace=asked.workspace,
    )
    return protected(case, signature_or_none(asked.model), row, asked.hash_key)


def _asked(
    asked: RowsRequest,
    rows: Sequence[Values],
    drafts: Sequence[CaseView],
    splitter: RowSplitter,
) -> list[CaseView]:
    """The cases of the rows, in as many requests as the model needs."""
    signature = signature_or_none(asked.model) if asked.outliers else None
    drafts = compared(drafts, rows, asked.outliers, signature)
    open_cases: set[str] = set()
    try:
        return list(_parts(asked, rows, drafts, splitter, open_cases))
    except OF_ALL:
        # One case has recorded it; the rows that went with it, or were to go, were not refused themselves.
        _withdraw(asked.sessions, sorted(open_cases))
        raise


def _parts(
    asked: RowsRequest,
    rows: Sequence[Values],
    drafts: Sequence[CaseView],
    splitter: RowSplitter,
    open_cases: set[str],
) -> Iterator[CaseView]:
    """The cases in the order of the rows; `open_cases` are those that were begun and have not ended.

    A request is known by the number of its first case, or by one of its own where another had that.
    """
    used: set[str] = set()
    splitter.add(len(rows))
    while (part := splitter.next()) is not None:
        some = drafts[part.start : part.stop]
        _begin(asked, rows[part.start : part.stop], [c for c in some if c.id not in open_cases])
        open_cases |= {case.id for case in some}
        request_id = asked.new_id() if some[0].id in used else some[0].id
        used.add(request_id)
        attempt = call(
            asked.model, list(rows[part.start : part.stop]), request_id, "", asked.stopwatch
        )
        if splitter.is_settled(part, _outcome(attempt)):
            yield from _settled(asked, attempt, [replace(c, request_id=request_id) for c in some])
            open_cases -= {case.id for case in some}


def _outcome(attempt: Attempt) -> Prediction | MdsError:
    return attempt.prediction or cast(MdsError, attempt.error)


def _settled(asked: RowsRequest, attempt: Attempt, drafts: Sequence[CaseView]) -> list[CaseView]:
    """The recorded cases of one request. Raises the error that would meet every row alike."""
    if isinstance(attempt.error, OF_ALL):
        # Not under the row's key, which stays free for the next time.
        failed = replace(drafts[0], idempotency_key=drafts[0].id)
        _record(asked.sessions, [asked.as_known(completed(failed, attempt))], attempt)
        raise attempt.error
    cases = [asked.as_known(completed(case, attempt, place)) for place, case in enumerate(drafts)]
    # The key of a row that failed stays free: it can be asked again.
    cases = [case if case.is_answered else replace(case, idempotency_key=case.id) for case in cases]
    return _record(asked.sessions, cases, attempt)


def _at_once(asked: RowsRequest, chunk: int) -> int:
    """How many rows a request may hold. What fails here fails again in the call, where it is recorded."""
    try:
        return rows_at_once(asked.model.signature().max_rows, chunk)
    except Exception:
        return chunk


def _recorded(sessions: Sessions, keys: Sequence[str]) -> dict[str, CaseView]:
    try:
        with reading(sessions) as session:
            return db.cases.by_keys(session, keys)
    except StorageError as error:
        raise CaseNotRecorded(str(error)) from error


def _begin(asked: RowsRequest, rows: Sequence[Values], drafts: Sequence[CaseView]) -> None:
    """Record which rows are about to be asked: all of a request, or none where a larger one held them.

    The keys of the rows stay free until they are answered.
    """
    if not drafts:
        return
    cases = [replace(begun(case), idempotency_key=case.id) for case in drafts]
    files: dict[str, bytes] = {}
    for row, case in zip(rows, cases, strict=True):
        files |= to_keep(row, case.inputs, asked.keep_bytes)
    try:
        with writing(asked.sessions) as session:
            db.cases.begin(session, cases)
            db.case_files.keep(session, files, cases[0].created_at)
    except StorageError as error:
        raise CaseNotRecorded(str(error)) from error


def _withdraw(sessions: Sessions, case_ids: Sequence[str]) -> None:
    try:
        with writing(sessions) as session:
            db.cases.withdraw(session, case_ids)
    except StorageError:
        _log.exception("rows that were not answered stay recorded as asked")


def _record(sessions: Sessions, cases: Sequence[CaseView], attempt: Attempt) -> list[CaseView]:
    """End all of one call's cases in one transaction; the first carries what crossed the wire."""
    request, response = attempt.bodies
    try:
        with writing(sessions) as session:
            kept = db.cases.complete_all(session, cases, request, response)
            trail.note_batch(session, kept, request, response)
            return kept
    except StorageError as error:
        raise CaseNotRecorded(str(error), attempt.prediction) from error
