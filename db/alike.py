"""Many rows that have most of their columns in common, inserted at once: what is common is brought into the database's form
once, not once a row.

SQLite takes some hundred rows in a statement, in which what they have in common stands once; PostgreSQL takes all of them by
COPY. So its triggers that run once a statement run once, and a thread lets go of the interpreter for long, not once a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.orm import Session

from db.errors import Conflict, StorageError

# Rows of a statement of SQLite, and how many values one may hold.
_ROWS, _MOST_VALUES = 200, 32_000
Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Rows of a table with these columns, in the form that the driver takes: made before the transaction, in which others
    wait."""

    table: Table
    names: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]


def made_ready(dialect: Dialect, table: Table, rows: Sequence[Row]) -> Ready:
    """Rows that have the same names."""
    names = tuple(rows[0]) if rows else ()
    listed = [tuple(map(row.__getitem__, names)) for row in rows]
    return ready_of(dialect, table, names, listed)


def ready_of(
    dialect: Dialect, table: Table, names: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> Ready:
    """Rows whose values stand in the order of the names."""
    forms = [_form(table.columns[name], dialect) for name in names]
    if any(form is not None for form in forms):
        columns = zip(*rows, strict=True)
        formed = (
            values if form is None else map(form, values)
            for form, values in zip(forms, columns, strict=False)
        )
        rows = list(zip(*formed, strict=True))
    return Ready(table=table, names=names, rows=rows)


def insert_alike(
    session: Session, table: Table, common: Mapping[str, object], rows: Sequence[Row]
) -> None:
    """Insert rows, which have the same names and none of `common`. Raises what the database does."""
    insert_ready(session, made_ready(session.connection().dialect, table, rows), common)


def insert_ready(session: Session, ready: Ready, common: Mapping[str, object]) -> None:
    """Insert rows with what they have in common besides. Raises what the database does."""
    if not ready.rows:
        return
    connection = session.connection()
    shared = {
        name: value
        if (form := _form(ready.table.columns[name], connection.dialect)) is None
        else form(value)
        for name, value in common.items()
    }
    insert = _copy if connection.dialect.name == "postgresql" else _insert
    insert(connection, ready, shared)


# SQLite.


def _insert(connection: Connection, ready: Ready, shared: Row) -> None:
    most = max(1, min(_ROWS, (_MOST_VALUES - len(shared)) // max(len(ready.names), 1)))
    names = (tuple(shared), ready.names)
    for start in range(0, len(ready.rows), most):
        some = ready.rows[start : start + most]
        values = (*shared.values(), *chain.from_iterable(some))
        connection.exec_driver_sql(_statement(ready.table.name, *names, len(some)), values)


@lru_cache(maxsize=64)
def _statement(table: str, common: tuple[str, ...], varying: tuple[str, ...], rows: int) -> str:
    """The INSERT of so many rows, joined with what they have in common. Not by numbered parameters, which sqlite3 takes by
    their place up to Python 3.13 only."""
    parts = [(f"({_marks(len(common))})", "shared")] if common else []
    parts += [(",".join([f"({_marks(len(varying))})"] * rows), "own")]
    tables = ", ".join(f"(VALUES {values}) AS {name}" for values, name in parts)
    columns = ", ".join(f"{name}.*" for _, name in parts)
    names = ", ".join(f'"{name}"' for name in (*common, *varying))
    return f'INSERT INTO "{table}" ({names}) SELECT {columns} FROM {tables}'  # noqa: S608 - names of our tables


def _marks(count: int) -> str:
    return ",".join("?" * count)


# PostgreSQL.


def _copy(connection: Connection, ready: Ready, shared: Row) -> None:
    """By COPY, past SQLAlchemy, which has no word for it. Raises Conflict and StorageError."""
    names = ", ".join(f'"{name}"' for name in (*shared, *ready.names))
    same = tuple(shared.values())
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f'COPY "{ready.table.name}" ({names}) FROM STDIN') as copy,
        ):
            for row in ready.rows:
                copy.write_row(same + row)
    except errors.IntegrityError as error:
        raise Conflict(str(error)) from error
    except errors.Error as error:
        raise StorageError(str(error)) from error


def _form(column: Column[Any], dialect: Dialect) -> Callable[[Any], object] | None:
    """How a value of a column is given to the driver; None for as it is."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)
