"""The file of a backup: a ZIP of one JSON Lines file a table and a manifest that says what belongs to it.

manifest.json            the schema, and of each table its columns, number of rows, and digest
tables/<name>.jsonl      a row a line: a list of its values in the order of the columns
batches/<id>/…           the rows, answers and result of a large file (db/backup/files.py)
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from db.backup import files
from db.backup.files import FileEntry
from db.backup.tables import TableShape
from db.backup.values import Kind, from_line, to_line
from db.errors import StorageError

FORMAT: Literal["mds-workbench-backup"] = "mds-workbench-backup"
_MANIFEST = "manifest.json"
# Bounds for a file that may come from anywhere.
_MAX_MANIFEST = 64 * 1024 * 1024
_MAX_LINE = 512 * 1024 * 1024
_BUFFER = 1024 * 1024
_LEVEL = 1  # bodies are compressed already
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    RecursionError,
)


class UnreadableArchive(StorageError):
    """The file is no backup, or not as it was written. The sentence says which."""


@dataclass(frozen=True, kw_only=True)
class TableEntry:
    """What the manifest says of one table."""

    name: str
    columns: dict[str, Kind]
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup holds. `schema` is the revision of the tables."""

    schema: str
    created_at: str
    database: str
    tables: list[TableEntry]
    # What a backup of before had not.
    files: list[FileEntry] = field(default_factory=list)
    format: Literal["mds-workbench-backup"] = FORMAT
    format_version: Literal[1] = 1

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(entry.rows for entry in self.tables)


@dataclass
class Writer:
    """Writes tables one after the other, then the manifest."""

    zipped: zipfile.ZipFile
    entries: list[TableEntry] = field(default_factory=list)
    files: list[FileEntry] = field(default_factory=list)

    def add_file(self, name: str, path: Path) -> None:
        """Write a file that belongs to rows of the tables; nothing where it is gone meanwhile."""
        entry = files.add(self.zipped, name, path)
        self.files += [entry] if entry else []

    def add(self, shape: TableShape, rows: Iterator[Sequence[object]]) -> None:
        """Write all rows of one table."""
        kinds = list(shape.columns.values())
        digest, count = hashlib.sha256(), 0
        with self.zipped.open(_member(shape.name), "w", force_zip64=True) as member:
            for count, row in enumerate(rows, start=1):  # noqa: B007
                line = to_line(row, kinds)
                digest.update(line)
                member.write(line)
        self.entries.append(
            TableEntry(
                name=shape.name, columns=shape.columns, rows=count, sha256=digest.hexdigest()
            )
        )

    def close(self, schema: str, created_at: str, database: str) -> Manifest:
        """Write the manifest: without it the file is no backup."""
        manifest = Manifest(
            schema=schema,
            created_at=created_at,
            database=database,
            tables=self.entries,
            files=self.files,
        )
        self.zipped.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1))
        return manifest


@contextmanager
def created(path: Path) -> Iterator[Writer]:
    """A new file that only its owner may read; it has its name only when it is whole.

    Raises StorageError when there is such a file already or it cannot be written.
    """
    if path.exists():
        raise StorageError(f"There is a file {path} already: name another.")
    try:
        number, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "wb") as file:
                with zipfile.ZipFile(
                    file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL
                ) as zipped:
                    yield Writer(zipped)
                file.flush()
                os.fsync(file.fileno())
            Path(name).rename(path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.") from error


@dataclass(frozen=True)
class Archive:
    """A backup to read from."""

    path: Path
    zipped: zipfile.ZipFile
    manifest: Manifest

    def rows(self, entry: TableEntry) -> Iterator[dict[str, Any]]:
        """The rows of one table. Raises UnreadableArchive, at the end at the latest, unless they are as written."""
        names, kinds = list(entry.columns), list(entry.columns.values())
        digest, count = hashlib.sha256(), 0
        with _readable(self.path), self.zipped.open(_member(entry.name)) as member:
            for count, line in enumerate(_lines(member), start=1):  # noqa: B007
                digest.update(line)
                yield dict(zip(names, from_line(line, kinds), strict=True))
        if (count, digest.hexdigest()) != (entry.rows, entry.sha256):
            raise UnreadableArchive(
                f"{self.path} is damaged: the rows of {entry.name} are not those that were written."
            )


@contextmanager
def opened_archive(path: Path) -> Iterator[Archive]:
    """A backup to read from. Raises UnreadableArchive for a file that is none, StorageError for no file."""
    with ExitStack() as stack:
        with _readable(path):
            zipped = stack.enter_context(zipfile.ZipFile(path))
            manifest = _manifest(path, zipped)
        yield Archive(path, zipped, manifest)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What a broken file makes the libraries raise becomes one sentence."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}.") from error
    except _DAMAGE as error:
        raise UnreadableArchive(
            f"{path} is damaged, or no backup of MDS Workbench: {' '.join(str(error).split())}."
        ) from error


def _manifest(path: Path, zipped: zipfile.ZipFile) -> Manifest:
    with zipped.open(_MANIFEST) as member:
        text = member.read(_MAX_MANIFEST + 1)
    try:
        return TypeAdapter(Manifest).validate_json(text[:_MAX_MANIFEST])
    except ValidationError as error:
        raise UnreadableArchive(
            f"{path} is no backup of MDS Workbench that this version can read."
        ) from error


def _lines(member: Any) -> Iterator[bytes]:
    """The lines, none of which may be longer than memory bears."""
    with io.BufferedReader(member, _BUFFER) as buffered:
        while line := buffered.readline(_MAX_LINE):
            if not line.endswith(b"\n"):
                raise ValueError("a row does not end")
            yield line


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"
