"""One call to a model while it happens, and what a case keeps of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from cases.answers import as_facts, label_of, number_of
from cases.audit_sample import AuditDraw
from cases.errors import Unexpected
from cases.inputs import plain_inputs
from cases.payloads import left_out, pack, plain_url, without_secrets
from db.cases import ASKED, SHOW, CaseView, StoredBody
from db.engine import Session
from db.person import known
from db.tables import PURPOSES
from db.workspaces import is_of_show
from mds_client.errors import MdsError
from mds_client.prediction import Answer, Prediction
from mds_client.sensitive_values import SensitiveValues
from mds_client.signature import ModelRef, Signature, Values
from mds_client.transport.exchange import Exchange

_log = logging.getLogger(__name__)
_UNKNOWN = "The model was asked, and no answer is recorded."
_UNKNOWN_ADVICE = (
    "It may still be under way: open this link again in a moment. If the app was stopped while it waited, "
    "the answer is not known: ask again."
)


class Predictor(Protocol):
    """What is needed of a model to ask it; mds_client's Model is one."""

    @property
    def ref(self) -> ModelRef: ...

    def signature(self) -> Signature: ...

    def predict(self, values: Any, /, *, request_id: str, trace_id: str) -> Prediction: ...


@dataclass(kw_only=True)
class Attempt:
    """One call while it happens: filled in as far as it gets."""

    signature: Signature | None = None
    prediction: Prediction | None = None
    error: MdsError | None = None
    seconds: float = 0.0
    # What of the rows is not stored; None where everything is.
    withheld: SensitiveValues | None = None

    @property
    def bodies(self) -> tuple[StoredBody, StoredBody]:
        """What crossed the wire, as it is kept: no body that has, or may have, a value that is not stored."""
        exchange, hidden = self.exchange, self.withheld
        sent = exchange.request_body if exchange else b""
        received = exchange.response_body if exchange else b""
        if hidden is None or not hidden.has_values:
            return pack(sent), pack(received)
        return left_out(sent), left_out(received) if hidden.are_in(received) else pack(received)

    @property
    def exchange(self) -> Exchange | None:
        if self.prediction is not None:
            return self.prediction.exchange
        return self.error.exchange if self.error else None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What drew the model or version of a case: an experiment, its arm, and with which probability that was drawn."""

    experiment: str
    arm: str
    probability: float

    def of(self, case: CaseView) -> CaseView:
        """The case with this in it."""
        return replace(
            case,
            experiment=self.experiment,
            arm=self.arm,
            assignment_probability=self.probability,
        )


@dataclass(frozen=True, kw_only=True)
class FirstCall:
    """That a person may answer before the model: with which chance, what was drawn, and what writes down their answer in
    the transaction that begins the case; None for who was not drawn."""

    probability: float
    draw: float
    record: Callable[[Session, CaseView], None] | None = None

    def of(self, case: CaseView) -> CaseView:
        """The case with this in it."""
        return replace(case, call_probability=self.probability, call_draw=self.draw)


def draft(
    ref: ModelRef,
    values: Values,
    key: str,
    person: str,
    lottery: AuditDraw,
    now: datetime,
    case_id: str,
    purpose: str,
    parent_id: str | None = None,
    workspace: str | None = None,
) -> CaseView:
    """The case as far as it is known before the call. In a show everything is asked for the show, and counts nowhere. Raises
    ValueError for a purpose that is none."""
    if purpose not in PURPOSES:
        raise ValueError(f"no purpose of a case: {purpose!r}")
    return CaseView(
        id=case_id,
        created_at=now,
        person=known(person),
        idempotency_key=key,
        server=ref.server,
        model=ref.name,
        version_asked=ref.version,
        version=ref.version,
        entered=plain_inputs(values),
        outcome="error",
        request_id=case_id,
        audit_probability=lottery.probability,
        audit_draw=lottery.draw,
        is_audited=lottery.is_audited,
        purpose=SHOW if is_of_show(workspace) else purpose,
        parent_id=parent_id,
        workspace=workspace,
    )


def begun(case: CaseView) -> CaseView:
    """The draft as it is recorded before the call: what is left of it if this process ends meanwhile."""
    return replace(case, outcome=ASKED, error_sentence=_UNKNOWN, error_advice=_UNKNOWN_ADVICE)


def call(
    model: Predictor,
    values: Any,
    request_id: str,
    trace_id: str,
    stopwatch: Callable[[], float],
) -> Attempt:
    """Ask once, for one row or several. Never raises: errors are in the attempt."""
    attempt, began = Attempt(), stopwatch()
    quiet: SensitiveValues | None = None
    try:
        attempt.signature = model.signature()
        attempt.withheld, quiet = _sensitive(attempt.signature, values)
        attempt.prediction = model.predict(values, request_id=request_id, trace_id=trace_id)
    except MdsError as error:
        if quiet:
            quiet.error(error)
        attempt.error = error
        _log.warning("request %s to %s: %s %s", request_id, model.ref, error.kind, error.detail)
    except Exception as cause:  # the analyst gets a sentence, the log the rest
        attempt.error = Unexpected(cause, request_id)
        attempt.error.__cause__ = cause
        if quiet:
            quiet.error(attempt.error)
        _log.exception("request %s to %s broke on our side", request_id, model.ref)
    attempt.seconds = stopwatch() - began
    return attempt


def signature_or_none(model: Predictor) -> Signature | None:
    """What a model takes; None where that cannot be known, so that nothing can be sent either."""
    try:
        return model.signature()
    except Exception:
        return None  # the call meets the same, and says it


def _sensitive(
    signature: Signature, values: Any
) -> tuple[SensitiveValues | None, SensitiveValues | None]:
    """The values that are not stored, and all that are kept out of errors and the log: as long as the second is held."""
    if not any(field.sensitive for field in signature.inputs):
        return None, None
    rows: list[Values] = [values] if isinstance(values, Mapping) else list(values)
    quiet = SensitiveValues.of(signature, rows, all_sensitive=True)
    quiet.hold()
    return SensitiveValues.of(signature, rows, all_sensitive=False), quiet


def completed(case: CaseView, attempt: Attempt, row: int = 0) -> CaseView:
    """The case of one row with everything that the call taught us. Never raises: a case that began also ends."""
    try:
        return _completed(case, attempt, row)
    except Exception as cause:
        _log.exception("the answer to request %s cannot be kept", case.request_id)
        known = replace(case, seconds_total=attempt.seconds)
        return _with_error(known, Unexpected(cause, case.request_id))


def _completed(case: CaseView, attempt: Attempt, row: int) -> CaseView:
    case = replace(case, seconds_total=attempt.seconds)
    case = _with_signature(case, attempt.signature)
    case = _with_exchange(case, attempt.exchange)
    case = _with_error(case, attempt.error)
    case = _with_answer(case, attempt.prediction, row)
    hidden = attempt.withheld
    return _without(hidden, case) if hidden and hidden.has_values else case


def _without(hidden: SensitiveValues, case: CaseView) -> CaseView:
    """The case without the values that are not stored, wherever the model repeats them."""
    label = case.answer_label
    return replace(
        case,
        answer=None if case.answer is None else hidden.answer(case.answer),
        answer_label=None if label is None else hidden.label(label),
        url=hidden.text(case.url),
        error_sentence=hidden.text(case.error_sentence),
        error_advice=hidden.text(case.error_advice),
        error_detail=hidden.text(case.error_detail),
        request_headers={n: hidden.text(str(v)) for n, v in case.request_headers.items()},
        response_headers={n: hidden.text(str(v)) for n, v in case.response_headers.items()},
    )


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
        attempts=exchange.attempts,
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


def _with_answer(case: CaseView, prediction: Prediction | None, row: int) -> CaseView:
    if prediction is None:
        return case
    if row in prediction.failures:
        return _with_error(case, prediction.failures[row])
    answer = prediction.answers[row]
    return replace(
        case,
        outcome="answered",
        version=prediction.model.version or case.version,
        signature_fingerprint=prediction.signature_fingerprint or case.signature_fingerprint,
        **answer_columns(answer),
    )


def answer_columns(answer: Answer) -> dict[str, Any]:
    """The columns of a case that hold an answer."""
    return {
        "answer": as_facts(answer),
        "answer_label": label_of(answer),
        "answer_number": number_of(answer),
    }
