"""Cases found again: one by its link, the newest, what crossed the wire, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import db.cases
import db.explanations
from cases.errors import NoSuchCase
from cases.inputs import plain_value
from cases.payloads import readable
from db.cases import GENUINE, NOTHING, CaseView, StoredBody
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict
from db.explanations import ExplanationView
from db.ids import is_id, utc_now
from db.ids import new_id as make_id

__all__ = [
    "GENUINE",
    "CaseView",
    "ExplanationView",
    "Wire",
    "WireBody",
    "add_explanation",
    "case",
    "explanations",
    "last_answered",
    "recent",
    "save_explanation",
    "wire",
]

MAX_RESULT_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class WireBody:
    """One body for the technical view. `size` and `sha256` are those of the whole body."""

    text: str
    size: int
    sha256: str
    is_truncated: bool


@dataclass(frozen=True, kw_only=True)
class Wire:
    """What crossed the wire in a case."""

    url: str
    http_status: int | None
    request_headers: Mapping[str, object]
    response_headers: Mapping[str, object]
    request: WireBody
    response: WireBody


def case(sessions: Sessions, case_id: str) -> CaseView | None:
    """The case behind a link; None when there is none."""
    if not is_id(case_id):
        return None
    with reading(sessions) as session:
        return db.cases.by_id(session, case_id)


def recent(
    sessions: Sessions,
    *,
    server: str | None = None,
    model: str | None = None,
    person: str | None = None,
    outcome: str | None = None,
    before: str = "",
    limit: int = 50,
    purposes: Collection[str] = (),
) -> list[CaseView]:
    """The newest cases first, of these purposes or of all that count. For the next page, `before` is the id of the last case of this one."""
    with reading(sessions) as session:
        return db.cases.recent(
            session,
            server=server,
            model=model,
            person=person,
            outcome=outcome,
            before=before if is_id(before) else "",
            limit=limit,
            purposes=purposes,
        )


def last_answered(
    sessions: Sessions, *, server: str, model: str, person: str | None = None
) -> CaseView | None:
    """The newest case of a model that got an answer."""
    newest = recent(
        sessions, server=server, model=model, person=person, outcome="answered", limit=1
    )
    return newest[0] if newest else None


def wire(sessions: Sessions, case_id: str) -> Wire | None:
    """What was sent and what came back, as text; None when there is no such case."""
    asked = case(sessions, case_id)
    if asked is None:
        return None
    with reading(sessions) as session:
        request, response = db.cases.bodies(session, case_id) or (NOTHING, NOTHING)
    return Wire(
        url=asked.url,
        http_status=asked.http_status,
        request_headers=asked.request_headers,
        response_headers=asked.response_headers,
        request=_wire_body(request),
        response=_wire_body(response),
    )


def save_explanation(
    sessions: Sessions,
    *,
    case_id: str,
    method: str,
    status: str,
    rows: int = 0,
    calls: int = 0,
    seconds: float = 0.0,
    seed: int | None = None,
    result: Mapping[str, object] | None = None,
    sentence: str = "",
    error: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> ExplanationView:
    """Record an explanation of a case. Raises `NoSuchCase`."""
    explanation = ExplanationView(
        id=new_id(),
        case_id=case_id,
        created_at=clock(),
        method=method,
        status=status,
        rows=rows,
        calls=calls,
        seconds=seconds,
        seed=seed,
        result=None if result is None else dict(result),
        sentence=sentence,
        error=error,
    )
    try:
        with writing(sessions) as session:
            return add_explanation(session, explanation)
    except Conflict as cause:
        raise NoSuchCase(case_id) from cause


def add_explanation(session: Session, explanation: ExplanationView) -> ExplanationView:
    """Record an explanation within a transaction; a result that is too large is left out, which is said."""
    kept, remark = _bounded(explanation.result)
    bounded = replace(explanation, result=kept, error=explanation.error or remark)
    return db.explanations.add(session, bounded)


def explanations(sessions: Sessions, case_id: str) -> list[ExplanationView]:
    """Explanations of a case, the newest first."""
    with reading(sessions) as session:
        return db.explanations.of_case(session, case_id)


def _wire_body(stored: StoredBody) -> WireBody:
    return WireBody(
        text=readable(stored),
        size=stored.size,
        sha256=stored.sha256,
        is_truncated=stored.is_truncated,
    )


def _bounded(result: Mapping[str, object] | None) -> tuple[dict[str, object] | None, str]:
    """The result as plain data; a result that is too large is left out, and the remark says so."""
    if result is None:
        return None, ""
    facts = {str(name): plain_value(value) for name, value in result.items()}
    size = len(json.dumps(facts))
    if size <= MAX_RESULT_BYTES:
        return facts, ""
    return None, f"The result was too large to keep ({size:,} bytes)."
