"""The folder of a batch: its rows, the parts of its result, and the result; each file is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from copy import copy
from pathlib import Path

from batch.errors import of_disk
from db.ids import is_id

PARTITION, FACTS = "rows.arrow", "facts.json"
RESULT, WHOLE, BEFORE = "result", "whole", "before"


class BatchFolder:
    """Where everything of one batch lies, under its id."""

    def __init__(self, root: Path, batch_id: str) -> None:
        if not is_id(batch_id):
            raise ValueError("no id of a batch")
        self.path = root / batch_id

    @property
    def partition(self) -> Path:
        return self.path / PARTITION

    @property
    def facts(self) -> Path:
        return self.path / FACTS

    @property
    def parts(self) -> Path:
        """Where the answers of each chunk lie."""
        return self.path / "parts"

    @property
    def whole(self) -> BatchFolder:
        """Where the file lies that the rows of this batch are corrected ones of, with their answers; of any other batch, and
        before it is done, this folder itself."""
        within = self.of_whole
        return within if within.result("parquet").is_file() else self

    @property
    def of_whole(self) -> BatchFolder:
        """The folder within this one for the file that its rows are of."""
        within = copy(self)
        within.path = self.path / WHOLE
        return within

    @property
    def before(self) -> BatchFolder:
        """The folder within this one for the short file that its rows are corrected ones of, as it was before."""
        within = copy(self)
        within.path = self.path / BEFORE
        return within

    def result(self, suffix: str) -> Path:
        """The whole result in a format: parquet, csv or xlsx."""
        return self.path / f"{RESULT}.{suffix}"

    def make(self) -> None:
        """Make the folder, for its owner alone. Raises MdsError."""
        try:
            self.parts.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise of_disk(error) from error

    def rename(self, other: BatchFolder) -> None:
        """Have it be the folder of another batch, which has none yet. Raises MdsError."""
        try:
            self.path.rename(other.path)
        except OSError as error:
            raise of_disk(error) from error

    def remove(self) -> None:
        """Take it away with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a file beside `path`, and put it there once it is whole and on the disk. Raises MdsError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        write(beside)
        with beside.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise of_disk(error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def remove_unfinished(path: Path) -> None:
    """Take away what was left beside `path` by processes that were killed while they filled it."""
    for beside in path.parent.glob(f".{path.name}.*"):
        beside.unlink(missing_ok=True)


def remove_unnamed(root: Path, named: Collection[str], older_than: float) -> int:
    """Take away the folders that no batch names, and that nobody changed since a moment; how many there were."""
    count = 0
    for path in root.iterdir() if root.is_dir() else ():
        if path.name not in named and is_id(path.name) and path.stat().st_mtime < older_than:
            shutil.rmtree(path, ignore_errors=True)
            count += 1
    return count
