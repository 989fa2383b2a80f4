"""The result in a format to take away: Parquet as it is, CSV and XLSX so that no cell acts in a spreadsheet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from batch.errors import PartitionGone
from batch.folder import write_whole
from batch.inert_cells import inert
from mds_client.errors import MdsError

# A sheet has no more rows; one is for the names.
MOST_SHEET_ROWS = 2**20 - 1


class TooManyRows(MdsError):
    """A sheet of a workbook has not so many rows."""

    kind = "too_many_rows"


class NotWritten(MdsError):
    """A place outside of this machine does not take the result."""

    kind = "result_not_written"

    def __init__(self, where: str, error: Exception) -> None:
        super().__init__(
            f"The result could not be written to {where}.",
            advice="Check that the place is there and may be written. The result is kept: `mds batch --resume` with `--out` "
            "writes it again.",
            detail=f"{type(error).__name__}: {error}"[:2000],
        )


def export(result: Path, path: Path) -> Path:
    """Write the result in the format that the name of `path` says. Raises MdsError."""
    fill = WRITERS.get(path.suffix.lower())
    if fill is None:
        raise MdsError(
            f"A result cannot be written as {path.suffix or 'a file without an ending'}.",
            advice=f"Name a file that ends in {', '.join(WRITERS)}.",
        )
    if not result.is_file():
        raise PartitionGone(str(result))
    write_whole(path, lambda beside: fill(result, beside))
    return path


def export_to(result: Path, where: str) -> None:
    """Write the result to a path or a URL, in the format that its name says. Raises MdsError."""
    if "://" not in where:
        export(result, Path(where).absolute())
        return
    name = PurePosixPath(where).name
    with tempfile.TemporaryDirectory() as folder:
        is_as_it_is = name.lower().endswith(".parquet") and result.is_file()
        written = result if is_as_it_is else export(result, Path(folder) / name)
        try:
            files, path = fsspec.core.url_to_fs(where)
            files.put_file(str(written), path)
        except Exception as error:  # each object store has errors of its own
            raise NotWritten(where, error) from error


def inert_csv(parquet: bytes) -> bytes:
    """A Parquet file as CSV in which no cell acts in a spreadsheet."""
    with tempfile.TemporaryDirectory() as name:
        source, out = Path(name) / "rows.parquet", Path(name) / "rows.csv"
        source.write_bytes(parquet)
        return export(source, out).read_bytes()


def _csv(result: Path, path: Path) -> None:
    """UTF-8 with a mark, which spreadsheets need."""
    file = pq.ParquetFile(result)
    names = inert(pa.chunked_array([file.schema_arrow.names])).to_pylist()
    schema = pa.schema(list(zip(names, file.schema_arrow.types, strict=True)))
    with path.open("wb") as stream:
        stream.write("\ufeff".encode())
        with pyarrow.csv.CSVWriter(stream, schema) as out:
            for batch in file.iter_batches():
                columns = [inert(pa.chunked_array([c])) for c in batch.columns]
                out.write_table(pa.Table.from_arrays(columns, schema=schema))


def _xlsx(result: Path, path: Path) -> None:
    from openpyxl import Workbook  # a tenth of a second that nobody else should wait

    file = pq.ParquetFile(result)
    if file.metadata.num_rows > MOST_SHEET_ROWS:
        raise TooManyRows(
            f"A workbook has at most {MOST_SHEET_ROWS:,} rows, and the result {file.metadata.num_rows:,}.",
            advice="Take CSV or Parquet.",
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Answers")
    sheet.append(inert(pa.chunked_array([file.schema_arrow.names])).to_pylist())
    for batch in file.iter_batches(batch_size=4_096):
        columns = [_cells(inert(pa.chunked_array([c]))) for c in batch.columns]
        for row in zip(*columns, strict=True):
            sheet.append(row)
    with path.open("wb") as stream:
        book.save(stream)


def _cells(column: pa.ChunkedArray) -> list[object]:
    """Cells as a workbook has them: no sign that its XML cannot hold, no number that is none, no other type."""
    if pa.types.is_string(column.type):
        column = pc.replace_substring_regex(column, r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "")
    listed: list[object] = column.to_pylist()
    if pa.types.is_floating(column.type):
        return [None if cell != cell else cell for cell in listed]
    is_plain = pa.types.is_string(column.type) or pa.types.is_integer(column.type)
    is_plain = is_plain or pa.types.is_boolean(column.type)
    return listed if is_plain else [None if cell is None else str(cell) for cell in listed]


def _parquet(result: Path, path: Path) -> None:
    shutil.copyfile(result, path)


WRITERS: Mapping[str, Callable[[Path, Path], None]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
