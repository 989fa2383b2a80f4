"""The files beside a database that belong to its rows: of each batch about a large file its rows, the answers of its chunks,
and its result; where its rows are corrected ones of another file, also that whole file and its result. In a backup they lie under `batches/`, as they are.

What can be made from them (a result as CSV) and what is not whole yet is left out.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from db.errors import StorageError

_BATCH = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
_NAME = re.compile(
    rf"{_BATCH}/(whole/)?(rows\.arrow|facts\.json|result\.parquet|parts/[0-9]{{12,}}-[0-9]+\.parquet)"
)
_BUFFER = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """What the manifest says of a file: its name below the folder of the batches, its size in bytes, and its digest."""

    name: str
    size: int
    sha256: str


def found(root: Path, batches: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """The files of these batches, by the names that they have in a backup."""
    for batch in batches:
        if not re.fullmatch(_BATCH, batch):
            continue
        for path in sorted((root / batch).rglob("*")):
            name = path.relative_to(root).as_posix()
            if _NAME.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield name, path


def add(zipped: zipfile.ZipFile, name: str, path: Path) -> FileEntry | None:
    """Write a file into the archive, packed as it is already; None where it was deleted meanwhile."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    member = zipfile.ZipInfo(_member(name), date_time=(1980, 1, 1, 0, 0, 0))
    with source, zipped.open(member, "w", force_zip64=True) as target:
        digest, size = _copied(source, target)
    return FileEntry(name=name, size=size, sha256=digest)


@contextmanager
def unpacked(
    zipped: zipfile.ZipFile, entries: Sequence[FileEntry], root: Path | None
) -> Iterator[Path | None]:
    """The files in a folder beside those of the batches, checked; it is gone afterwards. None where there are none.

    Raises StorageError for a file that is not as it was written, and for one that no backup has.
    """
    if not entries or root is None:
        yield None
        return
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=root, prefix=".restored-"))
        try:
            for entry in entries:
                _unpack(zipped, entry, beside)
            yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise StorageError(f"{root} cannot be written: {error.strerror or error}.") from error


def put(beside: Path, root: Path) -> None:
    """Move what was unpacked to its place, over what was there of the same batches."""
    for folder in sorted(beside.iterdir()):
        place = root / folder.name
        with suppress(FileNotFoundError):
            shutil.rmtree(place)
        folder.rename(place)


def _unpack(zipped: zipfile.ZipFile, entry: FileEntry, beside: Path) -> None:
    if not _NAME.fullmatch(entry.name):
        raise StorageError(f"The backup has a file {entry.name!r}, which belongs to no batch.")
    path = beside / entry.name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with zipped.open(_member(entry.name)) as source, path.open("xb") as target:
            is_same = _copied(source, target, entry.size) == (entry.sha256, entry.size)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise StorageError(f"The backup is damaged: {entry.name} cannot be read.") from error
    if not is_same:
        raise StorageError(f"The backup is damaged: {entry.name} is not as it was written.")


def _copied(source: IO[bytes], target: IO[bytes], most: int | None = None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BUFFER):
        size += len(block)
        if most is not None and size > most:
            break
        digest.update(block)
        target.write(block)
    return digest.hexdigest(), size


def _member(name: str) -> str:
    return f"batches/{name}"
