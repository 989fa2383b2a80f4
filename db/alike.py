"""Many rows that have most of their columns in common, inserted at once: what is common is brought into the database's form
once, not once a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Column, Dialect, Table, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler


def insert_alike(
    session: Session,
    table: Table,
    common: Mapping[str, object],
    rows: Sequence[Mapping[str, object]],
) -> None:
    """Insert rows, which have the same names and none of `common`. Raises what the database does."""
    if not rows:
        return
    connection = session.connection()
    names = [*common, *rows[0]]
    statement = _statement(table, connection.dialect, tuple(names))
    forms = {name: _form(table.columns[name], connection.dialect) for name in names}
    ready = {name: forms[name](value) for name, value in common.items()}
    varying = {name: forms[name] for name in rows[0]}
    if statement.positional:
        lines = _tuples(cast(list[str], statement.positiontup), ready, varying, rows)
    else:
        lines = [ready | {n: form(row[n]) for n, form in varying.items()} for row in rows]
    connection.exec_driver_sql(str(statement), lines)


@lru_cache(maxsize=64)
def _statement(table: Table, dialect: Dialect, names: tuple[str, ...]) -> SQLCompiler:
    """The INSERT for these columns; making it takes longer than to execute it for a few rows."""
    return insert(table).compile(dialect=dialect, column_keys=list(names))


Forms = Mapping[str, Callable[[Any], object]]


def _tuples(
    order: Sequence[str],
    ready: Mapping[str, object],
    varying: Forms,
    rows: Sequence[Mapping[str, object]],
) -> list[Any]:
    """The rows with their values in this order."""
    base = [ready.get(name) for name in order]
    places = [(order.index(name), name, form) for name, form in varying.items()]
    lines = []
    for row in rows:
        line = base.copy()
        for place, name, form in places:
            line[place] = form(row[name])
        lines.append(tuple(line))
    return lines


def _form(column: Column[Any], dialect: Dialect) -> Callable[[Any], object]:
    """How a value of a column is given to the driver."""
    processor = column.type.dialect_impl(dialect).bind_processor(dialect)
    return processor or _as_it_is


def _as_it_is(value: object) -> object:
    return value
