"""Put a backup into a database: all of it, brought to the newest schema, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Subquery, func, insert, inspect, literal_column, select, text

from db.backup import files
from db.backup.archive import Archive, Manifest, UnreadableArchive, opened_archive
from db.backup.tables import VERSION_TABLE, TableShape, kept_at, tables_at
from db.engine import begin
from db.errors import StorageError
from db.migrate import known, newest, opened, schema_of, upgrade, wait_for_others

_ROWS_AT_ONCE = 100  # a row may hold two bodies of a megabyte


class NotEmpty(StorageError):
    """The database holds rows already."""


def restore(
    url: str, path: Path, *, replace: bool = False, batches: Path | None = None
) -> Manifest:
    """Put all that a backup holds into an empty database, in one transaction, and the files of its batches into the folder
    `batches`.

    With `replace`, what the database held before is deleted in that same transaction. Raises NotEmpty,
    UnreadableArchive or NewerSchema, and StorageError for what the database refuses; it is then as it was.
    """
    with opened_archive(path) as archive:
        _check(archive)
        with (
            files.unpacked(archive.zipped, archive.manifest.files, batches) as beside,
            opened(url) as engine,
            begin(engine) as connection,
        ):
            wait_for_others(connection)
            _clear(connection, replace=replace)
            upgrade(connection, archive.manifest.schema)
            _load(connection, archive)
            upgrade(connection, newest())
            if beside is not None and batches is not None:
                files.put(beside, batches)
        return archive.manifest


def _check(archive: Archive) -> None:
    """Raises UnreadableArchive unless the archive holds just the tables of a schema that is known."""
    manifest = archive.manifest
    if manifest.schema not in known():
        raise UnreadableArchive(
            f"{archive.path} has schema {manifest.schema} and this version of MDS Workbench knows those "
            f"up to {newest()}: restore it with the version that wrote it, or a newer one."
        )
    listed = [(entry.name, entry.columns) for entry in manifest.tables]
    if listed != [(shape.name, shape.columns) for shape in kept_at(manifest.schema)]:
        raise UnreadableArchive(f"{archive.path} does not hold the tables of its own schema.")


def _clear(connection: Connection, *, replace: bool) -> None:
    """Take our tables away. Raises NotEmpty, unless told to replace, when one of them holds a row."""
    shapes = tables_at(schema_of(connection))
    kept = kept_at(schema_of(connection))
    filled = [shape.name for shape in kept if _holds_rows(connection, shape)]
    if filled and not replace:
        raise NotEmpty(
            f"The database holds rows already (in {', '.join(filled)}): name an empty one, "
            "or say --replace to delete them."
        )
    _defer_references(connection, shapes)
    names = [shape.name for shape in reversed(shapes)]
    there = set(inspect(connection).get_table_names()) & {VERSION_TABLE}
    for name in (*names, *there):
        connection.execute(text(f"DROP TABLE {_quoted(connection, name)}"))


def _holds_rows(connection: Connection, shape: TableShape) -> bool:
    return connection.scalar(select(func.count()).select_from(_first_row(shape))) == 1


def _first_row(shape: TableShape) -> Subquery:
    return select(literal_column("1")).select_from(shape.clause()).limit(1).subquery()


def _load(connection: Connection, archive: Archive) -> None:
    shapes = kept_at(archive.manifest.schema)
    references = _defer_references(connection, shapes)
    for shape, entry in zip(shapes, archive.manifest.tables, strict=True):
        for rows in _batches(archive.rows(entry)):
            connection.execute(insert(shape.clause()), rows)
        _move_sequences(connection, shape)
    for statement in references:
        connection.execute(text(statement))


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch


def _defer_references(connection: Connection, shapes: Sequence[TableShape]) -> list[str]:
    """Let a row come before the one that it refers to. Returns what to execute when all rows are there."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))  # until the transaction ends
        return []
    inspector = inspect(connection)
    after = ["SET CONSTRAINTS ALL IMMEDIATE"]
    for shape in shapes:
        for reference in inspector.get_foreign_keys(shape.name):
            alter = (
                f"ALTER TABLE {_quoted(connection, shape.name)} ALTER CONSTRAINT "
                f"{_quoted(connection, str(reference['name']))}"
            )
            connection.execute(text(f"{alter} DEFERRABLE INITIALLY DEFERRED"))
            after.append(f"{alter} NOT DEFERRABLE")
    return after


def _move_sequences(connection: Connection, shape: TableShape) -> None:
    """On PostgreSQL a column that counts by itself goes on after the highest number that was restored."""
    if connection.dialect.name != "postgresql":
        return
    table = shape.clause()
    for name in (name for name in shape.keys if shape.columns[name] == "integer"):
        sequence = connection.scalar(select(func.pg_get_serial_sequence(shape.name, name)))
        if sequence:
            highest = connection.scalar(select(func.max(table.c[name])))
            connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
