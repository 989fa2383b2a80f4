"""Rows of a database that is not ours: those of a query whose key is larger than the last one that was read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, make_url, text

from db.engine import translated

CONNECT_SECONDS = 10
_READS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_PLAIN = (bool, int, float, str, datetime, date)


class QueryRefused(ValueError):
    """A query that is not asked. The message is the sentence."""


@dataclass(frozen=True, kw_only=True)
class SourceRows:
    """Rows in the order of their key, and the key of the last one as JSON with its type."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    last_key: str


def check_query(url: str, query: str, key: str) -> None:
    """Raises QueryRefused for what is no query, and for a database that is neither SQLite nor PostgreSQL."""
    if make_url(url).get_backend_name() not in ("sqlite", "postgresql"):
        raise QueryRefused("Only SQLite and PostgreSQL are asked by a query.")
    if not _READS.match(query) or ";" in query.rstrip().rstrip(";"):
        raise QueryRefused("The query must be one SELECT.")
    if not key.strip():
        raise QueryRefused(
            "A query needs the column of a key that only grows, such as an identity."
        )


def rows_after(url: str, query: str, key: str, last_key: str, limit: int) -> SourceRows:
    """The next rows of a query, at most so many, in a transaction that can only read.

    Raises QueryRefused, and StorageError where the database does not answer or refuses it.
    """
    check_query(url, query, key)
    parsed = make_url(url)
    engine = create_engine(_read_only(parsed), connect_args=_arguments(parsed))
    try:
        with translated(), engine.connect() as connection:
            if parsed.get_backend_name() == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            return _read(connection, query, key, last_key, limit)
    finally:
        engine.dispose()


def _read(connection: Connection, query: str, key: str, last_key: str, limit: int) -> SourceRows:
    quoted = connection.dialect.identifier_preparer.quote(key)
    # A colon would name a parameter; those of the query are its own.
    inner = query.strip().rstrip(";").replace(":", "\\:")
    after = f"WHERE {quoted} > :after " if last_key else ""
    # On lines of its own: it may end with a comment.
    words = f"SELECT * FROM (\n{inner}\n) AS source_rows {after}ORDER BY {quoted} LIMIT :limit"  # noqa: S608 - the operator's own words, read only
    values = {"limit": limit} | ({"after": _decoded(last_key)} if last_key else {})
    found = connection.execute(text(words), values)
    columns = list(found.keys())
    if key not in columns:
        raise QueryRefused(f"The query has no column {key!r}: it has {', '.join(columns)}.")
    rows = [[_plain(cell) for cell in row] for row in found]
    place = columns.index(key)
    if any(row[place] is None for row in rows):
        raise QueryRefused(f"The key {key!r} is empty in some rows.")
    return SourceRows(
        columns=columns, rows=rows, last_key=_encoded(rows[-1][place]) if rows else last_key
    )


def _read_only(url: URL) -> URL:
    if url.get_backend_name() == "sqlite":
        path = quote(str(Path(str(url.database)).absolute()))
        return URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"})
    is_plain = url.drivername in ("postgresql", "postgres")
    return url.set(drivername="postgresql+psycopg") if is_plain else url


def _arguments(url: URL) -> dict[str, object]:
    is_sqlite = url.get_backend_name() == "sqlite"
    return {"timeout": CONNECT_SECONDS} if is_sqlite else {"connect_timeout": CONNECT_SECONDS}


def _plain(cell: object) -> object:
    """A cell as a file could have it."""
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell if cell is None or isinstance(cell, _PLAIN) else str(cell)


def _encoded(key: object) -> str:
    if isinstance(key, datetime | date):
        return json.dumps([type(key).__name__, key.isoformat()])
    return json.dumps(["plain", key])


def _decoded(text_of_key: str) -> object:
    kind, value = json.loads(text_of_key)
    readers = {"datetime": datetime.fromisoformat, "date": date.fromisoformat}
    return readers[kind](value) if kind in readers else value
