"""Large text files: CSV and its kin, block by block, with the row numbers of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv

from mds_client.signature import Signature
from tables import delimiters, encoding
from tables.delimiters import Dialect
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.streaming.sample import Raw, RowNumbers, Sample, broke_off, only_whole
from tables.streaming.source import Source
from tables.table import Choices, Table
from tables.upload import Upload

SAMPLE_BYTES = 2**20
SAMPLE_ROWS = 1_000
# Some more: what stands above the names is none of the rows.
SAMPLE_LINES = 1_100
# Larger blocks are no quicker, and what is made of one takes forty times its memory.
BLOCK_BYTES = 2 * 2**20
_LIKELY = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


@dataclass(frozen=True, kw_only=True)
class _Text:
    """How a text file is written: from which row on its cases stand, and how many cells each has."""

    source: Source
    codec: str
    dialect: Dialect
    first_row: int
    width: int

    def blocks(self) -> Iterator[Raw]:
        """Its rows. A row with too many or too few cells is a fault. Raises UnreadableFile."""
        faulty: list[pyarrow.csv.InvalidRow] = []

        def note(row: pyarrow.csv.InvalidRow) -> str:
            faulty.append(row)
            return "skip"

        try:
            with self.source.open() as stream:
                reader = pyarrow.csv.open_csv(
                    stream,
                    read_options=self._reading,
                    parse_options=self._parsing(note),
                    convert_options=self._converting,
                )
                yield from self._numbered(reader, faulty)
        except Exception as error:  # of Arrow, of the packing, or of the object store
            raise broke_off(self.source, error) from error

    @property
    def _names(self) -> list[str]:
        return [str(i) for i in range(self.width)]

    @property
    def _reading(self) -> pyarrow.csv.ReadOptions:
        return pyarrow.csv.ReadOptions(
            use_threads=False,
            block_size=BLOCK_BYTES,
            skip_rows=self.first_row - 1,
            column_names=self._names,
            encoding="utf-8" if self.codec in ("ascii", "utf-8-sig") else self.codec,
        )

    def _parsing(self, note: object) -> pyarrow.csv.ParseOptions:
        return pyarrow.csv.ParseOptions(
            delimiter=self.dialect.delimiter,
            quote_char=self.dialect.quote,
            escape_char=self.dialect.escape or False,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=note,
        )

    @property
    def _converting(self) -> pyarrow.csv.ConvertOptions:
        return pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(self._names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        )

    def _numbered(
        self, reader: Iterator[pa.RecordBatch], faulty: list[pyarrow.csv.InvalidRow]
    ) -> Iterator[Raw]:
        """The blocks with their row numbers; `faulty` grows while they are read, and may be ahead of them."""
        at, batch = self.first_row, None
        for batch in reader:
            numbers = _numbers(at, batch.num_rows, [row.number for row in faulty])
            at = int(numbers[-1]) + 1 if len(numbers) else at
            passed = [row for row in faulty if row.number < at]
            faulty[:] = [row for row in faulty if row.number >= at]
            yield self._whole(batch, numbers, passed)
        if faulty and batch is not None:
            yield self._whole(batch.slice(0, 0), np.empty(0, np.int64), faulty)

    def _whole(
        self, batch: pa.RecordBatch, numbers: RowNumbers, faulty: Sequence[pyarrow.csv.InvalidRow]
    ) -> Raw:
        """The rows of a block with the faulty ones in their places, and without those that are blank."""
        if faulty:
            batch, numbers = self._with(batch, numbers, faulty)
        batch, numbers = _without_blank(batch, numbers)
        places = {int(number): i for i, number in enumerate(numbers)} if faulty else {}
        sentences = {
            places[
                row.number
            ]: f"The row has {row.actual_columns} cells, and the header {self.width}."
            for row in faulty
            if row.number in places
        }
        return batch, numbers, sentences

    def _with(
        self, batch: pa.RecordBatch, numbers: RowNumbers, faulty: Sequence[pyarrow.csv.InvalidRow]
    ) -> tuple[pa.RecordBatch, RowNumbers]:
        """The block with the faulty rows, as many of their cells as there are columns."""
        rows = [row.text.split(self.dialect.delimiter) for row in faulty]
        padded = [(row + [None] * self.width)[: self.width] for row in rows]
        columns = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
        more = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
        numbers = np.concatenate([numbers, [row.number for row in faulty]]).astype(np.int64)
        order = np.argsort(numbers, kind="stable")
        both = pa.Table.from_batches([batch, more]).take(pa.array(order)).combine_chunks()
        return both.to_batches()[0], numbers[order]


def text_sample(source: Source, signature: Signature, choices: Choices, stamp: str) -> Sample:
    """The beginning of a text file. Raises UnreadableFile."""
    head, is_all = _head(source)
    name = source.bare_name
    table = read_fitting(head, name, signature, choices=choices)
    if table.sniffed.get("format") != "CSV" or not table.letters:
        raise only_whole(source)
    codec = choices.encoding or encoding.detected(head)
    text, _ = encoding.decoded(head, codec)
    likely = _LIKELY.get(Upload(name=name, data=b"").suffix, "")
    dialect = delimiters.sniffed(text, wanted=choices.delimiter, likely=likely)
    file = _Text(
        source=source,
        codec=codec,
        dialect=dialect,
        first_row=table.row_numbers[0],
        width=_width(text, dialect, table.row_numbers[0]),
    )
    places = [_place(letters) for letters in table.letters]
    sample = Sample(source=source, table=table, stamp=stamp, places=places, blocks=file.blocks)
    _check_the_same(sample, len(table) if is_all else len(table) - 1)
    return sample


def _head(source: Source) -> tuple[bytes, bool]:
    """The first lines of a file, and whether they are all of it. Raises UnreadableFile."""
    try:
        with source.open() as stream:
            head = stream.read(SAMPLE_BYTES)
            is_all = not stream.read(1)
    except Exception as error:  # as above
        raise broke_off(source, error) from error
    if not head:
        raise UnreadableFile("The file is empty.", advice="Choose a file with a header and rows.")
    return (head, True) if is_all else (_first_lines(head), False)


def _first_lines(head: bytes) -> bytes:
    """Whole lines, no more of them than tell how a file is written: each is looked at in many ways."""
    end = -1
    for _ in range(SAMPLE_LINES):
        following = head.find(b"\n", end + 1)
        if following < 0:
            break
        end = following
    return head[: end + 1] or head


def _width(text: str, dialect: Dialect, first_row: int) -> int:
    """How many cells the first case has."""
    for number, row in enumerate(delimiters.rows(text, dialect), start=1):
        if number >= first_row:
            return len(row)
    return 0


def _check_the_same(sample: Sample, rows: int) -> None:
    """Raises UnreadableFile unless the beginning reads the same in both ways."""
    batch, numbers, _ = next(sample.blocks(), (None, np.empty(0, np.int64), {}))
    table = sample.table
    rows = min(rows, len(numbers), SAMPLE_ROWS)
    is_same = (
        batch is not None
        and rows > 0
        and tuple(numbers[:rows]) == table.row_numbers[:rows]
        and not table.totals
        and max(sample.places) < batch.num_columns
    )
    if not is_same or not _are_same_cells(sample, batch, rows):
        raise only_whole(sample.source)


def _are_same_cells(sample: Sample, batch: pa.RecordBatch, rows: int) -> bool:
    table: Table = sample.table
    return all(
        _stripped(batch.column(place).slice(0, rows).to_pylist())
        == _stripped(table.cells(name)[:rows].tolist())
        for place, name in zip(sample.places, table.columns, strict=True)
    )


def _stripped(cells: Sequence[object]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in cells]


def _numbers(at: int, count: int, faulty: Sequence[int]) -> RowNumbers:
    """The numbers of so many rows from `at` on, passing over those of faulty ones."""
    numbers = np.arange(at, at + count + len(faulty), dtype=np.int64)
    return numbers[~np.isin(numbers, faulty)][:count] if faulty else numbers[:count]


def _without_blank(batch: pa.RecordBatch, numbers: RowNumbers) -> tuple[pa.RecordBatch, RowNumbers]:
    if not all(column.null_count for column in batch.columns):
        return batch, numbers
    nothing = [column.is_null().to_numpy(zero_copy_only=False) for column in batch.columns]
    blank = np.logical_and.reduce(nothing)
    return (batch.filter(pa.array(~blank)), numbers[~blank]) if blank.any() else (batch, numbers)


def _place(letters: str) -> int:
    """Where the column with these letters stands, from 0."""
    number = 0
    for sign in letters:
        number = 26 * number + ord(sign) - ord("A") + 1
    return number - 1
