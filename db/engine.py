"""Opening the database: SQLite for one machine, PostgreSQL for many."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import cast

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

import db.limits  # noqa: F401 - from here on every session is limited
from db.durations import SQLITE_NAME, interval
from db.errors import Conflict, StorageError
from db.scope import EVERYTHING, Scope, info
from db.types import to_json

__all__ = [
    "Dialect",
    "Session",
    "Sessions",
    "begin",
    "close",
    "dialect_of",
    "limited",
    "location",
    "make_engine",
    "make_sessions",
    "password_of",
    "reading",
    "snapshot",
    "state",
    "translated",
    "writing",
]

Sessions = sessionmaker[Session]

BUSY_SECONDS = 30
RECYCLE_SECONDS = 3_600
CONNECT_SECONDS = 10
POOLED, MOST_CONNECTIONS = 5, 40
LOOK_SECONDS = 2
_PAUSE = 0.01
# So often it is looked whether the write lock of SQLite is free.
_LOCK_PAUSE = 0.002
_WRITES = {"sqlite_begin": "BEGIN IMMEDIATE"}
# SQLite in write-ahead mode sees what was there at the first read anyway.
_ONE_MOMENT = {"isolation_level": "REPEATABLE READ"}
_log = logging.getLogger(__name__)


def make_sessions(url: str) -> Sessions:
    """A factory of sessions on the database at a URL, which see everything."""
    return sessionmaker(make_engine(url), expire_on_commit=False, info=info(EVERYTHING))


def limited(sessions: Sessions, scope: Scope) -> Sessions:
    """Sessions on the same database that see no more than `scope`; what they record goes where that of `sessions` goes."""
    engine: Engine = sessions.kw["bind"]
    known = {**sessions.kw["info"], **info(scope)}
    return sessionmaker(engine, expire_on_commit=False, info=known)


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`. Makes the folder of an SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return create_engine(
        _with_psycopg(parsed),
        pool_pre_ping=True,
        # As many as threads that may ask at once; they are opened when they are needed, and those beyond the first go again.
        pool_size=POOLED,
        max_overflow=MOST_CONNECTIONS - POOLED,
        connect_args={"connect_timeout": CONNECT_SECONDS},
        json_serializer=to_json,
    )


def location(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    return Path(str(parsed.database)).absolute() if is_file else None


def password_of(url: str) -> str:
    """The password in the URL of a database; empty where there is none."""
    return str(make_url(url).password or "")


def dialect_of(sessions: Sessions) -> Dialect:
    """What the database speaks."""
    engine: Engine = sessions.kw["bind"]
    return engine.dialect


def close(sessions: Sessions) -> None:
    """Let go of every connection. Sessions made later open new ones."""
    sessions.kw["bind"].dispose()


def state(sessions: Sessions) -> str:
    """ "well", or what is wrong: "unreadable", or "unwritable" where it is full, locked or read-only.

    The log has the reason. It waits for others for at most `LOOK_SECONDS`.
    """
    try:
        with reading(sessions) as session:
            session.execute(select(1))
    except StorageError:
        _log.exception("the database does not answer")
        return "unreadable"
    try:
        _write_nothing(sessions)
    except StorageError:
        _log.exception("the database cannot be written")
        return "unwritable"
    return "well"


def _write_nothing(sessions: Sessions) -> None:
    """A write that changes nothing. Raises StorageError where none is possible."""
    engine: Engine = sessions.kw["bind"]
    if engine.dialect.name != "sqlite":
        with translated(), engine.connect() as connection:
            if connection.execute(text("SHOW transaction_read_only")).scalar() == "on":
                raise StorageError("the database is read-only")
        return
    # In a connection of its own: it may wait for less long than the others do.
    path = str(engine.url.database)
    try:
        with closing(sqlite3.connect(path, timeout=LOOK_SECONDS, isolation_level=None)) as own:
            own.execute("BEGIN IMMEDIATE")
            number = own.execute("PRAGMA user_version").fetchone()[0]
            own.execute(f"PRAGMA user_version = {number}")
            own.execute("COMMIT")
    except sqlite3.Error as error:
        raise StorageError(str(error)) from error


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """A session to read from, with the database's errors translated."""
    with translated(), sessions() as session:
        yield session


@contextmanager
def snapshot(sessions: Sessions) -> Iterator[Session]:
    """As `reading`, and everything that is read is of one moment, however many queries there are."""
    with translated(), sessions() as session:
        if not _is_sqlite(session):
            session.connection(execution_options=_ONE_MOMENT)
        yield session


@contextmanager
def writing(sessions: Sessions, *, of_one_moment: bool = False) -> Iterator[Session]:
    """One transaction: all of it is written when the block ends, nothing when it raises.

    SQLite takes its write lock at once: a transaction that reads first and writes later fails,
    without waiting, when another process wrote in between. With `of_one_moment` all that it reads is of one moment, and it
    fails where another transaction has just changed what it changes.
    """
    with translated(), sessions() as session, session.begin():
        is_one = of_one_moment and not _is_sqlite(session)
        session.connection(execution_options={**_WRITES, **(_ONE_MOMENT if is_one else {})})
        yield session


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


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
    _private(Path(str(url.database)).absolute())
    # What was counted of the tables (db/statistics.py) is read by a new connection alone.
    engine = create_engine(url, json_serializer=to_json, pool_recycle=RECYCLE_SECONDS)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _private(path: Path) -> None:
    """Make the file, and its folder where there is none, for their owner alone; so are the files that SQLite adds.

    A file that is there already, but belongs to somebody else, is left as it is.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # whether it can be used is found out, and told, when it is opened
        path.touch(mode=0o600)
        path.chmod(0o600)


def _prepare(connection: SqliteConnection, _record: object) -> None:
    # Python's sqlite3 would begin transactions late and commit DDL by itself: _begin does it instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function(SQLITE_NAME, 1, interval, deterministic=True)


def _write_ahead(connection: SqliteConnection) -> None:
    """Let readers and the writer work at once. Where several open a new file together, SQLite does not wait for whoever
    changes it, whatever its busy timeout: it is tried again until then."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("sqlite_begin", "BEGIN")
    if statement == "BEGIN":
        connection.exec_driver_sql(statement)
    else:
        _begin_to_write(connection, statement)


def _begin_to_write(connection: Connection, statement: str) -> None:
    """Take the write lock as soon as it is free.

    SQLite's own wait sleeps longer each time, up to a tenth of a second, and misses the moments between the transactions of a
    process that writes much, such as a batch: a person would wait behind many of them.
    """
    own = cast(SqliteConnection, connection.connection.dbapi_connection)
    until = time.monotonic() + BUSY_SECONDS
    own.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < until:
            try:
                own.execute(statement)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(_LOCK_PAUSE)
            else:
                return
        connection.exec_driver_sql(statement)  # which says what is wrong
    finally:
        own.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
