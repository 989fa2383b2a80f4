"""Write a backup of a database while others work on it: all of it as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url, select

from db.backup import files
from db.backup.archive import Manifest, created
from db.backup.tables import TableShape, kept_at
from db.errors import StorageError
from db.ids import utc_now
from db.migrate import opened, schema_of

_ROWS_AT_ONCE = 100  # a row may hold two bodies of a megabyte


def write(
    url: str, path: Path, clock: Callable[[], datetime] = utc_now, batches: Path | None = None
) -> Manifest:
    """Write all that is in a database, and the folders in `batches` that its rows name, to a new file, which only its owner
    may read.

    Raises StorageError when there is nothing to write, or the file cannot be written; no file is left then.
    """
    _check_file(url)
    with opened(url) as engine, snapshot(engine) as connection:
        schema = schema_of(connection)
        if not schema:
            raise StorageError("The database has no tables of MDS Workbench: nothing to back up.")
        with created(path) as writer:
            for shape in kept_at(schema):
                writer.add(shape, _rows(connection, shape))
            # What is in the tables was in these files before: files that came since are more than it needs.
            for name, file in files.found(batches, _folders(connection, schema)) if batches else ():
                writer.add_file(name, file)
            return writer.close(schema, clock().isoformat(), engine.dialect.name)


def _check_file(url: str) -> None:
    """Raises StorageError where opening an SQLite database would make an empty one."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        raise StorageError(f"There is no database {parsed.database}.")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection on which every table is as it was at one moment, and nothing can be written."""
    options: dict[str, object] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    # On SQLite a transaction in write-ahead mode sees what was there at its first read.
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _folders(connection: Connection, schema: str) -> list[str]:
    """The folders that batches name; none at a schema without them."""
    shape = next((each for each in kept_at(schema) if each.name == "batches"), None)
    if shape is None or "folder" not in shape.columns:
        return []
    table = shape.clause()
    query = select(table.c.folder).where(table.c.folder != "").distinct()
    return sorted(str(folder) for folder in connection.scalars(query))


def _rows(connection: Connection, shape: TableShape) -> Iterator[Sequence[object]]:
    table = shape.clause()
    query = select(table).order_by(*(table.c[key] for key in shape.keys))
    yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
