"""Parquet as batches write it: a dictionary only where values recur, and each step while the next is made."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

import pyarrow as pa
import pyarrow.parquet as pq

T = TypeVar("T")
_LOOKED_AT = 2_000
_END = object()


def writer(path: Path, first: pa.Table, codec: str, *, statistics: bool = True) -> pq.ParquetWriter:
    """A file for tables like `first`, which is its beginning. What recurs in it gets a dictionary: for numbers and names that
    differ from row to row, making one takes more than half of the time, and more room than it saves."""
    level = 1 if codec == "zstd" else None
    return pq.ParquetWriter(
        path,
        first.schema,
        compression=codec,
        compression_level=level,
        use_dictionary=_recurring(first.slice(0, _LOOKED_AT)),
        write_statistics=statistics,
    )


def _recurring(table: pa.Table) -> list[str]:
    flat = [name for name in table.schema.names if not pa.types.is_nested(table.field(name).type)]
    return [name for name in flat if 4 * len(table.column(name).unique()) < len(table)]


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made in a thread while whoever takes them is busy with the one before. Raises what making them
    does."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        following = pool.submit(next, items, _END)
        while (item := following.result()) is not _END:
            following = pool.submit(next, items, _END)
            yield cast(T, item)
