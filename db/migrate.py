"""Bring a database to the newest tables. Safe when several processes start at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from db.engine import begin, make_engine, translated
from db.errors import NewerSchema, StorageError

_FOLDER = Path(__file__).parent / "migrations"
# Any number, as long as nothing else on the same PostgreSQL takes the same advisory lock.
_ADVISORY_LOCK = 5_208_114_907
# Alembic keeps the current migration in a module: one at a time in a process.
_ONE_AT_A_TIME = Lock()


def migrate(url: str) -> None:
    """Run every migration that is missing, in one transaction; processes that come later wait.

    Raises NewerSchema, before anything is written, for tables that a newer version made; StorageError
    for a database that cannot be opened or migrated.
    """
    try:
        with opened(url) as engine, begin(engine) as connection:
            wait_for_others(connection)
            schema_of(connection)
            upgrade(connection, newest())
    except NewerSchema:
        raise
    except (StorageError, OSError) as error:
        words = " ".join(str(error).split())
        raise StorageError(
            f"The database cannot be opened or brought up to date ({words}): check `database_url`."
        ) from error


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine that is let go of at the end, with the database's errors translated."""
    with translated():
        engine = make_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def upgrade(connection: Connection, schema: str) -> None:
    """Run the migrations up to a schema, in the connection's transaction.

    As `alembic.command.upgrade` does, which would read every migration anew.
    """
    with _ONE_AT_A_TIME:
        scripts = _scripts()
        with EnvironmentContext(
            configuration(connection),
            scripts,
            fn=lambda revision, _: scripts._upgrade_revs(schema, revision),
            destination_rev=schema,
        ):
            scripts.run_env()


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER))


def newest() -> str:
    """The newest schema that this version knows."""
    return str(_scripts().get_current_head())


def known() -> list[str]:
    """Every schema that this version knows, the oldest first."""
    return [revision.revision for revision in _scripts().walk_revisions()][::-1]


def schema_of(connection: Connection) -> str:
    """The schema of a database, "" for one without tables. Raises NewerSchema for one that is not known."""
    schema = MigrationContext.configure(connection).get_current_revision() or ""
    if schema and schema not in known():
        raise NewerSchema(schema, newest())
    return schema


def wait_for_others(connection: Connection) -> None:
    """Until the transaction ends, nobody else migrates or restores this database."""
    # On SQLite `begin` has taken the write lock already.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})


def configuration(connection: Connection) -> Config:
    """Alembic's configuration without a file: it works from any folder and leaves logging alone."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
