"""Rows for every table that a database has, whatever its columns: odd ones, and some that refer to later ones."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    select,
)

ROWS = 3
_MOMENT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
_JSON: list[Any] = [
    {"z": 1, "a": [None, True, 1 / 3, "ä \u2028 😀 \x00"], "": {}},
    {"$number": "nan"},
    {"long": 2**70, "deep": [[[[]]]], "quotes": "\"'\\"},
]
_NUMBERS = (0.1 + 0.2, float("inf"), -1.7976931348623157e308)


def fill(connection: Connection, *, without: Collection[str] = ()) -> None:
    """Put rows into each table of the database, but those named."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name not in {"alembic_version", *without}:
            connection.execute(insert(table).values(_rows(connection, table)))


def contents(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in the same form and order whatever the database."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {
        table.name: sorted(
            (
                {name: _comparable(value) for name, value in row.items()}
                for row in connection.execute(select(table)).mappings()
            ),
            key=lambda row: str(next(iter(row.values()))),
        )
        for table in metadata.sorted_tables
    }


def _comparable(value: Any) -> Any:
    """SQLite keeps no time zone, and dictionaries that differ in order are equal."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    return json.dumps(value) if isinstance(value, dict | list) else value


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    allowed = _allowed(connection, table)
    rows = [
        {column.name: _value(column, number, allowed) for column in table.columns}
        for number in range(ROWS)
    ]
    for column in table.columns:
        for reference in column.foreign_keys:
            keys = _keys(connection, table, reference.column, rows)
            for row, key in zip(rows, keys, strict=True):
                row[column.name] = key
    return rows


def _keys(
    connection: Connection, table: Table, target: Column[Any], rows: list[dict[str, Any]]
) -> list[Any]:
    """What a column that refers to another holds; in its own table the first refers to the last."""
    if target.table is table:
        return [rows[-1][target.name], *[None] * (ROWS - 1)]
    found = connection.scalars(select(target).order_by(target).limit(ROWS)).all()
    return [found[number % len(found)] for number in range(ROWS)]


def _allowed(connection: Connection, table: Table) -> dict[str, list[str]]:
    """The words that a check allows in a column."""
    checks = [check["sqltext"] for check in inspect(connection).get_check_constraints(table.name)]
    return {
        column.name: re.findall(r"'([^']*)'", check)
        for column in table.columns
        for check in checks
        if re.search(rf"\b{column.name}\b", check)
    }


def _value(column: Column[Any], number: int, allowed: dict[str, list[str]]) -> Any:
    if words := allowed.get(column.name):
        return words[number % len(words)]
    if column.nullable and number == ROWS - 1:
        return None
    match column.type:
        case Boolean():
            return number % 2 == 0
        case DateTime():
            return _MOMENT + timedelta(days=number)
        case LargeBinary():
            return bytes(range(256)) * (number * 500)
        case JSON():
            return _JSON[number % len(_JSON)]
        case BigInteger():
            return 2**62 + number
        case Integer():
            return 2**31 - 1 - number
        case Float():
            return _NUMBERS[number % len(_NUMBERS)]
    text = f"{number} {column.table.name} {column.name} ä„😀\n\t'\";--"
    return text[: getattr(column.type, "length", None) or 200]
