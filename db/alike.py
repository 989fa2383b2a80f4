"""Many rows that have most of their columns in common, inserted at once: what is common is brought into the database's form
once, not once a row.

SQLite takes some hundred rows in a statement, in which what they have in common stands once; PostgreSQL takes all of them by
COPY. So its triggers that run once a statement run once, and a thread lets go of the interpreter for long, not once a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.orm import Session

from db.errors import Conflict, StorageError

# Rows of a statement of SQLite, and how many values one may hold.
_ROWS, _MOST_VALUES = 200, 32_000
Forms = Mapping[str, Callable[[Any], object]]
Row = Mapping[str, object]


def insert_alike(
    session: Session, table: Table, common: Mapping[str, object], rows: Sequence[Row]
) -> None:
    """Insert rows, which have the same names and none of `common`. Raises what the database does."""
    if not rows:
        return
    connection = session.connection()
    forms = {n: _form(table.columns[n], connection.dialect) for n in (*common, *rows[0])}
    ready = {name: forms[name](value) for name, value in common.items()}
    varying = {name: forms[name] for name in rows[0]}
    insert = _copy if connection.dialect.name == "postgresql" else _insert
    insert(connection, table, ready, varying, rows)


# SQLite.


def _insert(
    connection: Connection, table: Table, ready: Row, varying: Forms, rows: Sequence[Row]
) -> None:
    most = max(1, min(_ROWS, (_MOST_VALUES - len(ready)) // max(len(varying), 1)))
    names = (tuple(ready), tuple(varying))
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        values = [*ready.values(), *_values(varying, some)]
        connection.exec_driver_sql(_statement(table.name, *names, len(some)), tuple(values))


def _values(varying: Forms, rows: Sequence[Row]) -> Iterator[object]:
    pairs = list(varying.items())
    return (form(row[name]) for row in rows for name, form in pairs)


@lru_cache(maxsize=64)
def _statement(table: str, common: tuple[str, ...], varying: tuple[str, ...], rows: int) -> str:
    """The INSERT of so many rows: parameters by their numbers, those of what is common in each row."""
    shared = [f"?{i}" for i in range(1, len(common) + 1)]
    width = len(varying)
    lines = (
        ",".join([*shared, *(f"?{len(common) + row * width + i + 1}" for i in range(width))])
        for row in range(rows)
    )
    names = ", ".join(f'"{name}"' for name in (*common, *varying))
    return f'INSERT INTO "{table}" ({names}) VALUES ({"),(".join(lines)})'  # noqa: S608 - names of our tables


# PostgreSQL.


def _copy(
    connection: Connection, table: Table, ready: Row, varying: Forms, rows: Sequence[Row]
) -> None:
    """By COPY, past SQLAlchemy, which has no word for it. Raises Conflict and StorageError."""
    names = ", ".join(f'"{name}"' for name in (*ready, *varying))
    shared, pairs = tuple(ready.values()), list(varying.items())
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row((*shared, *(form(row[name]) for name, form in pairs)))
    except errors.IntegrityError as error:
        raise Conflict(str(error)) from error
    except errors.Error as error:
        raise StorageError(str(error)) from error


def _form(column: Column[Any], dialect: Dialect) -> Callable[[Any], object]:
    """How a value of a column is given to the driver."""
    processor = column.type.dialect_impl(dialect).bind_processor(dialect)
    return processor or _as_it_is


def _as_it_is(value: object) -> object:
    return value
