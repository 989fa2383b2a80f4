"""Parquet as batches write it: in groups of one size, with a dictionary only where values recur."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from batch.ahead import ahead

GROUP_ROWS = 16_384
_LOOKED_AT = 2_000


def writer(path: Path, first: pa.Table) -> pq.ParquetWriter:
    """A file for tables like `first`, which is its beginning. What recurs in it gets a dictionary: for numbers and names that
    differ from row to row, making one takes more than half of the time, and more room than it saves. The least and the
    largest of texts, which nobody asks for, would take a sixth of it."""
    return pq.ParquetWriter(
        path,
        first.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=_recurring(first.slice(0, _LOOKED_AT)),
        write_statistics=[n for n in first.schema.names if not _is_text(first.field(n).type)],
    )


def write(path: Path, tables: Iterator[pa.Table], schema: pa.Schema) -> None:
    """Write tables one after the other, each made while the one before is written."""
    first = next(tables, schema.empty_table())
    with writer(path, first) as out:
        for table in chain([first], ahead(tables)):
            out.write_table(table, row_group_size=GROUP_ROWS)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _recurring(table: pa.Table) -> list[str]:
    flat = [name for name in table.schema.names if not pa.types.is_nested(table.field(name).type)]
    return [name for name in flat if 4 * len(table.column(name).unique()) < len(table)]
