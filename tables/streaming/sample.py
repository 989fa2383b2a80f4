"""The beginning of a large file as a table, and how all of it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from tables.errors import UnreadableFile
from tables.streaming.source import Source
from tables.table import Limits, Table

RowNumbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Raw = tuple[pa.RecordBatch, RowNumbers, dict[int, str]]
"""Neighbouring rows as they stand in the file, where a person finds each, and a sentence for those that are broken."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The beginning of a file, from which its columns are given to fields. `blocks` reads all of it, `places` says where
    each column of the table stands in a block, `stamp` is another once the file has changed. With `is_whole` the table is all
    of the file, and there is nothing more to read."""

    source: Source
    table: Table
    stamp: str
    blocks: Callable[[], Iterator[Raw]]
    places: Sequence[int] = field(default_factory=tuple)
    is_whole: bool = False


def only_whole(source: Source) -> UnreadableFile:
    """The error for a file that only all of it explains."""
    size = Limits().size // 2**20
    return UnreadableFile(
        f"{source.name} is written in a way that only all of it tells, which is read up to {size} MB.",
        advice="Save it as CSV with one row of names at its top, or as Parquet.",
    )


def broke_off(source: Source, error: Exception) -> UnreadableFile:
    """The error for a file that cannot be read to its end."""
    return UnreadableFile(
        f"{source.name} could not be read to its end.",
        advice="It may be damaged, or have changed meanwhile. Copy it again from where it comes from.",
        detail=f"{type(error).__name__}: {error}"[:2000],
    )
