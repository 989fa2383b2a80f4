"""Arrow IPC, as a file (Feather) or as a stream."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from tables import columnar
from tables.errors import UnreadableFile
from tables.table import Choices, Limits, Table
from tables.upload import Upload

NAME = "arrow"
TITLE = "Arrow or Feather"
SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")
ORDER = 30
_STREAM = b"\xff\xff\xff\xff"


def matches(upload: Upload) -> bool:
    """Whether it opens as an Arrow file or, by name too, as an Arrow stream."""
    if upload.head.startswith(_STREAM):
        return upload.suffix in SUFFIXES or b"\x10\x00\x00\x00" in upload.head[:16]
    return upload.head.startswith((b"ARROW1", b"FEA1"))


def read(upload: Upload, choices: Choices, limits: Limits) -> Table:
    """The table, typed. Raises UnreadableFile when it is cut off or of the first Feather version."""
    if upload.head.startswith(b"FEA1"):
        raise UnreadableFile(
            "This is a Feather file of the first version, which is no longer read.",
            advice="Write it again with a current pandas or Arrow, or as Parquet.",
        )
    try:
        return columnar.to_table(upload, TITLE, _batches(upload), choices, limits)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            "The Arrow file is damaged or cut off.",
            advice="Copy it again from where it comes from; it may not have arrived in full.",
            detail=str(error)[:2000],
        ) from error


def _batches(upload: Upload) -> Iterator[pa.RecordBatch]:
    source = pa.BufferReader(upload.data)
    if upload.head.startswith(_STREAM):
        yield from pa.ipc.open_stream(source)
        return
    file = pa.ipc.open_file(source)
    for i in range(file.num_record_batches):
        yield file.get_batch(i)
