"""Queries on cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, undefer

from db.tables import Case, Scenario


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as it was recorded, without the bodies that crossed the wire."""

    id: str
    created_at: datetime
    person: str
    idempotency_key: str
    server: str
    model: str
    version_asked: str
    version: str
    signature_fingerprint: str
    question: str
    entered: dict[str, object]
    outcome: str
    answer: dict[str, object] | None
    answer_label: str | None
    answer_number: float | None
    error_sentence: str
    error_advice: str
    error_detail: str
    url: str
    http_status: int | None
    request_id: str
    trace_id: str
    request_headers: dict[str, object]
    response_headers: dict[str, object]
    seconds_total: float
    seconds_wire: float | None
    audit_probability: float
    audit_draw: float
    is_audited: bool

    @property
    def is_answered(self) -> bool:
        return self.outcome == "answered"


@dataclass(frozen=True, kw_only=True)
class StoredBody:
    """A body that crossed the wire: compressed, and cut when it was too large to keep.

    `size` and `sha256` are those of the whole body, also when only its beginning was kept.
    """

    data: bytes
    size: int
    sha256: str
    is_truncated: bool


NOTHING = StoredBody(data=b"", size=0, sha256="", is_truncated=False)


def add(session: Session, case: CaseView, request: StoredBody, response: StoredBody) -> CaseView:
    """Add a case with its bodies; answers the case as it can be read back."""
    bodies = {**_columns("request", request), **_columns("response", response)}
    row = Case(**_values(case), **bodies)
    session.add(row)
    session.flush()
    session.refresh(row)
    return _view(row)


def add_all(
    session: Session, cases: Sequence[CaseView], request: StoredBody, response: StoredBody
) -> list[CaseView]:
    """Add the cases of one call. The first holds the bodies that crossed the wire, the others point to it."""
    first = add(session, cases[0], request, response)
    nothing = {**_columns("request", NOTHING), **_columns("response", NOTHING)}
    rows = [Case(**_values(case), **nothing, wire_of=first.id) for case in cases[1:]]
    session.add_all(rows)
    session.flush()
    return [first, *_views(rows)]


def by_id(session: Session, case_id: str) -> CaseView | None:
    row = session.get(Case, case_id)
    return None if row is None else _view(row)


def by_key(session: Session, key: str) -> CaseView | None:
    """The case that was recorded under an idempotency key."""
    row = session.scalar(select(Case).where(Case.idempotency_key == key))
    return None if row is None else _view(row)


def by_keys(session: Session, keys: Sequence[str]) -> dict[str, CaseView]:
    """The cases that were recorded under some of these idempotency keys, by key."""
    rows = session.scalars(select(Case).where(Case.idempotency_key.in_(keys))).all()
    return {row.idempotency_key: _view(row) for row in rows}


def lock(session: Session, case_id: str) -> CaseView | None:
    """The case, kept from others who would lock it until the transaction ends."""
    # FOR NO KEY UPDATE: explanations of the case can still be added. SQLite has one writer anyway.
    query = select(Case).where(Case.id == case_id).with_for_update(key_share=True)
    row = session.scalar(query)
    return None if row is None else _view(row)


def recent(
    session: Session,
    *,
    server: str | None = None,
    model: str | None = None,
    person: str | None = None,
    outcome: str | None = None,
    before: str = "",
    limit: int = 50,
    with_scenarios: bool = True,
) -> list[CaseView]:
    """The newest cases first; `before` is the last case of the page before. A scenario is what somebody made up."""
    asked = {"server": server, "model": model, "person": person, "outcome": outcome}
    query = select(Case).filter_by(**{k: v for k, v in asked.items() if v is not None})
    if not with_scenarios:
        query = query.where(Case.id.not_in(select(Scenario.asked_id)))
    query = _older_than(session, query, before).order_by(Case.created_at.desc(), Case.id.desc())
    return _views(session.scalars(query.limit(limit)).all())


def bodies(session: Session, case_id: str) -> tuple[StoredBody, StoredBody] | None:
    """The request and the response that crossed the wire."""
    loaded = [undefer(Case.request_body), undefer(Case.response_body)]
    row = session.get(Case, case_id, options=loaded)
    if row is not None and row.wire_of:
        row = session.get(Case, row.wire_of, options=loaded)
    return None if row is None else (_body(row, "request"), _body(row, "response"))


def _older_than(session: Session, query: Select[Case], case_id: str) -> Select[Case]:
    last = session.get(Case, case_id) if case_id else None
    if last is None:
        return query
    return query.where(tuple_(Case.created_at, Case.id) < tuple_(last.created_at, last.id))


def _views(rows: Sequence[Case]) -> list[CaseView]:
    return [_view(row) for row in rows]


def _view(row: Case) -> CaseView:
    return CaseView(**{field.name: getattr(row, field.name) for field in fields(CaseView)})


def _values(case: CaseView) -> dict[str, object]:
    return {field.name: getattr(case, field.name) for field in fields(CaseView)}


def _columns(side: str, body: StoredBody) -> dict[str, object]:
    names = {"data": "body", "is_truncated": "truncated"}
    return {f"{side}_{names.get(name, name)}": value for name, value in asdict(body).items()}


def _body(row: Case, side: str) -> StoredBody:
    return StoredBody(
        data=getattr(row, f"{side}_body"),
        size=getattr(row, f"{side}_size"),
        sha256=getattr(row, f"{side}_sha256"),
        is_truncated=getattr(row, f"{side}_truncated"),
    )
