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
    true,
    type_coerce,
    update,
)
from sqlalchemy import cast as cast_column
from sqlalchemy.orm import Session

import db.key_index
from db.deletion import check_operator, delete_tables
from db.ids import new_id
from db.key_index import ModelField
from db.key_index import parts as _parts
from db.limits import reviewed_in
from db.persons import HIDDEN_COLUMNS
from db.scope import scope_of
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

# A value of more cases is found soon by reading the newest.
_MOST_FOUND = 5_000


@dataclass(frozen=True, kw_only=True)
class KeySearch:
    """A value that is looked for in business keys: the `texts` that mean it, the `plain` one that the index has, and its
    `hash`, empty where none is kept."""

    fields: tuple[ModelField, ...]
    texts: tuple[str, ...]
    plain: str = ""
    hash: str = ""


def has_key(session: Session, wanted: KeySearch) -> ColumnElement[bool]:
    """The condition that a case was asked with a value in a business key of its model. Where the index has all cases of a
    field it says which."""
    whole = db.key_index.ids_of_whole(session, wanted.fields)
    values = [each for each in (wanted.plain, wanted.hash) if each]
    found = db.key_index.cases_with(session, whole.values(), values, _MOST_FOUND + 1)
    if len(found) > _MOST_FOUND:
        whole, found = {}, []
    others = [each for each in wanted.fields if each not in whole]
    indexed = [and_(Case.id.in_(found), _stands(session, wanted, tuple(whole)))] if found else []
    return or_(false(), *indexed, _stands(session, wanted, others))


def _stands(
    session: Session, wanted: KeySearch, named: Sequence[ModelField]
) -> ColumnElement[bool]:
    texts = [*wanted.texts, *([wanted.hash] if wanted.hash else [])]
    conditions = [
        and_(_of_model(server, model), or_(*(each.in_(texts) for each in _texts(session, field))))
        for server, model, field in named
    ]
    return or_(*conditions) if conditions else false()


def with_texts(
    session: Session,
    server: str,
    model: str,
    fields: Sequence[str],
    texts: Collection[str],
    plain: Collection[str],
) -> list[tuple[str, list[str]]]:
    """The id of each case of a model in one of whose fields such a text or hash stands, with those; the newest first.
    `plain` are the values and hashes as the index has them."""
    stored = [each for field in fields for each in _texts(session, field)]
    if not stored:
        return []
    query = select(Case.created_at, Case.id, *stored).where(_of_model(server, model))
    wanted, found = set(texts), []
    named = [(server, model, each) for each in fields]
    for place in _places(session, named, stored, texts, plain):
        for row in session.execute(query.where(place).execution_options(yield_per=_AT_ONCE)):
            if told := [text for text in dict.fromkeys(row[2:]) if text in wanted]:
                found.append((row[0], row[1], told))
    return [(case_id, told) for _, case_id, told in sorted(found, reverse=True)]


def _places(
    session: Session,
    named: Sequence[ModelField],
    stored: Sequence[ColumnElement[str]],
    texts: Collection[str],
    plain: Collection[str],
) -> Iterator[ColumnElement[bool]]:
    """Where texts are looked for: in the cases that the index leads to, some at a time; else once in all of the model."""
    whole = db.key_index.ids_of_whole(session, named)
    if len(whole) == len(named):
        ids = db.key_index.cases_with(session, whole.values(), plain)
        yield from (Case.id.in_(some) for some in _parts(ids))
    elif len(texts) <= _MOST_TEXTS:
        yield or_(*(each.in_(texts) for each in stored))
    else:
        yield true()


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
    session: Session, texts: Sequence[str], named: Collection[ModelField] = ()
) -> Iterator[tuple[str, tuple[str, str], Mapping[str, object]]]:
    """The id, the model and the inputs of each case in which one of these texts may stand in one of these fields, by the index;
    where it has not all of them, or no field is named, of each in which one occurs: one look through all cases."""
    check_operator(session)
    whole = db.key_index.ids_of_whole(session, named)
    if named and len(whole) == len(named):
        for some in _parts(sorted(db.key_index.cases_with(session, whole.values(), texts))):
            yield from _inputs(session, Case.id.in_(some))
        return
    found = [
        cast_column(column, Text).contains(json.dumps(text)[1:-1], autoescape=True)
        for column in (Case.entered, Case.sensitive)
        for text in texts
    ]
    yield from _inputs(session, or_(*found))


def _inputs(
    session: Session, condition: ColumnElement[bool]
) -> Iterator[tuple[str, tuple[str, str], Mapping[str, object]]]:
    columns = (Case.id, Case.server, Case.model, Case.entered, Case.sensitive)
    query = select(*columns).where(condition)
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


def _conditions(ids: Sequence[str]) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    yield Case, Case.id.in_(ids)
    for table in _OF_CASES:
        yield table, table.case_id.in_(ids)
