"""Parquet: typed columns, as data platforms hand them out."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from tables import bounds, columnar
from tables.errors import TooLarge, UnreadableFile
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "parquet"
TITLE = "Parquet"
SUFFIXES = (".parquet", ".pq")
ORDER = 20
_ROWS_AT_ONCE = 16_384


def matches(upload: Upload) -> bool:
    """Whether it opens as Parquet files do."""
    return upload.head.startswith((b"PAR1", b"PARE"))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table, typed. Raises UnreadableFile when it is cut off, encrypted or has no rows."""
    try:
        file = _opened(upload)
        _check(file.metadata, limits)
        # As dictionaries, a text that stands in many rows is held once.
        return columnar.to_table(
            upload, TITLE, file.iter_batches(batch_size=_ROWS_AT_ONCE), choices, limits
        )
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            "The Parquet file is damaged or cut off.",
            advice="Copy it again from where it comes from; it may not have arrived in full.",
            detail=str(error)[:2000],
        ) from error


def _opened(upload: Upload) -> pq.ParquetFile:
    if not upload.data.endswith(b"PAR1"):
        raise pa.ArrowInvalid("the end of the file is missing")
    source = pa.BufferReader(upload.data)
    schema = pq.read_schema(source)
    texts = [one.name for one in schema if pa.types.is_string(one.type)]
    return pq.ParquetFile(pa.BufferReader(upload.data), read_dictionary=texts)


def _check(metadata: pq.FileMetaData, limits: Limits) -> None:
    """What the file says of itself, before any of it is unpacked."""
    bounds.check(metadata.num_rows, metadata.num_columns, limits)
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if size > limits.unpacked:
        raise TooLarge(
            f"The file unpacks to {size / 2**20:,.0f} MB, and at most "
            f"{limits.unpacked / 2**20:,.0f} MB are read at once.",
            advice="Split the file, or leave out the columns that the model does not need.",
        )
