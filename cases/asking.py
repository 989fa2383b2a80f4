"""Ask a model and record a case: one call, one transaction, whatever happens.

The same idempotency key twice, as from a double click, is one call and one case: within a process
the second waits for the first and gets its case. Two processes with one key at the same moment may
both call the model, but the unique key lets only one of them record; the other gets that case.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Protocol

import db.cases
from cases.answers import answer_of, as_facts, label_of, number_of
from cases.audit import ONE_IN_TEN, AuditDraw, AuditPolicy, Random, system_random
from cases.entries import entered
from cases.errors import CaseNotRecorded, KeyReused, Unexpected
from cases.payloads import pack, plain_url, without_secrets
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from db.tables import MAX_KEY
from mds_client.errors import MdsError
from mds_client.exchange import Exchange
from mds_client.prediction import Prediction
from mds_client.signature import ModelRef, Signature, Values

__all__ = ["Asked", "AskedModel", "answer_of", "ask", "error_of"]

_log = logging.getLogger(__name__)


class AskedModel(Protocol):
    """What is needed of a model to ask it; mds_client's Model is one."""

    @property
    def ref(self) -> ModelRef: ...

    def signature(self) -> Signature: ...

    def predict(self, values: Values, /, *, request_id: str, trace_id: str) -> Prediction: ...


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of asking. `prediction` is None when it failed and when the key was seen before."""

    case_id: str
    prediction: Prediction | None
    error: MdsError | None
    case: CaseView


@dataclass(kw_only=True)
class _Attempt:
    """One call while it happens: filled in as far as it gets."""

    signature: Signature | None = None
    prediction: Prediction | None = None
    error: MdsError | None = None
    seconds: float = 0.0

    @property
    def exchange(self) -> Exchange | None:
        if self.prediction is not None:
            return self.prediction.exchange
        return self.error.exchange if self.error else None


def ask(
    model: AskedModel,
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
) -> Asked:
    """Call the model once and record what happened. Errors of the model are in the result.

    Raises `KeyReused` when the key came with other values before, `CaseNotRecorded` when the
    database does not work (before the call, if that is known by then).
    """
    if not 0 < len(key) <= MAX_KEY:
        raise ValueError(f"an idempotency key has 1 to {MAX_KEY} characters")
    case = _draft(model.ref, values, key, person, audit.draw(random), clock(), new_id())
    with _in_flight.alone(key):
        stored = _asked_before(sessions, key)
        if stored is not None:
            return _again(stored, case)
        attempt = _call(model, values, case.id, trace_id, stopwatch)
        return _record(sessions, _completed(case, attempt), attempt)


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


def _draft(
    ref: ModelRef,
    values: Values,
    key: str,
    person: str,
    lottery: AuditDraw,
    now: datetime,
    case_id: str,
) -> CaseView:
    """The case as far as it is known before the call."""
    return CaseView(
        id=case_id,
        created_at=now,
        person=known(person),
        idempotency_key=key,
        server=ref.server,
        model=ref.name,
        version_asked=ref.version,
        version=ref.version,
        signature_fingerprint="",
        question="",
        entered=entered(values),
        outcome="error",
        answer=None,
        answer_label=None,
        answer_number=None,
        error_sentence="",
        error_advice="",
        error_detail="",
        url="",
        http_status=None,
        request_id=case_id,
        trace_id="",
        request_headers={},
        response_headers={},
        seconds_total=0.0,
        seconds_wire=None,
        audit_probability=lottery.probability,
        audit_draw=lottery.draw,
        is_audited=lottery.is_audited,
    )


def _asked_before(sessions: Sessions, key: str) -> CaseView | None:
    try:
        with reading(sessions) as session:
            return db.cases.by_key(session, key)
    except StorageError as error:
        _log.exception("no case can be recorded: nothing was sent")
        raise CaseNotRecorded(str(error)) from error


def _again(stored: CaseView, case: CaseView) -> Asked:
    """The result of asking the same thing again; an answer to another question is never given."""
    if _question(stored) != _question(case):
        raise KeyReused(stored.id)
    return Asked(case_id=stored.id, prediction=None, error=error_of(stored), case=stored)


def _question(case: CaseView) -> tuple[object, ...]:
    # As text: NaN is not equal to itself, but it is the same entry.
    values = json.dumps(case.entered, sort_keys=True)
    return case.server, case.model, case.version_asked, case.person, values


def _call(
    model: AskedModel,
    values: Values,
    request_id: str,
    trace_id: str,
    stopwatch: Callable[[], float],
) -> _Attempt:
    attempt, began = _Attempt(), stopwatch()
    try:
        attempt.signature = model.signature()
        attempt.prediction = model.predict(values, request_id=request_id, trace_id=trace_id)
    except MdsError as error:
        attempt.error = error
        _log.warning("request %s to %s: %s %s", request_id, model.ref, error.kind, error.detail)
    except Exception as cause:  # the analyst gets a sentence, the log the rest
        attempt.error = Unexpected(cause, request_id)
        attempt.error.__cause__ = cause
        _log.exception("request %s to %s broke on our side", request_id, model.ref)
    attempt.seconds = stopwatch() - began
    return attempt


def _completed(case: CaseView, attempt: _Attempt) -> CaseView:
    """The case with everything that the call taught us."""
    case = replace(case, seconds_total=attempt.seconds)
    case = _with_signature(case, attempt.signature)
    case = _with_exchange(case, attempt.exchange)
    case = _with_error(case, attempt.error)
    return _with_answer(case, attempt.prediction)


def _with_signature(case: CaseView, signature: Signature | None) -> CaseView:
    if signature is None:
        return case
    return replace(
        case,
        signature_fingerprint=signature.fingerprint,
        question=signature.question,
        version=case.version or signature.model.version,
    )


def _with_exchange(case: CaseView, exchange: Exchange | None) -> CaseView:
    if exchange is None:
        return case
    return replace(
        case,
        url=plain_url(exchange.url),
        http_status=exchange.status,
        request_id=exchange.request_id or case.request_id,
        trace_id=exchange.trace_id,
        request_headers=without_secrets(exchange.request_headers),
        response_headers=without_secrets(exchange.response_headers),
        seconds_wire=exchange.seconds,
    )


def _with_error(case: CaseView, error: MdsError | None) -> CaseView:
    if error is None:
        return case
    return replace(
        case,
        outcome=error.kind,
        error_sentence=error.sentence,
        error_advice=error.advice,
        error_detail=error.detail,
    )


def _with_answer(case: CaseView, prediction: Prediction | None) -> CaseView:
    if prediction is None:
        return case
    answer = prediction.answer
    return replace(
        case,
        outcome="answered",
        version=prediction.model.version or case.version,
        signature_fingerprint=prediction.signature_fingerprint or case.signature_fingerprint,
        answer=as_facts(answer),
        answer_label=label_of(answer),
        answer_number=number_of(answer),
    )


def _record(sessions: Sessions, case: CaseView, attempt: _Attempt) -> Asked:
    exchange = attempt.exchange
    request = pack(exchange.request_body if exchange else b"")
    response = pack(exchange.response_body if exchange else b"")
    try:
        with writing(sessions) as session:
            kept = db.cases.add(session, case, request, response)
    except Conflict as error:
        return _recorded_elsewhere(sessions, case, attempt, error)
    except StorageError as error:
        raise _not_recorded(attempt, error) from error
    return Asked(case_id=kept.id, prediction=attempt.prediction, error=attempt.error, case=kept)


def _recorded_elsewhere(
    sessions: Sessions, case: CaseView, attempt: _Attempt, error: Conflict
) -> Asked:
    """Another process recorded a case under this key while we were calling: theirs counts."""
    stored = _asked_before(sessions, case.idempotency_key)
    if stored is None:
        raise _not_recorded(attempt, error) from error
    return _again(stored, case)


def _not_recorded(attempt: _Attempt, error: StorageError) -> CaseNotRecorded:
    _log.error("the model was asked, but the case could not be recorded", exc_info=error)
    return CaseNotRecorded(str(error), attempt.prediction)
