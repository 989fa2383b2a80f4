"""The rows of a file as they are asked about: one Parquet file with the file's own columns and the values of each field.

It is written once, before anything is sent: whatever happens to the file later, a row is the same row in each try.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch import parquet
from batch.errors import PartitionGone
from batch.folder import BatchFolder, write_whole
from mds_client.signature import Field, Signature
from mds_client.signature.rows import FLOATS, Table

GROUP_ROWS = 16_384
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


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a partition: how many rows it has and how many can be sent, the names of the file's columns and
    of the fields, and how often each problem occurs, with the first row that has it."""

    rows: int
    good: int
    columns: Sequence[str]
    fields: Sequence[str]
    row_word: str = "row"
    name: str = ""
    problems: Mapping[str, Sequence[int]] = field(default_factory=dict)

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

    def add(self, block: Block) -> None:
        """Count a block, and its problems by their words: how many, and the first row."""
        self.rows += len(block.rows)
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
    writer: pq.ParquetWriter | None = None
    waiting: list[pa.Table] = []
    try:
        for block in parquet.ahead(blocks):
            tally.add(block)
            table = _table(block)
            if writer is None:
                schema = table.schema
                writer = parquet.writer(path, table, "lz4", statistics=False)
            waiting.append(table.cast(schema))
            waiting = _written(writer, waiting, GROUP_ROWS)
            report(tally.rows)
        if writer is not None:
            _written(writer, waiting, 1)
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        pq.write_table(pa.table({ROW: pa.array([], pa.int64())}), path)


def _written(writer: pq.ParquetWriter, waiting: list[pa.Table], least: int) -> list[pa.Table]:
    """Write groups of one size, and what is left of the rows that wait."""
    if sum(map(len, waiting)) < least:
        return waiting
    table = pa.concat_tables(waiting)
    end = len(table) if least == 1 else len(table) // GROUP_ROWS * GROUP_ROWS
    writer.write_table(table.slice(0, end), row_group_size=GROUP_ROWS)
    return [table.slice(end)] if end < len(table) else []


def _table(block: Block) -> pa.Table:
    arrays = [*block.own, *block.values, block.rows, block.problems]
    names = [f"c{i}" for i in range(len(block.own))] + [f"v{i}" for i in range(len(block.values))]
    return pa.Table.from_arrays(arrays, names=[*names, ROW, PROBLEM])


class Partition:
    """The rows of a batch, to be read from anywhere. Not to be shared between threads."""

    def __init__(self, folder: BatchFolder) -> None:
        try:
            self._file = pq.ParquetFile(folder.partition, memory_map=False)
            stored = json.loads(folder.facts.read_text(encoding="utf-8"))
            self.facts = Facts(**stored)
        except (OSError, ValueError, TypeError, pa.ArrowException) as error:
            raise PartitionGone(str(error)) from error
        self._cached: tuple[tuple[int, str], pa.Table] | None = None

    @cached_property
    def _starts(self) -> list[int]:
        metadata = self._file.metadata
        sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
        return [0, *np.cumsum(sizes).tolist()]

    def values(self, first: int, rows: int) -> pa.Table:
        """The values of some rows, with where each stands in the file and its problem."""
        names = [*(f"v{i}" for i in range(len(self.facts.fields))), ROW, PROBLEM]
        table = pa.concat_tables(
            self._group(group, names).slice(max(first - start, 0), first + rows - max(start, first))
            for group, start, end in self._groups(first, rows)
        )
        return table.combine_chunks()

    def own(self, first: int, rows: int) -> pa.Table:
        """The file's own columns of some rows, under their places as names, with `row` and `problem`."""
        names = [*(f"c{i}" for i in range(len(self.facts.columns))), ROW, PROBLEM]
        return pa.concat_tables(
            self._group(group, names).slice(max(first - start, 0), first + rows - max(start, first))
            for group, start, end in self._groups(first, rows)
        )

    def row_numbers(self) -> pa.ChunkedArray:
        """Where a person finds each row in the file."""
        return self._file.read(columns=[ROW]).column(0)

    def _groups(self, first: int, rows: int) -> list[tuple[int, int, int]]:
        spans = zip(self._starts, self._starts[1:], strict=False)
        return [(i, a, b) for i, (a, b) in enumerate(spans) if a < first + rows and b > first]

    def _group(self, group: int, names: Sequence[str]) -> pa.Table:
        key = (group, names[0])  # values and own columns are asked for by different readers
        if self._cached is None or self._cached[0] != key:
            self._cached = (key, self._file.read_row_group(group, columns=list(names)))
        return self._cached[1]


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
