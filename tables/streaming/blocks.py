"""A file as blocks of its rows: its own columns, what the model takes of them, and what is wrong with a row."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from mds_client.signature import FILE_KINDS, Signature
from tables import delimiters, encoding
from tables.converting import Converted
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.mapping import Mapping
from tables.streaming.column import ColumnReader, _typed
from tables.streaming.source import ChangedMeanwhile, Source
from tables.table import Choices, Limits, Table
from tables.upload import Upload

SAMPLE_BYTES = 2**20
SAMPLE_ROWS = 1_000
BLOCK_BYTES = 4 * 2**20
BLOCK_ROWS = 16_384
_FEEDS_PICTURES = "Pictures and recordings are asked about in files of at most {:,} rows."


@dataclass(frozen=True, kw_only=True)
class Block:
    """Neighbouring rows. `own` has the file's columns, `values` one a field, both in their order and without names.

    `rows` has where a person finds each row; `problems` why one is not sent, null where it is.
    """

    own: list[pa.Array]
    values: list[pa.Array]
    rows: pa.Array
    problems: pa.Array


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The beginning of a large file as a table, from which its columns are given to fields, and how the rest is read."""

    source: Source
    table: Table
    stamp: str
    blocks: Callable[
        [],
        Iterator[tuple[pa.RecordBatch, np.ndarray[tuple[int], np.dtype[np.int64]], dict[int, str]]],
    ]
    # Where each column of the table stands in a block.
    places: Sequence[int] = field(default_factory=tuple)


def sampled(source: Source, signature: Signature, choices: Choices | None = None) -> Sample:
    """The beginning of a file that can be read block by block: CSV and its kin, and Parquet.

    Raises UnreadableFile, also for a file that is of another kind or written so that only all of it tells how.
    """
    stamp = source.stamp
    with source.open() as stream:
        head = stream.read(4)
    if head == b"PAR1":
        return _parquet(source, signature, choices or Choices(), stamp)
    return _text(source, signature, choices or Choices(), stamp)


def blocks(sample: Sample, mapping: Mapping, signature: Signature) -> Iterator[Block]:
    """All rows of the file. Raises UnreadableFile, and ChangedMeanwhile at the end of a file that changed on the way."""
    check_kinds(signature)
    readers = _readers(sample, mapping, signature)
    for batch, numbers, faults in sample.blocks():
        own = [batch.column(place) for place in sample.places]
        yield _block(own, batch, numbers, faults, readers, mapping, signature)
    if sample.source.stamp != sample.stamp:
        raise ChangedMeanwhile(sample.source.name)


def check_kinds(signature: Signature, most: int = 5_000) -> None:
    """Raises UnreadableFile for a model that takes files in its rows."""
    if any(each.kind in FILE_KINDS for each in signature.inputs):
        raise UnreadableFile(_FEEDS_PICTURES.format(most), advice="Split the file.")


def blocks_of(
    table: Table, converted: Converted, problems: dict[int, str], signature: Signature
) -> Iterator[Block]:
    """All rows of a file that is in memory, and was converted there; `problems` by row number."""
    check_kinds(signature)
    good = {int(number): place for place, number in enumerate(converted.rows.index)}
    own = [_own(table.frame.iloc[:, i].tolist()) for i in range(len(table.columns))]
    numbers = list(table.row_numbers)
    places = pa.array([good.get(number) for number in numbers], pa.int64())
    values = [
        _typed(f, converted.rows[f.name].to_numpy(object), {}).take(places)
        for f in signature.inputs
    ]
    words = [None if n in good else problems.get(n, "It cannot be sent.") for n in numbers]
    rows, why = pa.array(numbers, pa.int64()), pa.array(words, pa.string())
    for start in range(0, len(numbers), BLOCK_ROWS):
        yield Block(
            own=[column.slice(start, BLOCK_ROWS) for column in own],
            values=[column.slice(start, BLOCK_ROWS) for column in values],
            rows=rows.slice(start, BLOCK_ROWS),
            problems=why.slice(start, BLOCK_ROWS),
        )


def _own(cells: list[object]) -> pa.Array:
    """A column of the file as it is shown: of one type where it has one, else as text."""
    plain = [None if cell is None or cell != cell else cell for cell in cells]
    if {type(cell) for cell in plain} - {type(None)} <= {int} or all(
        isinstance(cell, float | None) for cell in plain
    ):
        try:
            return pa.array(plain)
        except (pa.ArrowInvalid, OverflowError):
            pass
    return pa.array([None if cell is None else str(cell) for cell in plain], pa.string())


def _readers(sample: Sample, mapping: Mapping, signature: Signature) -> dict[str, ColumnReader]:
    table, places = sample.table, dict(zip(sample.table.columns, sample.places, strict=True))
    fields = {each.name: each for each in signature.inputs}
    lacking = [match.column for match in mapping.matches if match.column not in places]
    if lacking:
        raise UnreadableFile(
            f"The column {lacking[0]} holds objects, which large files cannot have.",
            advice="Give the field another column, or split the file.",
        )
    return {
        match.field: ColumnReader.of(
            table,
            match,
            fields[match.field],
            places[match.column],
            mapping.replaced_in(match.field),
        )
        for match in mapping.matches
    }


def _block(
    own: list[pa.Array],
    batch: pa.RecordBatch,
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]],
    faults: dict[int, str],
    readers: dict[str, ColumnReader],
    mapping: Mapping,
    signature: Signature,
) -> Block:
    words: dict[int, list[str]] = {i: [sentence] for i, sentence in faults.items()}
    values, fixed = [], dict(mapping.fixed)
    for each in signature.inputs:
        reader = readers.get(each.name)
        if reader is None:
            constant = np.full(batch.num_rows, fixed.get(each.name), dtype=object)
            values.append(_typed(each, constant, {}))
            continue
        column, sentences = reader.read(batch.column(reader.place))
        values.append(column)
        for i, sentence in sentences.items():
            if i not in faults:
                words.setdefault(i, []).append(sentence)
    problems: list[str | None] = [None] * batch.num_rows
    for i, sentences_of_row in words.items():
        problems[i] = " ".join(sentences_of_row)
    return Block(
        own=own, values=values, rows=pa.array(numbers), problems=pa.array(problems, pa.string())
    )


def _parquet(source: Source, signature: Signature, choices: Choices, stamp: str) -> Sample:
    try:
        with source.open() as stream:
            file = pq.ParquetFile(stream)
            first = next(file.iter_batches(batch_size=SAMPLE_ROWS), None)
            flat = [not pa.types.is_nested(each.type) for each in file.schema_arrow]
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            "The Parquet file is damaged or cut off.",
            advice="Copy it again from where it comes from.",
            detail=str(error)[:2000],
        ) from error
    if first is None or not first.num_rows:
        raise UnreadableFile("The file has columns and no rows.", advice="Choose one with rows.")
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([first]), sink)
    table = read_fitting(sink.getvalue(), source.bare_name, signature, choices=choices)
    names = [name.strip() for name in first.schema.names]
    if not set(table.columns) <= {n for n, ok in zip(names, flat, strict=True) if ok}:
        raise UnreadableFile(
            "The file has columns of objects or lists, which are read up to 1,000,000 rows.",
            advice="Split the file, or leave these columns out.",
        )
    places = [names.index(name) for name in table.columns]
    return Sample(
        source=source, table=table, stamp=stamp, blocks=lambda: _of_parquet(source), places=places
    )


def _of_parquet(
    source: Source,
) -> Iterator[tuple[pa.RecordBatch, np.ndarray[tuple[int], np.dtype[np.int64]], dict[int, str]]]:
    start = 1
    try:
        with source.open() as stream:
            for batch in pq.ParquetFile(stream, pre_buffer=False).iter_batches(BLOCK_ROWS):
                batch.validate(full=True)
                yield _plain(batch), np.arange(start, start + batch.num_rows), {}
                start += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _broke_off(source, error) from error


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=[str(i) for i in range(len(columns))])


def _text(source: Source, signature: Signature, choices: Choices, stamp: str) -> Sample:
    with source.open() as stream:
        head = stream.read(SAMPLE_BYTES)
        is_all = not stream.read(1)
    if not head:
        raise UnreadableFile("The file is empty.", advice="Choose a file with a header and rows.")
    whole_lines = head if is_all else _whole_lines(head)
    name = source.bare_name
    table = read_fitting(whole_lines, name, signature, choices=choices)
    codec = choices.encoding or encoding._detected(whole_lines)
    text, _ = encoding.decoded(whole_lines, codec)
    likely = {".tsv": "\t", ".tab": "\t", ".psv": "|"}.get(Upload(name=name, data=b"").suffix, "")
    dialect = delimiters.sniffed(text, wanted=choices.delimiter, likely=likely)
    if table.sniffed.get("format") != "CSV" or not table.letters:
        raise _only_whole(source)
    places = [_place(letter) for letter in table.letters]
    width = len(next(iter(delimiters.rows(text.splitlines()[-1], dialect)), []))
    sample = Sample(
        source=source,
        table=table,
        stamp=stamp,
        places=places,
        blocks=lambda: _of_text(source, codec, dialect, table.row_numbers[0], width),
    )
    _check_the_same(sample, is_all)
    return sample


def _check_the_same(sample: Sample, is_all: bool) -> None:
    """Raises UnreadableFile unless the beginning reads the same in both ways."""
    batch, numbers, _ = next(sample.blocks(), (None, np.empty(0), {}))
    table = sample.table
    rows = min(len(table) if is_all else len(table) - 1, len(numbers), SAMPLE_ROWS)
    if batch is None or rows < 1 or tuple(numbers[:rows]) != table.row_numbers[:rows]:
        raise _only_whole(sample.source)
    if table.faults or table.totals:
        raise _only_whole(sample.source)
    for place, name in zip(sample.places, table.columns, strict=True):
        if place >= batch.num_columns:
            raise _only_whole(sample.source)
        streamed = [(cell or "").strip() for cell in batch.column(place).slice(0, rows).to_pylist()]
        known = [str(cell if cell is not None else "").strip() for cell in table.cells(name)[:rows]]
        if streamed != known:
            raise _only_whole(sample.source)


def _of_text(
    source: Source, codec: str, dialect: delimiters.Dialect, first_row: int, width: int
) -> Iterator[tuple[pa.RecordBatch, np.ndarray[tuple[int], np.dtype[np.int64]], dict[int, str]]]:
    """Blocks of text cells with the row numbers of a spreadsheet. A row with too many or too few cells is a fault."""
    names = [str(i) for i in range(width)]
    faulty: list[pyarrow.csv.InvalidRow] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        faulty.append(row)
        return "skip"

    try:
        with source.open() as stream:
            reader = pyarrow.csv.open_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(
                    use_threads=False,
                    block_size=BLOCK_BYTES,
                    skip_rows=first_row - 1,
                    column_names=names,
                    encoding="utf-8" if codec in ("ascii", "utf-8-sig") else codec,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote,
                    escape_char=dialect.escape or False,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=note,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
            at = first_row
            for batch in reader:
                known = {row.number for row in faulty}
                numbers = _numbers(at, batch.num_rows, known)
                at = int(numbers[-1]) + 1 if len(numbers) else at
                passed = [row for row in faulty if row.number < at]
                faulty[:] = [row for row in faulty if row.number >= at]
                yield _with_faults(batch, numbers, passed, width, dialect.delimiter)
            if faulty:
                empty = batch.slice(0, 0)
                yield _with_faults(empty, np.empty(0, np.int64), faulty, width, dialect.delimiter)
    except (pa.ArrowException, OSError, UnicodeError, EOFError) as error:
        raise _broke_off(source, error) from error


def _numbers(at: int, count: int, faulty: set[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The numbers of so many rows from `at` on, passing over those of faulty ones."""
    numbers = np.arange(at, at + count + len(faulty), dtype=np.int64)
    return numbers[~np.isin(numbers, list(faulty))][:count] if faulty else numbers[:count]


def _with_faults(
    batch: pa.RecordBatch,
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]],
    faulty: Sequence[pyarrow.csv.InvalidRow],
    width: int,
    delimiter: str,
) -> tuple[pa.RecordBatch, np.ndarray[tuple[int], np.dtype[np.int64]], dict[int, str]]:
    """The rows of a block with the faulty ones in their places, and without those that are blank."""
    if faulty:
        texts = [row.text.split(delimiter)[:width] for row in faulty]
        cells = [[row[i] if i < len(row) else None for row in texts] for i in range(width)]
        columns = [pa.array(column, pa.string()) for column in cells]
        more = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
        numbers = np.concatenate([numbers, [row.number for row in faulty]]).astype(np.int64)
        order = np.argsort(numbers, kind="stable")
        both = pa.Table.from_batches([batch, more]).combine_chunks().take(pa.array(order))
        batch, numbers = both.to_batches()[0] if both.num_rows else batch, numbers[order]
    blank = np.logical_and.reduce(
        [c.is_null().to_numpy(zero_copy_only=False) for c in batch.columns]
    )
    if blank.any():
        batch, numbers = batch.filter(pa.array(~blank)), numbers[~blank]
    sentences = {
        row.number: f"The row has {row.actual_columns} cells, and the header {width}."
        for row in faulty
    }
    places = {int(number): i for i, number in enumerate(numbers)} if sentences else {}
    return batch, numbers, {places[n]: words for n, words in sentences.items() if n in places}


def _whole_lines(head: bytes) -> bytes:
    end = head.rfind(b"\n")
    return head[: end + 1] if end > 0 else head


def _place(letters: str) -> int:
    """Where the column with these letters stands, from 0."""
    number = 0
    for sign in letters:
        number = 26 * number + ord(sign) - ord("A") + 1
    return number - 1


def _only_whole(source: Source) -> UnreadableFile:
    size = Limits().size // 2**20
    return UnreadableFile(
        f"{source.name} is written in a way that only all of it tells, which is read up to {size} MB.",
        advice="Save it as CSV with one row of names at its top, or as Parquet.",
    )


def _broke_off(source: Source, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{source.name} could not be read to its end.",
        advice="It may be damaged, or have changed meanwhile. Copy it again from where it comes from.",
        detail=f"{type(error).__name__}: {error}"[:2000],
    )
