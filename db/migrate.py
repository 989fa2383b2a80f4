"""Bring a database to the newest tables. Safe when several processes start at once."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from db.engine import begin, make_engine

_FOLDER = Path(__file__).parent / "migrations"
# Any number, as long as nothing else on the same PostgreSQL takes the same advisory lock.
_ADVISORY_LOCK = 5_208_114_907
# Alembic keeps the current migration in a module: one at a time in a process.
_ONE_AT_A_TIME = Lock()


def migrate(url: str) -> None:
    """Run every migration that is missing, in one transaction; processes that come later wait."""
    engine = make_engine(url)
    try:
        with _ONE_AT_A_TIME, begin(engine) as connection:
            _wait_for_others(connection)
            command.upgrade(configuration(connection), "head")
    finally:
        engine.dispose()


def configuration(connection: Connection) -> Config:
    """Alembic's configuration without a file: it works from any folder and leaves logging alone."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _wait_for_others(connection: Connection) -> None:
    # On SQLite `begin` has taken the write lock already.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
