"""Cases found by a value that was entered in one of their fields: a customer's number, and what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Text, func, or_, select, update
from sqlalchemy import cast as cast_column
from sqlalchemy.orm import Session

from db.deletion import check_operator, delete_tables
from db.persons import HIDDEN_COLUMNS
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


def candidates(
    session: Session, texts: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The id and the inputs of each case in which one of these texts occurs: one look through all cases."""
    check_operator(session)
    columns = (Case.entered, Case.sensitive)
    found = [
        cast_column(column, Text).contains(json.dumps(text)[1:-1], autoescape=True)
        for column in columns
        for text in texts
    ]
    query = select(Case.id, Case.entered, Case.sensitive).where(or_(*found))
    for row in session.execute(query.order_by(Case.id).execution_options(yield_per=_AT_ONCE)):
        yield row.id, {**row.entered, **(row.sensitive or {})}


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
    """Delete the tables of the files whose rows some of these cases are; the files' other cases stay."""
    texts = cast_column(BatchChunk.case_ids, Text)
    batches: set[str] = set()
    for part in _parts(sorted(ids)):
        of_rows = or_(*(texts.contains(each) for each in part))
        batches |= set(session.scalars(select(BatchChunk.batch_id).where(of_rows)))
    digests = set(session.scalars(select(Batch.table_sha256).where(Batch.id.in_(batches))))
    query = update(Batch).where(Batch.id.in_(batches)).values(table_sha256="")
    session.execute(query, execution_options={"synchronize_session": False})
    delete_tables(session, digests - {""})


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _conditions(ids: Sequence[str]) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    yield Case, Case.id.in_(ids)
    for table in _OF_CASES:
        yield table, table.case_id.in_(ids)
