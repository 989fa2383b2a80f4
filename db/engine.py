"""Opening the database: SQLite for one machine, PostgreSQL for many."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db.errors import Conflict, StorageError

__all__ = [
    "Session",
    "Sessions",
    "answers",
    "begin",
    "close",
    "location",
    "make_engine",
    "make_sessions",
    "password_of",
    "reading",
    "translated",
    "writing",
]

Sessions = sessionmaker[Session]

BUSY_SECONDS = 30
CONNECT_SECONDS = 10
_WRITES = {"sqlite_begin": "BEGIN IMMEDIATE"}
_log = logging.getLogger(__name__)


def make_sessions(url: str) -> Sessions:
    """A factory of sessions on the database at a URL."""
    return sessionmaker(make_engine(url), expire_on_commit=False)


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`. Makes the folder of an SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return create_engine(
        _with_psycopg(parsed),
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )


def location(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    return Path(str(parsed.database)).absolute() if is_file else None


def password_of(url: str) -> str:
    """The password in the URL of a database; empty where there is none."""
    return str(make_url(url).password or "")


def close(sessions: Sessions) -> None:
    """Let go of every connection. Sessions made later open new ones."""
    sessions.kw["bind"].dispose()


def answers(sessions: Sessions) -> bool:
    """Whether the database can be read right now; the log has why not."""
    try:
        with reading(sessions) as session:
            session.execute(select(1))
    except StorageError:
        _log.exception("the database does not answer")
        return False
    return True


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """A session to read from, with the database's errors translated."""
    with translated(), sessions() as session:
        yield session


@contextmanager
def writing(sessions: Sessions) -> Iterator[Session]:
    """One transaction: all of it is written when the block ends, nothing when it raises.

    SQLite takes its write lock at once: a transaction that reads first and writes later fails,
    without waiting, when another process wrote in between.
    """
    with translated(), sessions() as session, session.begin():
        session.connection(execution_options=_WRITES)
        yield session


@contextmanager
def begin(engine: Engine) -> Iterator[Connection]:
    """The same as `writing`, for whoever needs a connection rather than a session."""
    with engine.connect().execution_options(**_WRITES) as connection, connection.begin():
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """SQLAlchemy's errors become ours: Conflict for a broken rule of the tables, else StorageError."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(str(error.orig)) from error
    except SQLAlchemyError as error:
        raise StorageError(str(getattr(error, "orig", None) or error)) from error


def _with_psycopg(url: URL) -> URL:
    is_plain = url.drivername in ("postgresql", "postgres")
    return url.set(drivername="postgresql+psycopg") if is_plain else url


def _sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ValueError("A database in memory is not shared between threads: name a file.")
    Path(str(url.database)).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SqliteConnection, _record: object) -> None:
    # Python's sqlite3 would begin transactions late and commit DDL by itself: _begin does it instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
