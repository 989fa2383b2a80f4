"""A file as blocks of its rows: its own columns, what the model takes of them, and what is wrong with a row."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Members
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mds_client.signature import FILE_KINDS, Signature
from tables.converting import Converted, converted
from tables.empty_words import Counts
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.kept_table import column_of, problems_of
from tables.mapping import Mapping
from tables.streaming.column import ColumnReader, typed
from tables.streaming.sample import Raw, Sample, broke_off
from tables.streaming.source import ChangedMeanwhile, Source
from tables.streaming.text import text_sample
from tables.table import Choices, Limits, Table

SAMPLE_ROWS = 1_000
BLOCK_ROWS = 16_384
_FEEDS_PICTURES = "Pictures and recordings are asked about in files of at most {:,} rows."


@dataclass(frozen=True, kw_only=True)
class Made:
    """What is made of the cells of some rows: the values of each field, why a row is not sent, and the words that were read as
    empty, by column."""

    values: list[pa.Array]
    problems: pa.Array
    empty_words: Members[str, Counts] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Neighbouring rows. `own` has the file's columns, `values` one a field, both in their order and without names.

    `rows` has where a person finds each row; `problems` why one is not sent, null where it is. Values and problems are made
    when they are asked for: by whoever takes the block, while the next one is read.
    """

    own: list[pa.Array]
    rows: pa.Array
    convert: Callable[[], Made]

    @property
    def values(self) -> list[pa.Array]:
        """A column for each field."""
        return self._converted.values

    @property
    def problems(self) -> pa.Array:
        """Why a row is not sent."""
        return self._converted.problems

    @property
    def empty_words(self) -> Members[str, Counts]:
        """The words that were read as empty, with how often each is there, by column of the file."""
        return self._converted.empty_words

    @cached_property
    def _converted(self) -> Made:
        return self.convert()


def sampled(source: Source, signature: Signature, choices: Choices | None = None) -> Sample:
    """The beginning of a file that can be read block by block: CSV and its kin, and Parquet. Of one that is of another kind, or
    written so that only all of it tells how, all of it, as far as that is read at once.

    Raises UnreadableFile.
    """
    stamp, choices = source.stamp, choices or Choices()
    with source.open() as stream:
        head = stream.read(4)
    if head == b"PAR1":
        return _parquet(source, signature, choices, stamp)
    try:
        return text_sample(source, signature, choices, stamp)
    except UnreadableFile:
        whole = _whole(source, signature, choices, stamp)
        if whole is None:
            raise
        return whole


def blocks(sample: Sample, mapping: Mapping, signature: Signature) -> Iterator[Block]:
    """All rows of the file. Raises UnreadableFile, and ChangedMeanwhile at the end of a file that changed on the way."""
    check_kinds(signature)
    if sample.is_whole:
        table = sample.table
        found = converted(table, mapping, signature)
        yield from blocks_of(table, found, problems_of(table, found), signature)
    else:
        readers = _readers(sample, mapping, signature)
        for batch, numbers, faults in sample.blocks():
            own = [batch.column(place) for place in sample.places]
            convert = partial(_converted, batch, faults, readers, mapping, signature)
            yield Block(own=own, rows=pa.array(numbers), convert=convert)
    if sample.source.stamp != sample.stamp:
        raise ChangedMeanwhile(sample.source.name)


def check_kinds(signature: Signature, most: int = 5_000) -> None:
    """Raises UnreadableFile for a model that takes files in its rows."""
    if any(each.kind in FILE_KINDS for each in signature.inputs):
        raise UnreadableFile(_FEEDS_PICTURES.format(most), advice="Split the file.")


def blocks_of(
    table: Table, found: Converted, problems: dict[int, str], signature: Signature
) -> Iterator[Block]:
    """All rows of a file that is in memory, and was converted there; `problems` by row number."""
    check_kinds(signature)
    good = {int(number): place for place, number in enumerate(found.rows.index)}
    own = [column_of(table.frame.iloc[:, i].tolist()) for i in range(len(table.columns))]
    numbers = list(table.row_numbers)
    places = pa.array([good.get(number) for number in numbers], pa.int64())
    values = [
        typed(f, found.rows[f.name].to_numpy(object), {}).take(places) for f in signature.inputs
    ]
    words = [None if n in good else problems.get(n, "It cannot be sent.") for n in numbers]
    rows, why = pa.array(numbers, pa.int64()), pa.array(words, pa.string())
    for start in range(0, len(numbers), BLOCK_ROWS):
        of_these = [column.slice(start, BLOCK_ROWS) for column in values]
        yield Block(
            own=[column.slice(start, BLOCK_ROWS) for column in own],
            rows=rows.slice(start, BLOCK_ROWS),
            convert=partial(
                Made,
                values=of_these,
                problems=why.slice(start, BLOCK_ROWS),
                empty_words=found.empty_words if start == 0 else {},
            ),
        )


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


def _converted(
    batch: pa.RecordBatch,
    faults: dict[int, str],
    readers: dict[str, ColumnReader],
    mapping: Mapping,
    signature: Signature,
) -> Made:
    """What the cells of a block become."""
    words: dict[int, list[str]] = {i: [sentence] for i, sentence in faults.items()}
    values, fixed, empty = [], dict(mapping.fixed), {}
    for each in signature.inputs:
        reader = readers.get(each.name)
        if reader is None:
            constant = np.full(batch.num_rows, fixed.get(each.name), dtype=object)
            values.append(typed(each, constant, {}))
            continue
        read = reader.read(batch.column(reader.place))
        values.append(read.values)
        if read.empty_words:
            empty[mapping.column(each.name)] = read.empty_words
        for i, sentence in read.sentences.items():
            if i not in faults:
                words.setdefault(i, []).append(sentence)
    if not words:
        why = pa.nulls(batch.num_rows, pa.string())
        return Made(values=values, problems=why, empty_words=empty)
    problems: list[str | None] = [None] * batch.num_rows
    for i, sentences_of_row in words.items():
        problems[i] = " ".join(sentences_of_row)
    return Made(values=values, problems=pa.array(problems, pa.string()), empty_words=empty)


def _whole(source: Source, signature: Signature, choices: Choices, stamp: str) -> Sample | None:
    """All of a file: a workbook, JSON, a CSV with totals at its end. None where that is more than is read at once. Raises
    UnreadableFile."""
    most = Limits().size
    try:
        with source.open() as stream:
            data = stream.read(most + 1)
    except Exception as error:  # of the packing, or of the object store
        raise broke_off(source, error) from error
    if len(data) > most:
        return None
    table = read_fitting(data, source.bare_name, signature, choices=choices)
    return Sample(source=source, table=table, stamp=stamp, blocks=lambda: iter(()), is_whole=True)


def _parquet(source: Source, signature: Signature, choices: Choices, stamp: str) -> Sample:
    try:
        with source.open() as stream:
            file = pq.ParquetFile(stream)
            first = next(file.iter_batches(batch_size=SAMPLE_ROWS), None)
            flat = [not pa.types.is_nested(each.type) for each in file.schema_arrow]
    except Exception as error:  # of Arrow, or of the object store
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
) -> Iterator[Raw]:
    start = 1
    try:
        with source.open() as stream:
            for batch in pq.ParquetFile(stream, pre_buffer=False).iter_batches(BLOCK_ROWS):
                batch.validate(full=True)
                yield _plain(batch), np.arange(start, start + batch.num_rows), {}
                start += batch.num_rows
    except Exception as error:  # of Arrow, or of the object store
        raise broke_off(source, error) from error


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=[str(i) for i in range(len(columns))])
