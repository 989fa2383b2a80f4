"""Cases found by a value that was entered in one of their fields: a customer's number, and what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    and_,
    case,
    false,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy import cast as cast_column
from sqlalchemy.orm import Session

from db.deletion import check_operator, delete_tables
from db.ids import new_id
from db.persons import HIDDEN_COLUMNS
from db.scope import reviewed_in, scope_of
from db.tables import (
    Base,
    Batch,
    BatchChunk,
    Case,
    CaseComment,
    CaseHold,
    CaseShare,
    Explanation,
    Feedback,
    Scenario,
)

_AT_ONCE = 500
_OF_CASES = (Explanation, Feedback, CaseComment, Scenario, CaseShare, CaseHold)
# Where the mark of a value that is stored as a hash has it; mds_client calls it HASH, which nothing here may know.
_HASH = "hmac"
# With more texts it is quicker to compare them here than in the database.
_MOST_TEXTS = 500

ModelField = tuple[str, str, str]
"""A field of a model: its server, its name, and the field."""


@dataclass(frozen=True, kw_only=True)
class KeySearch:
    """A value that is looked for in business keys: the `texts` that mean it, and its `hash`, empty where none is kept."""

    fields: tuple[ModelField, ...]
    texts: tuple[str, ...]
    hash: str = ""


def has_key(session: Session, wanted: KeySearch) -> ColumnElement[bool]:
    """The condition that a case was asked with a value in a business key of its model."""
    texts = [*wanted.texts, *([wanted.hash] if wanted.hash else [])]
    conditions = [
        and_(_of_model(server, model), or_(*(each.in_(texts) for each in _texts(session, field))))
        for server, model, field in wanted.fields
    ]
    return or_(*conditions) if conditions else false()


def with_texts(
    session: Session, server: str, model: str, fields: Sequence[str], texts: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    """The id of each case of a model in one of whose fields such a text or hash stands, with those; the newest first."""
    stored = [each for field in fields for each in _texts(session, field)]
    if not stored:
        return
    query = select(Case.id, *stored).where(_of_model(server, model))
    if len(texts) <= _MOST_TEXTS:
        query = query.where(or_(*(each.in_(texts) for each in stored)))
    newest = query.order_by(Case.created_at.desc(), Case.id.desc())
    wanted = set(texts)
    for row in session.execute(newest.execution_options(yield_per=_AT_ONCE)):
        if found := [text for text in dict.fromkeys(row[1:]) if text in wanted]:
            yield row[0], found


def _of_model(server: str, model: str) -> ColumnElement[bool]:
    return and_(Case.server == server, Case.model == model)


def _texts(session: Session, field: str) -> list[ColumnElement[str]]:
    """What may stand in a field: the value, its hash, and a sensitive value that is kept, for who may look at it.

    Whom a case was shared with may not."""
    scope = scope_of(session)
    entered = type_coerce(Case.entered, Text)
    may_look = or_(Case.person == scope.person, reviewed_in(session))
    kept = _text_of(type_coerce(Case.sensitive, Text).op("->>")(field))
    return [
        _text_of(entered.op("->>")(field)),
        _text_of(type_coerce(entered.op("->")(field), Text).op("->>")(_HASH)),
        case((may_look, kept), else_=""),
    ]


def _text_of(value: ColumnElement[Any]) -> ColumnElement[str]:
    return func.trim(cast_column(value, Text))


def candidates(
    session: Session, texts: Sequence[str]
) -> Iterator[tuple[str, tuple[str, str], Mapping[str, object]]]:
    """The id, the model and the inputs of each case in which one of these texts occurs: one look through all cases."""
    check_operator(session)
    found = [
        cast_column(column, Text).contains(json.dumps(text)[1:-1], autoescape=True)
        for column in (Case.entered, Case.sensitive)
        for text in texts
    ]
    columns = (Case.id, Case.server, Case.model, Case.entered, Case.sensitive)
    query = select(*columns).where(or_(*found))
    for row in session.execute(query.order_by(Case.id).execution_options(yield_per=_AT_ONCE)):
        yield row.id, (row.server, row.model), {**row.entered, **(row.sensitive or {})}


def counts(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """How many rows there are of these cases and of what hangs on them, by table; of the tables that have some."""
    check_operator(session)
    found: dict[str, int] = {}
    for part in _parts(ids):
        for table, condition in _conditions(part):
            count = session.scalar(select(func.count()).select_from(table).where(condition)) or 0
            name = cast(Table, table.__table__).name
            found[name] = found.get(name, 0) + count
    return {name: count for name, count in found.items() if count}


def about(session: Session, ids: Sequence[str], table_name: str) -> Iterator[Mapping[str, Any]]:
    """The columns of every row of a table that is one of these cases or hangs on one."""
    for part in _parts(ids):
        for table, condition in _conditions(part):
            core = cast(Table, table.__table__)
            if core.name == table_name:
                columns = [c for c in core.columns if c.name not in HIDDEN_COLUMNS]
                for row in session.connection().execute(select(*columns).where(condition)):
                    yield dict(row._mapping)


def wires_of(session: Session, ids: Collection[str]) -> set[str]:
    """The cases that hold what crossed the wire with these, where others do: bodies of several rows lie with the first."""
    query = select(Case.wire_of).where(Case.id.in_(ids), Case.wire_of.is_not(None))
    return {str(each) for each in session.scalars(query)}


def forget_tables(session: Session, ids: Collection[str]) -> None:
    """Delete the tables of the files whose rows some of these cases are; the files' other cases stay.

    The folder of a large file is named by no batch from now on, which is why the job of the night deletes it.
    """
    texts = cast_column(BatchChunk.case_ids, Text)
    batches: set[str] = set()
    for part in _parts(sorted(ids)):
        of_rows = or_(*(texts.contains(each) for each in part))
        batches |= set(session.scalars(select(BatchChunk.batch_id).where(of_rows)))
    digests = set(session.scalars(select(Batch.table_sha256).where(Batch.id.in_(batches))))
    query = update(Batch).where(Batch.id.in_(batches)).values(table_sha256="")
    session.execute(query, execution_options={"synchronize_session": False})
    delete_tables(session, digests - {""})
    for batch_id in session.scalars(
        select(Batch.id).where(Batch.id.in_(batches), Batch.folder != "")
    ).all():
        session.execute(update(Batch).where(Batch.id == batch_id).values(folder=new_id()))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _conditions(ids: Sequence[str]) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    yield Case, Case.id.in_(ids)
    for table in _OF_CASES:
        yield table, table.case_id.in_(ids)
