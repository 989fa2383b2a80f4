"""Queries on cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Dialect, Select, Table, delete, func, select, text, tuple_, update
from sqlalchemy.orm import Session, undefer

from db.alike import Ready, insert_ready, made_ready
from db.errors import StorageError
from db.tables import PURPOSES, Case
from db.workspaces import check_open, of_shows

# The outcome of a case whose answer is not known: it is written before the call, and the call ends it.
ASKED = "asked"
# Cases about something that there is: what a model meets. The others were made up, repeated, or shown. DEMO is the
# history of a demonstration, which plays what people asked of things that there are.
DEMO = "demo"
GENUINE = ("asked", "batch", DEMO)
# What the stage of a show and its audience ask counts nowhere, from the moment it is asked.
SHOW = "show"
COUNTED = tuple(purpose for purpose in PURPOSES if purpose != SHOW)
_TOGETHER = timedelta(minutes=2)
_KNOWN_BEFORE = {
    "id", "created_at", "person", "server", "model", "version_asked", "entered", "purpose",
    "audit_probability", "audit_draw", "is_audited", "parent_id", "workspace", "sensitive",
    "experiment", "arm", "assignment_probability", "call_probability", "call_draw", "unlike",
    "features", "detected",
}  # fmt: skip


class HasOutcome:
    """How a case ended, told by its outcome, and whether the demonstration asked it, told by its purpose."""

    outcome: str
    purpose: str

    @property
    def is_answered(self) -> bool:
        return self.outcome == "answered"

    @property
    def is_unknown(self) -> bool:
        """Whether it was asked and no answer is recorded: it is under way, or its process ended."""
        return self.outcome == ASKED

    @property
    def is_demonstration(self) -> bool:
        """Whether it is of the history that a demonstration opens with."""
        return self.purpose == DEMO


@dataclass(frozen=True, kw_only=True)
class CaseView(HasOutcome):
    """A case as it was recorded, without the bodies that crossed the wire.

    What is only known after the call has a default: so is the case as it is drafted before.
    """

    id: str
    created_at: datetime
    person: str
    idempotency_key: str
    server: str
    model: str
    version_asked: str
    version: str
    signature_fingerprint: str = ""
    question: str = ""
    entered: dict[str, object]
    outcome: str
    answer: dict[str, object] | None = None
    answer_label: str | None = None
    answer_number: float | None = None
    error_sentence: str = ""
    error_advice: str = ""
    error_detail: str = ""
    url: str = ""
    http_status: int | None = None
    request_id: str
    trace_id: str = ""
    request_headers: dict[str, object] = field(default_factory=dict)
    response_headers: dict[str, object] = field(default_factory=dict)
    seconds_total: float = 0.0
    seconds_wire: float | None = None
    audit_probability: float
    audit_draw: float
    is_audited: bool
    purpose: str = "asked"
    # The case that this one asks again.
    parent_id: str | None = None
    # How often the request was sent; None for what was recorded before that was counted.
    attempts: int | None = None
    # The show or the demonstration that it belongs to.
    workspace: str | None = None
    # The experiment that chose the model or version, which arm it drew, and with which probability.
    experiment: str | None = None
    arm: str | None = None
    assignment_probability: float | None = None
    # With which chance its person answered before the model, and what was drawn; None where nothing was.
    call_probability: float | None = None
    call_draw: float | None = None
    # What about its inputs is unlike all earlier ones; empty where nothing is, None where it was not compared.
    unlike: str | None = None
    # Its pictures and sounds as a few numbers each, by field.
    features: dict[str, object] | None = None
    # What the detectors deployed beside the model said of it, a part for each; None where there are none.
    detected: list[dict[str, object]] | None = None
    # Values of sensitive fields that are kept; `entered` has a mark in their place.
    sensitive: dict[str, object] | None = None

    @property
    def inputs(self) -> dict[str, object]:
        """What was entered, sensitive values included as far as they are kept."""
        return {**self.entered, **(self.sensitive or {})}


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


def begin(session: Session, cases: Sequence[CaseView]) -> None:
    """Add cases that are about to be asked, without bodies. Raises Conflict for a key that is taken, and for a workspace
    that is closed."""
    check_open(session, {case.workspace for case in cases if case.workspace})
    nothing = {**_columns("request", NOTHING), **_columns("response", NOTHING)}
    session.add_all([Case(**_values(case), **nothing) for case in cases])
    session.flush()


def complete(
    session: Session, case: CaseView, request: StoredBody, response: StoredBody
) -> CaseView:
    """End a case that was begun, with its bodies; answers the case as it can be read back.

    Raises StorageError where it is not there or has ended.
    """
    values = {**_changed(case), **_columns("request", request), **_columns("response", response)}
    query = update(Case).where(Case.id == case.id, Case.outcome == ASKED).values(values)
    row = session.scalar(query.returning(Case))
    if row is None:
        raise StorageError(f"case {case.id} is not under way")
    return _view(row)


def complete_all(
    session: Session, cases: Sequence[CaseView], request: StoredBody, response: StoredBody
) -> list[CaseView]:
    """End the cases of one call. The first holds the bodies that crossed the wire, the others point to it."""
    first = complete(session, cases[0], request, response)
    rest = [{"id": case.id, **_changed(case), "wire_of": first.id} for case in cases[1:]]
    if rest:
        session.execute(update(Case), rest)
    return [first, *cases[1:]]


def ready_alike(
    dialect: Dialect, first: Mapping[str, object], rows: Sequence[Mapping[str, object]]
) -> tuple[Ready, Ready]:
    """The cases of one call that have ended as `add_ready` takes them: the first, which holds the bodies that crossed the wire,
    and what is the others' own. Made before the transaction, in which others wait."""
    table = cast(Table, Case.__table__)
    return made_ready(dialect, table, [first]), made_ready(dialect, table, rows)


def add_ready(session: Session, cases: tuple[Ready, Ready], common: Mapping[str, object]) -> None:
    """Add the cases of one call, of which all but the first have these columns in common. Raises Conflict for a key that is
    taken."""
    first, others = cases
    insert_ready(session, first, {})
    insert_ready(session, others, common)


def withdraw(session: Session, case_ids: Sequence[str]) -> None:
    """Take back those of these cases that were begun and have not ended."""
    session.execute(delete(Case).where(Case.id.in_(case_ids), Case.outcome == ASKED))


def is_seen(session: Session, case_id: str) -> bool:
    """Whether there is such a case for whoever the session is of."""
    return session.scalar(select(Case.id).where(Case.id == case_id)) is not None


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


def by_ids(session: Session, ids: Sequence[str]) -> dict[str, CaseView]:
    """The cases with these ids, by id."""
    rows = session.scalars(select(Case).where(Case.id.in_(ids))).all()
    return {row.id: _view(row) for row in rows}


def children(session: Session, case_id: str, limit: int) -> list[CaseView]:
    """The newest cases that ask a case again."""
    query = select(Case).where(Case.parent_id == case_id)
    newest_first = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)
    return _views(session.scalars(newest_first).all())


def is_one_under_way(session: Session, server: str, since: datetime) -> bool:
    """Whether a single case was asked of a server since then and has no answer yet. The rows of a batch do not
    count: until they are answered, their key is their id."""
    # Not limited to the server: SQLite would take the index on it and look through all of its cases, for the one on those
    # without an answer it takes nothing but the words that the index has.
    query = select(Case.server).where(
        text("outcome <> 'answered'"),
        Case.created_at > since,
        Case.outcome == ASKED,
        Case.idempotency_key != Case.id,
    )
    return server in set(session.scalars(query))


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
    purposes: Collection[str] = (),
) -> list[CaseView]:
    """The newest cases first, of these purposes or, where none is named, of all that count; `before` is the last case of the
    page before."""
    asked = {"server": server, "model": model, "person": person, "outcome": outcome}
    query = select(Case).filter_by(**{k: v for k, v in asked.items() if v is not None})
    query = query.where(Case.purpose.in_(purposes or COUNTED))
    query = _older_than(session, query, before).order_by(Case.created_at.desc(), Case.id.desc())
    return _views(session.scalars(query.limit(limit)).all())


def count_by_model(session: Session, *, person: str = "") -> dict[tuple[str, str], int]:
    """How many cases each model has, by its server and name, without those of shows; only those of one person where one is
    named."""
    query = select(Case.server, Case.model, func.count()).group_by(Case.server, Case.model)
    if person:
        query = query.where(Case.person == person)
    # Taken off: the index by which all are counted knows of no show, and there are few of them, which another one finds.
    shown = {
        (server, model): count
        for server, model, count in session.execute(query.where(Case.workspace.in_(of_shows())))
    }
    every = {(server, model): count for server, model, count in session.execute(query)}
    counted = {model: count - shown.get(model, 0) for model, count in every.items()}
    return {model: count for model, count in counted.items() if count > 0}


def newest_numbers(session: Session, server: str, model: str, limit: int) -> list[float]:
    """What a model answered last, where that was a number; of genuine cases, the newest first."""
    query = (
        select(Case.answer_number)
        .filter_by(server=server, model=model)
        .where(Case.answer_number.is_not(None), Case.purpose.in_(GENUINE))
    )
    newest = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)
    return [number for number in session.scalars(newest) if number is not None]


def bodies(session: Session, case_id: str) -> tuple[StoredBody, StoredBody] | None:
    """The request and the response that crossed the wire."""
    loaded = [undefer(Case.request_body), undefer(Case.response_body)]
    row = session.get(Case, case_id, options=loaded)
    if row is not None and row.wire_of:
        row = session.get(Case, row.wire_of, options=loaded)
    return None if row is None else (_body(row, "request"), _body(row, "response"))


def genuine(session: Session, ids: Collection[str]) -> set[str]:
    """Those of these cases that are about something that there is, in no show and no demonstration."""
    query = select(Case.id).where(
        Case.id.in_(ids), Case.purpose.in_(GENUINE), Case.workspace.is_(None)
    )
    return set(session.scalars(query)) if ids else set()


def was_alone(session: Session, case_id: str) -> bool:
    """Whether a case was sent in a request of its own. Rows that are sent together are begun together: those of the same
    model of the minutes around are looked through."""
    row = session.get(Case, case_id)
    if row is None or row.wire_of is not None:
        return False
    around = (row.created_at - _TOGETHER, row.created_at + _TOGETHER)
    others = select(Case.id).where(
        Case.server == row.server,
        Case.model == row.model,
        Case.created_at.between(*around),
        Case.wire_of == case_id,
    )
    return session.scalar(others.limit(1)) is None


def answered_alone(
    session: Session, *, server: str, model: str, limit: int
) -> list[tuple[CaseView, StoredBody]]:
    """The newest cases of requests of one row that got an answer with a status of 2xx, each with the answer's body."""
    shared = select(Case.wire_of).where(Case.wire_of.is_not(None))
    query = (
        select(Case)
        .filter_by(server=server, model=model, wire_of=None)
        .where(Case.http_status.between(200, 299), Case.id.not_in(shared))
        .order_by(Case.created_at.desc(), Case.id.desc())
        .options(undefer(Case.response_body))
    )
    rows = session.scalars(query.limit(limit)).all()
    return list(zip(_views(rows), (_body(row, "response") for row in rows), strict=True))


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


def _changed(case: CaseView) -> dict[str, object]:
    """What a call may teach of a case."""
    return {name: value for name, value in _values(case).items() if name not in _KNOWN_BEFORE}


def columns(
    case: CaseView,
    request: StoredBody = NOTHING,
    response: StoredBody = NOTHING,
    wire_of: str | None = None,
) -> dict[str, object]:
    """Every column of a case that has ended."""
    bodies = {**_columns("request", request), **_columns("response", response)}
    return {**_values(case), **bodies, "wire_of": wire_of}


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
