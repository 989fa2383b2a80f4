"""Rows of a batch that had no answer, corrected and asked about alone: their answers take the places of those rows, so that there
is the whole file again, with its own columns and row numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch import parquet, partition
from batch.errors import NotItsRows
from batch.folder import BatchFolder, write_whole
from batch.inert_cells import inert
from batch.parquet import GROUP_ROWS
from batch.partition import PROBLEM, ROW, Facts, Partition
from batch.problems import heading_of, number_in
from batch.result import schema_of
from batch.view import ResultView
from mds_client.signature import ModelRef, Signature

Places = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What the whole file has once the answers to corrected rows are in their places: its name, its rows, and how many of them
    have an answer."""

    name: str
    rows: int
    answered: int

    @property
    def in_words(self) -> str:
        """As in `In birds.csv, 20,000 of 20,000 rows have an answer now.`"""
        return f"In {self.name}, {self.answered:,} of {self.rows:,} rows have an answer now."


def fits(columns: Sequence[str], facts: Facts) -> bool:
    """Whether a file has the columns of the rows to correct of a batch; why a row had no answer may be left out."""
    names = heading_of(facts.columns, facts.row_word)
    return list(columns) in (names, names[:-1])


def places_of(base: BatchFolder, cells: Sequence[object]) -> Places:
    """Where rows stand in a batch, counted from 0, by the cells that say so. Raises NotItsRows unless each is one of its rows
    without an answer, and none is there twice, and PartitionGone."""
    if not base.result("parquet").is_file():
        raise NotItsRows("It is not done yet.")
    known = Partition(base).row_numbers().to_numpy()
    view = ResultView(base.result("parquet"))
    return places_among(known, view.column(view.answer_column).is_valid().to_numpy(), cells)


def places_among(
    known: Places, is_answered: np.ndarray[tuple[int], np.dtype[np.bool_]], cells: Sequence[object]
) -> Places:
    """The same among the numbers of all rows, of which some have an answer."""
    try:
        numbers = np.array([float(str(cell)) for cell in cells])
    except ValueError:
        raise NotItsRows("The first column must have their row numbers.") from None
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known, numbers, sorter=order), len(known) - 1)
    places: Places = order[at]
    if not len(numbers) or (known[places] != numbers).any():
        raise NotItsRows("It has not all of these row numbers.")
    if len(np.unique(numbers)) < len(numbers):
        raise NotItsRows("A row number is there twice.")
    if is_answered[places].any():
        raise NotItsRows("Some of them have an answer.")
    return places


def check(base: BatchFolder, rows: BatchFolder) -> None:
    """Raises NotItsRows unless the rows that lie in a folder are corrected ones of a batch, and PartitionGone."""
    corrected = Partition(rows)
    if not fits(corrected.facts.columns, Partition(base).facts):
        raise NotItsRows("The columns are not those of the rows without an answer.")
    places_of(base, corrected.own(0, corrected.facts.rows).column(0).to_pylist())


def numbers_before(rows: BatchFolder) -> dict[int, int]:
    """Where corrected rows stand in the original file, by where they stand in their own. Raises PartitionGone."""
    corrected = Partition(rows)
    cells = corrected.own(0, corrected.facts.rows).column(0).to_pylist()
    here = corrected.row_numbers().to_pylist()
    found = zip(here, map(number_in, cells), strict=True)
    return {number: before for number, before in found if before is not None}


def merge(base: BatchFolder, rows: BatchFolder) -> Merged:
    """Write the whole file of a batch, with its result, beside the rows that are corrected ones of it and were asked about.
    Raises NotItsRows and MdsError."""
    before, after = Partition(base), Partition(rows)
    corrected = after.own(0, after.facts.rows)
    places = places_of(base, corrected.column(0).to_pylist())
    order = np.argsort(places, kind="stable")
    changes = _Changes(
        before=before,
        places=places[order],
        corrected=corrected.take(pa.array(order)).combine_chunks(),
        kinds=_kinds(before, corrected),
    )
    whole, facts = rows.of_whole, before.facts
    written = partition.write(
        whole,
        changes.blocks(),
        columns=facts.columns,
        signature=Signature(model=ModelRef(server="", name="whole"), inputs=()),
        name=facts.name,
        row_word=facts.row_word,
    )
    outcomes = _Outcomes(ResultView(base.result("parquet")), ResultView(rows.result("parquet")))
    schema = outcomes.schema(Partition(whole))
    tables = outcomes.tables(Partition(whole), changes.places, pa.array(order), schema)
    write_whole(whole.result("parquet"), lambda path: parquet.write(path, tables, schema))
    view = ResultView(whole.result("parquet"))
    answered = view.rows - view.column(view.answer_column).null_count
    return Merged(name=written.name, rows=written.rows, answered=answered)


@dataclass(frozen=True, kw_only=True)
class _Block:
    own: list[pa.Array]
    rows: pa.Array
    problems: pa.Array
    values: list[pa.Array]
    empty_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Changes:
    """The rows of the file with corrected ones in their places, which are in their order."""

    before: Partition
    places: Places
    corrected: pa.Table
    kinds: Sequence[pa.DataType]

    def blocks(self) -> Iterator[_Block]:
        """Some rows at a time."""
        total, own = self.before.facts.rows, len(self.kinds)
        for start in range(0, total, GROUP_ROWS):
            table = self.before.own(start, min(GROUP_ROWS, total - start)).combine_chunks()
            index, mine = _index(self.places, start, len(table))
            fixed = self.corrected.slice(mine.start, len(mine))
            cells = [_array(table.column(i).cast(kind)) for i, kind in enumerate(self.kinds)]
            new = [_array(fixed.column(1 + i).cast(kind)) for i, kind in enumerate(self.kinds)]
            at = self.places[mine.start : mine.stop] - start
            yield _Block(
                own=[_placed(cells[i], _as_meant(new[i], cells[i], at), index) for i in range(own)],
                rows=_array(table.column(ROW)),
                problems=_placed(
                    _array(table.column(PROBLEM)), _array(fixed.column(PROBLEM)), index
                ),
                values=[],
            )


class _Outcomes:
    """What came of the rows of a file before, and of the corrected ones."""

    def __init__(self, before: ResultView, after: ResultView) -> None:
        self._before, self._after = before, after
        self._labels = list(dict.fromkeys([*before.labels, *after.labels]))
        columns = [view.column(view.answer_column) for view in (before, after)]
        answered = [column for column in columns if column.null_count < len(column)]
        self._is_number = all(pa.types.is_floating(c.type) for c in answered or columns[:1])

    def schema(self, whole: Partition) -> pa.Schema:
        """The columns of the result of the whole file."""
        kinds = list(whole.own(0, 1).schema.types[:-2])
        return schema_of(whole.facts.columns, kinds, self._labels, self._is_number)

    def tables(
        self, whole: Partition, places: Places, order: pa.Array, schema: pa.Schema
    ) -> Iterator[pa.Table]:
        """The result of the whole file, some rows at a time; `order` is that of the corrected rows by their places."""
        after = pa.concat_tables(self._after.outcomes())
        fixed, at = self._outcome(self._after, after).take(order), 0
        for table in self._before.outcomes():
            rows = self._outcome(self._before, table)
            index, mine = _index(places, at, len(rows))
            both = pa.concat_tables([rows, fixed.slice(mine.start, len(mine))])
            own = whole.own(at, len(rows)).columns[:-2]
            columns = [*own, *both.take(pa.array(index)).columns]
            yield pa.Table.from_arrays(columns, schema=schema)
            at += len(rows)

    def _outcome(self, view: ResultView, table: pa.Table) -> pa.Table:
        """The columns after the file's own, with a column for each label of either."""
        count = len(table)
        answer, sure = table.column(0), table.column(1)
        shares = dict(zip(view.labels, table.columns[2:-3], strict=True))
        nothing = pa.chunked_array([pa.nulls(count, pa.float64())])
        columns = [
            answer.cast(pa.float64() if self._is_number else pa.string()),
            sure,
            *(shares.get(label, nothing) for label in self._labels),
            *table.columns[-3:],
        ]
        return pa.Table.from_arrays(columns, names=[str(i) for i in range(len(columns))])


def _kinds(before: Partition, corrected: pa.Table) -> list[pa.DataType]:
    """The type of each column of the file: its own where the corrected cells are of it, else text."""
    own = before.own(0, min(1, before.facts.rows))
    return [
        own.column(i).type if _can_be(corrected.column(1 + i), own.column(i).type) else pa.string()
        for i in range(len(before.facts.columns))
    ]


def _can_be(column: pa.ChunkedArray, kind: pa.DataType) -> bool:
    try:
        column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True


def _index(places: Places, start: int, count: int) -> tuple[Places, range]:
    """Which of so many rows from `start` on, followed by the corrected ones of them, are taken; and which those are."""
    first, last = np.searchsorted(places, [start, start + count]).tolist()
    index = np.arange(count)
    index[places[first:last] - start] = count + np.arange(last - first)
    return index, range(first, last)


def _placed(cells: pa.Array, new: pa.Array, index: Places) -> pa.Array:
    return pa.concat_arrays([cells, new]).take(pa.array(index))


def _as_meant(new: pa.Array, cells: pa.Array, at: Places) -> pa.Array:
    """Corrected cells without the apostrophe that the file to correct had put before what acts in a spreadsheet."""
    before = cells.take(pa.array(at))
    if not pa.types.is_string(new.type):
        return new
    put = _array(inert(pa.chunked_array([before])))
    is_put = pc.fill_null(pc.and_(pc.equal(new, put), pc.not_equal(put, before)), False)
    return pc.if_else(is_put, before, new)


def _array(column: pa.ChunkedArray) -> pa.Array:
    """A column as one piece."""
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)
