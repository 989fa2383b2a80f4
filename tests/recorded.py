"""Cases put straight into the database, for tests that need many of them or odd ones."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import insert

import db.cases
from cases.payloads import pack
from db.cases import CaseView
from db.engine import Sessions, writing
from db.ids import new_id
from db.tables import Case

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
NOT_THERE = "01JWNNWPR00000000000000000"  # an id like any other, of no case
_numbers = itertools.count(1)

CASE = CaseView(
    id="",
    created_at=NOON,
    person="ada",
    idempotency_key="",
    server="shelf",
    model="penguins",
    version_asked="",
    version="v1",
    signature_fingerprint="f1",
    question="Which species is it?",
    entered={"bill": 39.1},
    outcome="answered",
    answer={"kind": "class", "label": "Adelie"},
    answer_label="Adelie",
    answer_number=None,
    error_sentence="",
    error_advice="",
    error_detail="",
    url="http://mds/v2",
    http_status=200,
    request_id="r1",
    trace_id="t1",
    request_headers={},
    response_headers={},
    seconds_total=0.2,
    seconds_wire=0.1,
    audit_probability=0.1,
    audit_draw=0.5,
    is_audited=False,
)
NUMBER = {
    "answer": {"kind": "number", "number": 41.5},
    "answer_label": None,
    "answer_number": 41.5,
}
FAILED = {"outcome": "failed", "answer": None, "answer_label": None}


def case_of(**changes: object) -> CaseView:
    """A case with an id and a key of its own."""
    number = next(_numbers)
    return replace(CASE, **{"id": new_id(), "idempotency_key": f"key-{number}", **changes})


def add_cases(sessions: Sessions, *cases: CaseView) -> list[CaseView]:
    """Record cases as they are; with one statement, since to begin and end each takes ten times as long."""
    body = pack(b"{}")
    ended = [db.cases.columns(case, body, body) for case in cases if not case.is_unknown]
    with writing(sessions) as session:
        db.cases.begin(session, [case for case in cases if case.is_unknown])
        if ended:
            session.execute(insert(Case), ended)
        kept = db.cases.by_ids(session, [case.id for case in cases])
        return [kept[case.id] for case in cases]


def add_case(sessions: Sessions, **changes: object) -> CaseView:
    """Record one case."""
    return add_cases(sessions, case_of(**changes))[0]
