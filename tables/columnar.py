"""Arrow's columns as a `Table`: every batch is checked before it is used, and texts are kept once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from tables import bounds
from tables.errors import UnreadableFile
from tables.records import of_frame
from tables.table import Choices, Limits, Table, letter
from tables.upload import Upload

_INDEX = "__index_level_"


def to_table(
    upload: Upload, title: str, batches: Iterable[pa.RecordBatch], choices: Choices, limits: Limits
) -> Table:
    """The table in the batches. Raises TooLarge as soon as they go beyond the limits."""
    kept: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        batch.validate(full=True)  # offsets in a file from outside may point anywhere
        rows += batch.num_rows
        bounds.check(rows, batch.num_columns, limits)
        kept.append(batch)
    if not rows:
        raise UnreadableFile("The file has columns and no rows.", advice="Choose one with rows.")
    return _table(upload, title, pa.Table.from_batches(kept), choices)


def _table(upload: Upload, title: str, table: pa.Table, choices: Choices) -> Table:
    names = [name for name in table.column_names if not name.startswith(_INDEX)]
    positions = [table.column_names.index(name) for name in dict.fromkeys(names)]
    called = [name.strip() or f"Column {letter(i)}" for i, name in enumerate(dict.fromkeys(names))]
    columns = {
        name: _objects(table.column(position))
        for name, position in zip(called, positions, strict=True)
    }
    doubled = len(names) - len(positions)
    remarks = [f"{doubled} columns have the name of another; the first counts."] if doubled else []
    frame = pd.DataFrame(columns)
    return of_frame(upload.name, frame, choices, sniffed={"format": title}, remarks=remarks)


def _objects(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Plain values: whole numbers stay whole beside empty cells; empty text is an empty cell."""
    found = column.to_pandas(integer_object_nulls=True, timestamp_as_object=True).astype(object)
    cells = np.empty(len(found), dtype=object)
    for i, (cell, there) in enumerate(zip(found, found.notna(), strict=True)):
        cells[i] = cell if there and not (isinstance(cell, str) and not cell.strip()) else None
    return cells
