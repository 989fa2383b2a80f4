"""Arrow's columns as a `Table`: every batch is checked before it is used, and texts are kept once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from tables import bounds, media
from tables.errors import UnreadableFile
from tables.records import of_frame
from tables.table import Cells, Choices, Limits, Table, letter
from tables.upload import Upload

_PIXELS = Limits().pixels
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
    given = [
        (name.strip() or f"Column {letter(i)}", table.column(i))
        for i, name in enumerate(table.column_names)
        if not name.startswith(_INDEX)
    ]
    doubled = len(given) - len({name for name, _ in given})
    remarks = [f"{doubled} columns have the name of another; the first counts."] if doubled else []
    whole: dict[str, Cells] = {}
    columns: dict[str, Cells] = {}
    faults: dict[int, str] = {}
    for name, column in reversed(given):  # of two with one name the first counts
        columns = _parts(name, column, whole, faults) | columns
    frame = pd.DataFrame(columns)
    return of_frame(
        upload.name,
        frame,
        choices,
        sniffed={"format": title},
        remarks=remarks,
        whole=whole,
        faults=faults,
    )


def _parts(
    name: str, column: pa.ChunkedArray, whole: dict[str, Cells], faults: dict[int, str]
) -> dict[str, Cells]:
    """The column, its pictures as files; a column of objects in its parts, which are noted in `whole`."""
    if pa.types.is_dictionary(column.type) and _is_binary(column.type.value_type):
        column = column.cast(column.type.value_type)
    if _holds_files(column.type):
        return {name: _files(name, column, faults)}
    if not pa.types.is_struct(column.type) or not column.type.num_fields:
        return {name: _objects(column)}
    whole[name] = _objects(column)
    parts: dict[str, Cells] = {}
    for child, part in zip(column.type, column.flatten(), strict=True):
        parts |= _parts(f"{name}.{child.name}", _chunked(part), whole, faults)
    return parts


def _chunked(part: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return part if isinstance(part, pa.ChunkedArray) else pa.chunked_array([part])


def _holds_files(kind: pa.DataType) -> bool:
    """Bytes, or bytes beside their path, as data sets of pictures and sounds have them."""
    if pa.types.is_struct(kind):
        names = {child.name: child.type for child in kind}
        return "bytes" in names and names.keys() <= {"bytes", "path"} and _is_binary(names["bytes"])
    return _is_binary(kind)


def _is_binary(kind: pa.DataType) -> bool:
    kinds = (
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_fixed_size_binary,
        pa.types.is_binary_view,
    )
    return any(is_one(kind) for is_one in kinds)


def _files(name: str, column: pa.ChunkedArray, faults: dict[int, str]) -> Cells:
    """Pictures and sounds by their bytes; what is text as that, and what is neither as it is."""
    cells = np.empty(len(column), dtype=object)
    for i, value in enumerate(column.to_pylist()):
        data, path = value, ""
        if isinstance(value, dict):
            data, path = value.get("bytes"), str(value.get("path") or "")
        if not data:
            cells[i] = path or None
            continue
        called = path.replace("\\", "/").rpartition("/")[2] or f"{name} {i + 1}"
        file = media.file_of(called, data)
        cells[i] = file or _text(data)
        if file and (words := media.fault(file, _PIXELS)):
            faults[i] = words
    return cells


def _text(data: bytes) -> object:
    """Bytes that are text, which older programs write without saying so; any others as they are."""
    try:
        text = data.rstrip(b"\x00").decode()
    except UnicodeDecodeError:
        return data
    is_plain = all(sign.isprintable() or sign in "\t\r\n" for sign in text)
    return (text if text.strip() else None) if is_plain else data


def _objects(column: pa.ChunkedArray) -> Cells:
    """Plain values: whole numbers stay whole beside empty cells; empty text is an empty cell."""
    values = column.to_pandas(integer_object_nulls=True, timestamp_as_object=True).astype(object)
    cells = np.empty(len(values), dtype=object)
    for i, (cell, there) in enumerate(zip(values, values.notna(), strict=True)):
        cells[i] = cell if there and not (isinstance(cell, str) and not cell.strip()) else None
    return cells
