"""Ask a model and record a case, whatever happens: a case is written before the call and completed after it.

If the process ends in between, the case stays behind as asked with an answer that is not known.

The same idempotency key twice, as from a double click, is one call and one case: within a process
the second waits for the first and gets its case. Of two processes with one key at the same moment one asks;
the other gets that case as it is by then.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import db.case_files
import db.cases
from cases import trail
from cases.answers import answer_of
from cases.attempt import (
    Assignment,
    Attempt,
    FirstCall,
    Predictor,
    begun,
    call,
    completed,
    draft,
    signature_or_none,
)
from cases.audit_sample import ONE_IN_TEN, AuditPolicy, Random, system_random
from cases.errors import CaseNotRecorded, KeyReused
from cases.files import to_keep
from cases.outliers import Outliers, compared
from cases.privacy import protected
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from db.tables import MAX_KEY
from mds_client.errors import MdsError
from mds_client.prediction import Prediction
from mds_client.signature import Values

__all__ = [
    "Predictor",
    "Recorded",
    "answer_of",
    "error_of",
    "is_under_way",
    "new_case_id",
    "predict_and_record",
]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What came of asking. `prediction` is None when it failed and when the key was seen before."""

    case_id: str
    prediction: Prediction | None
    error: MdsError | None
    case: CaseView


def new_case_id() -> str:
    """An id for a case that is about to be asked, for whoever needs it before."""
    return make_id()


def predict_and_record(
    model: Predictor,
    values: Values,
    *,
    sessions: Sessions,
    key: str,
    person: str = "",
    audit: AuditPolicy = ONE_IN_TEN,
    trace_id: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
    random: Random = system_random,
    stopwatch: Callable[[], float] = time.perf_counter,
    keep_bytes: int = 0,
    purpose: str = "asked",
    parent_id: str | None = None,
    workspace: str | None = None,
    assignment: Assignment | None = None,
    first_call: FirstCall | None = None,
    hash_key: bytes = b"",
    outliers: Outliers | None = None,
) -> Recorded:
    """Call the model once and record what happened. Errors of the model are in the result.

    Files and large values of at most `keep_bytes` are kept with the case. `purpose` says why it is asked, `parent_id`
    which case it asks again, `workspace` to which show or demonstration it belongs, `assignment` which experiment drew its
    model, `first_call` whether its person answered before the model; `outliers` says whether it is unlike earlier ones. Of sensitive values the case has what their policy says; `hash_key` is for those that are hashed.

    Raises `KeyReused` when the key came with other values before, `CaseNotRecorded` when the
    database does not work (before the call, if that is known by then).
    """
    if not 0 < len(key) <= MAX_KEY:
        raise ValueError(f"an idempotency key has 1 to {MAX_KEY} characters")
    lottery, now, case_id = audit.draw(model.ref, values, random), clock(), new_id()
    case = draft(
        model.ref, values, key, person, lottery, now, case_id, purpose, parent_id, workspace
    )
    case = _as_asked(case, model, values, hash_key, outliers, (assignment, first_call))
    with _in_flight.alone(key):
        stored = _begin(sessions, case, to_keep(values, case.inputs, keep_bytes), first_call)
        if stored is not None:
            return _again(stored, case)
        attempt = call(model, values, case.id, trace_id, stopwatch)
        return _record(sessions, completed(case, attempt), attempt)


def _as_asked(
    case: CaseView,
    model: Predictor,
    values: Values,
    hash_key: bytes,
    outliers: Outliers | None,
    marks: Iterable[Assignment | FirstCall | None],
) -> CaseView:
    """The case as it is kept: its sensitive values as their policy says, whether it is unlike earlier ones, and what marks it."""
    signature = signature_or_none(model)
    case = protected(case, signature, values, hash_key)
    [case] = compared([case], [values], outliers, signature)
    for mark in marks:
        case = mark.of(case) if mark else case
    return case


def is_under_way(key: str) -> bool:
    """Whether this process asks a model under this key now."""
    return _in_flight.has(key)


def error_of(case: CaseView) -> MdsError | None:
    """The error that a case ended with, in the same words; None when the model answered."""
    if case.is_answered:
        return None
    error = MdsError(case.error_sentence, advice=case.error_advice, detail=case.error_detail)
    error.kind = case.outcome
    return error


class _InFlight:
    """Lets one thread at a time through for each key."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._turns: dict[str, _Turn] = {}

    def has(self, key: str) -> bool:
        with self._lock:
            return key in self._turns

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.waiting += 1
        try:
            with turn.lock:
                yield
        finally:
            self._leave(key, turn)

    def _leave(self, key: str, turn: _Turn) -> None:
        with self._lock:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[key]


@dataclass(kw_only=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    waiting: int = 0


_in_flight = _InFlight()


def _asked_before(sessions: Sessions, key: str) -> CaseView | None:
    try:
        with reading(sessions) as session:
            return db.cases.by_key(session, key)
    except StorageError as error:
        _log.exception("no case can be recorded: nothing was sent")
        raise CaseNotRecorded(str(error)) from error


def _again(stored: CaseView, case: CaseView) -> Recorded:
    """The result of asking the same thing again; an answer to another question is never given."""
    if _question(stored) != _question(case):
        raise KeyReused(stored.id)
    return Recorded(case_id=stored.id, prediction=None, error=error_of(stored), case=stored)


def _question(case: CaseView) -> tuple[object, ...]:
    # As text: NaN is not equal to itself, but it is the same entry.
    values = json.dumps(case.inputs, sort_keys=True)
    return case.server, case.model, case.version_asked, case.person, values


def _begin(
    sessions: Sessions,
    case: CaseView,
    files: Mapping[str, bytes],
    first_call: FirstCall | None,
) -> CaseView | None:
    """Record that the case is about to be asked; the case that has its key already, where there is one."""
    try:
        with writing(sessions) as session:
            db.cases.begin(session, [begun(case)])
            db.case_files.keep(session, files, case.created_at)
            if first_call and first_call.record:
                first_call.record(session, case)
    except Conflict as cause:
        stored = _asked_before(sessions, case.idempotency_key)
        if stored is not None:
            return stored
        if "idempotency_key" in str(cause):  # it is of somebody whose cases are not seen here
            raise KeyReused("of somebody else") from cause
        _log.exception("no case can be recorded: nothing was sent")
        raise CaseNotRecorded(str(cause)) from cause
    except StorageError as error:
        _log.exception("no case can be recorded: nothing was sent")
        raise CaseNotRecorded(str(error)) from error
    return None


def _record(sessions: Sessions, case: CaseView, attempt: Attempt) -> Recorded:
    request, response = attempt.bodies
    try:
        with writing(sessions) as session:
            kept = db.cases.complete(session, case, request, response)
            trail.note_prediction(session, kept, request, response)
    except StorageError as error:
        raise _not_recorded(attempt, error) from error
    failure = attempt.error or error_of(kept)
    answer = None if failure else attempt.prediction
    return Recorded(case_id=kept.id, prediction=answer, error=failure, case=kept)


def _not_recorded(attempt: Attempt, error: StorageError) -> CaseNotRecorded:
    _log.error("the model was asked, but the case could not be recorded", exc_info=error)
    return CaseNotRecorded(str(error), attempt.prediction)
