"""The rows of a file as they are asked about: one file of Arrow with the file's own columns and the values of each field.

It is written once, before anything is sent: whatever happens to the file later, a row is the same row in each try. Nothing in it
is packed: packing took more time than all the rest of reading a file.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from batch.ahead import ahead
from batch.empty_cells import added
from batch.errors import PartitionGone
from batch.folder import BatchFolder, write_whole
from mds_client.signature import Field, Signature
from mds_client.signature.rows import FLOATS, Table

MOST_KINDS = 200
ROW, PROBLEM = "row", "problem"


class Block(Protocol):
    """Neighbouring rows of a file: its own columns, the values of each field, where each row stands, what is wrong."""

    @property
    def own(self) -> list[pa.Array]: ...
    @property
    def values(self) -> list[pa.Array]: ...
    @property
    def rows(self) -> pa.Array: ...
    @property
    def problems(self) -> pa.Array: ...
    @property
    def empty_words(self) -> Mapping[str, Mapping[str, int]]: ...


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a partition: how many rows it has and how many can be sent, the names of the file's columns and
    of the fields, and how often each problem occurs, with the first row that has it. `groups` are the rows that lie together,
    `empty_words` the words that were read as empty, with how often each is there, by column."""

    rows: int
    good: int
    columns: Sequence[str]
    fields: Sequence[str]
    row_word: str = "row"
    name: str = ""
    problems: Mapping[str, Sequence[int]] = field(default_factory=dict)
    groups: Sequence[int] = ()
    empty_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def bad(self) -> int:
        """How many rows are not sent."""
        return self.rows - self.good


def write(
    folder: BatchFolder,
    blocks: Iterator[Block],
    *,
    columns: Sequence[str],
    signature: Signature,
    name: str,
    row_word: str = "row",
    report: Callable[[int], None] = lambda _: None,
) -> Facts:
    """Write the rows of a file; `report` is told how many there are so far. Raises MdsError, and what `blocks` raises:
    nothing is left then."""
    folder.make()
    tally = _Tally()
    try:
        fill = partial(_fill, blocks=blocks, tally=tally, report=report)
        write_whole(folder.partition, fill)
        facts = Facts(
            rows=tally.rows,
            good=tally.good,
            columns=list(columns),
            fields=[each.name for each in signature.inputs],
            row_word=row_word,
            name=name,
            problems=tally.problems,
            groups=tally.groups,
            empty_words=tally.empty_words,
        )
        text = json.dumps(asdict(facts), ensure_ascii=False)
        write_whole(folder.facts, lambda path: _write_text(path, text))
    except BaseException:
        folder.remove()
        raise
    return facts


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@dataclass(kw_only=True)
class _Tally:
    rows: int = 0
    good: int = 0
    problems: dict[str, list[int]] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    empty_words: dict[str, Mapping[str, int]] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        """Count a block, its problems by their words, how many and the first row, and what was read as empty."""
        for column, words in block.empty_words.items():
            self.empty_words[column] = added(self.empty_words.get(column, {}), words)
        self.rows += len(block.rows)
        self.groups.append(len(block.rows))
        self.good += block.problems.null_count
        if block.problems.null_count == len(block.rows):
            return
        is_bad = pc.is_valid(block.problems)
        words, rows = block.problems.filter(is_bad), block.rows.filter(is_bad)
        for sentence, row in zip(words.to_pylist(), rows.to_pylist(), strict=True):
            if sentence in self.problems:
                self.problems[sentence][0] += 1
            elif len(self.problems) < MOST_KINDS:
                self.problems[sentence] = [1, row]


def _fill(
    path: Path, blocks: Iterator[Block], tally: _Tally, report: Callable[[int], None]
) -> None:
    writer: pa.ipc.RecordBatchFileWriter | None = None
    schema = pa.schema([(ROW, pa.int64())])  # of a file without a row
    with pa.OSFile(str(path), "wb") as stream:
        for block, batch in ahead(_converted(ahead(blocks))):
            tally.add(block)
            if writer is None:
                schema = batch.schema
                writer = pa.ipc.new_file(stream, schema)
            writer.write_batch(batch.cast(schema))
            report(tally.rows)
        (writer or pa.ipc.new_file(stream, schema)).close()


def _converted(blocks: Iterator[Block]) -> Iterator[tuple[Block, pa.RecordBatch]]:
    """Each block with its values: made while the next one is read and the one before is written."""
    for block in blocks:
        yield block, _batch(block)


def _batch(block: Block) -> pa.RecordBatch:
    arrays = [*block.own, *block.values, block.rows, block.problems]
    names = [f"c{i}" for i in range(len(block.own))] + [f"v{i}" for i in range(len(block.values))]
    return pa.RecordBatch.from_arrays(arrays, names=[*names, ROW, PROBLEM])


class Partition:
    """The rows of a batch, to be read from anywhere. Not to be shared between threads."""

    def __init__(self, folder: BatchFolder) -> None:
        try:
            stored = json.loads(folder.facts.read_text(encoding="utf-8"))
            self.facts = Facts(**stored)
            self._file = pa.OSFile(str(folder.partition))
        except (OSError, ValueError, TypeError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error
        self._kept: tuple[pa.ipc.RecordBatchFileReader, int, pa.RecordBatch] | None = None
        self._starts = [0, *np.cumsum(self.facts.groups).tolist()]

    @cached_property
    def _values(self) -> pa.ipc.RecordBatchFileReader:
        return self._reader("v", len(self.facts.fields))

    @cached_property
    def _own(self) -> pa.ipc.RecordBatchFileReader:
        return self._reader("c", len(self.facts.columns))

    def _reader(self, letter: str, count: int) -> pa.ipc.RecordBatchFileReader:
        """What reads these columns and no other, with where a row stands and its problem. Raises PartitionGone."""
        try:
            names = pa.ipc.open_file(self._file).schema.names
            wanted = [*(f"{letter}{i}" for i in range(count)), ROW, PROBLEM]
            places = [names.index(name) for name in wanted if name in names]
            options = pa.ipc.IpcReadOptions(included_fields=places)
            return pa.ipc.open_file(self._file, options=options)
        except (OSError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error

    def values(self, first: int, rows: int) -> pa.Table:
        """The values of some rows, with where each stands in the file and its problem."""
        return self._cut(self._values, first, rows).combine_chunks()

    def own(self, first: int, rows: int) -> pa.Table:
        """The file's own columns of some rows, under their places as names, with `row` and `problem`."""
        return self._cut(self._own, first, rows)

    def row_numbers(self) -> pa.ChunkedArray:
        """Where a person finds each row in the file."""
        return self._reader("", 0).read_all().column(ROW)

    def good_without(self, done: Sequence[tuple[int, int]]) -> int:
        """How many rows can be sent, leaving out some: from a first row on so many each, in their order."""
        if not self.facts.bad or not done:
            return self.facts.good - sum(rows for _, rows in done)
        left, reader = self.facts.good, self._reader("", 0)
        firsts = [first for first, _ in done]
        for number, (start, end) in enumerate(pairwise(self._starts)):
            spans = done[max(bisect_right(firsts, start) - 1, 0) : bisect_left(firsts, end)]
            within = [(max(first, start), min(first + rows, end)) for first, rows in spans]
            if any(a < b for a, b in within):
                is_good = pc.is_null(reader.get_batch(number).column(PROBLEM))
                left -= sum(is_good.slice(a - start, b - a).true_count for a, b in within if a < b)
        return left

    def _cut(self, reader: pa.ipc.RecordBatchFileReader, first: int, rows: int) -> pa.Table:
        """These rows of the groups that hold them."""
        begin = bisect_right(self._starts, first) - 1
        end = min(bisect_left(self._starts, first + rows), len(self._starts) - 1)
        try:
            groups = [self._group(reader, number) for number in range(begin, end)]
            table = pa.Table.from_batches(groups, reader.schema)
        except (OSError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error
        return table.slice(first - self._starts[begin], rows)

    def _group(self, reader: pa.ipc.RecordBatchFileReader, number: int) -> pa.RecordBatch:
        """The last one is kept: the next rows often begin in it."""
        if self._kept is None or self._kept[0] is not reader or self._kept[1] != number:
            self._kept = (reader, number, reader.get_batch(number))
        return self._kept[2]


def rows_of(table: pa.Table, signature: Signature) -> Table:
    """The values of some rows as the client takes them: a column each, numbers as arrays."""
    columns: dict[str, Any] = {
        field.name: _column(table.column(f"v{i}"), field)
        for i, field in enumerate(signature.inputs)
    }
    return Table(columns, len(table))


def _column(column: pa.ChunkedArray, field: Field) -> Any:
    """Numbers and truths as an array where none is missing, floats also with NaN; all else as a list."""
    kind = column.type
    is_plain = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
    may_be_nan = pa.types.is_floating(kind) and field.datatype in FLOATS
    if is_plain and (may_be_nan or not column.null_count):
        return column.to_numpy()
    listed = column.to_pylist()
    if pa.types.is_binary(column.type):
        return [None if cell is None else orjson.loads(cell) for cell in listed]
    return listed
