"""The rows of a file that have no answer: of which kinds their problems are, and the rows alone, to be corrected and sent
again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from batch.errors import PartitionGone
from batch.folder import BatchFolder, write_whole
from batch.inert_cells import inert
from batch.parquet import GROUP_ROWS
from batch.partition import PROBLEM, ROW, Partition
from batch.view import ResultView

# What is quoted of a cell; an example of what a field takes is the same in each row.
_REFUSED = re.compile(r", not “[^”]*”")
_BEGINS = re.compile(r"^“[^”]*”")
_QUOTED = re.compile(r"(?<!must look like )“[^”]*”")
MOST_KINDS = 500
# The last column of the file of rows to correct; how it and the first are called where the file has one of that name; and the
# words by which files count their rows, as the first is called.
_PROBLEM = "Problem"
_OF_BEFORE, _OF_ROW = " of the file before", " of this row"
_COUNTED = ("row", "line", "entry", "record", "column")


@dataclass(frozen=True, kw_only=True)
class ProblemKind:
    """Problems that say the same but for the cell that they quote, which is left out: how many rows have one, and where a person finds the
    first of them. `first_before` is where that one stands in the original file, of which these rows are corrected ones."""

    sentence: str
    rows: int
    first_row: int
    first_before: int | None = None


def kinds(folder: BatchFolder) -> list[ProblemKind]:
    """The problems of a batch by kind, the most frequent first. Raises MdsError."""
    found: dict[str, tuple[int, int, object]] = {}
    has_numbers = bool(word_before(Partition(folder).facts.columns))
    for table in _without_answer(folder):
        rows, words = table.column(ROW).to_pylist(), table.column(PROBLEM).to_pylist()
        before = table.column(0).to_pylist() if has_numbers else [None] * len(rows)
        for row, sentence, cell in zip(rows, words, before, strict=True):
            kind = _of_each_row(sentence)
            count, *first = found.get(kind, (0, row, cell))
            if count or len(found) < MOST_KINDS:
                found[kind] = (count + 1, *first)
    listed = [
        ProblemKind(sentence=sentence, rows=count, first_row=row, first_before=number_in(cell))
        for sentence, (count, row, cell) in found.items()
    ]
    return sorted(listed, key=lambda kind: (-kind.rows, kind.first_row))


def word_before(columns: Sequence[str]) -> str:
    """How rows are counted in the original file of which a file has rows to correct, as its first column says; empty for every
    other file, which has not the columns that `heading_of` names."""
    if len(columns) < 3 or columns[-1].removesuffix(_OF_ROW) != _PROBLEM:
        return ""
    word = columns[0].removesuffix(_OF_BEFORE).lower()
    return word if word in _COUNTED else ""


def number_in(cell: object) -> int | None:
    """The number of a row that a cell has; None where it has none."""
    try:
        number = float(str(cell))
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _of_each_row(sentence: str) -> str:
    """What a problem says of each row that has it: the cell itself is left out."""
    return _QUOTED.sub("a value", _BEGINS.sub("A value", _REFUSED.sub("", sentence)))


def write(folder: BatchFolder, path: Path) -> int:
    """Write the rows without an answer as CSV: where each stands in the file, the file's own columns, and why. How many
    there are. Raises MdsError."""
    count = 0
    partition = Partition(folder)
    names = heading_of(partition.facts.columns, partition.facts.row_word)
    heading = inert(pa.chunked_array([pa.array(names)])).to_pylist()

    def fill(beside: Path) -> None:
        nonlocal count
        writer: pyarrow.csv.CSVWriter | None = None
        with beside.open("wb") as stream:
            stream.write("\ufeff".encode())  # spreadsheets need it
            for table in _without_answer(folder):
                own = [inert(table.column(i)) for i in range(table.num_columns - 2)]
                columns = [table.column(ROW), *own, inert(table.column(PROBLEM))]
                named = pa.Table.from_arrays(columns, names=heading)
                writer = writer or pyarrow.csv.CSVWriter(stream, named.schema)
                writer.write_table(named)
                count += len(named)
            if writer is not None:
                writer.close()

    write_whole(path, fill)
    return count


def heading_of(columns: Sequence[str], row_word: str) -> list[str]:
    """The columns of the file of rows to correct: where each stands, the file's own, and why. The first and the last have
    another name where the file has a column of that name."""
    names = [row_word.capitalize(), *columns, _PROBLEM]
    own = {name.casefold() for name in names[1:-1]}
    first = names[0] if names[0].casefold() not in own else f"{names[0]}{_OF_BEFORE}"
    last = names[-1] if names[-1].casefold() not in own else f"{names[-1]}{_OF_ROW}"
    return [first, *names[1:-1], last]


def _without_answer(folder: BatchFolder) -> Iterator[pa.Table]:
    """The rows without an answer, some at a time: their own columns, where they stand, and why. Before there is a result
    those that are not sent."""
    partition = Partition(folder)
    at = 0
    for problems in _told(folder, partition):
        table = partition.own(at, len(problems)).combine_chunks()
        at += len(problems)
        place = table.column_names.index(PROBLEM)
        told = problems if problems.type == pa.string() else table.column(PROBLEM)
        table = table.set_column(place, PROBLEM, told)
        bad = table.filter(pc.is_valid(table.column(PROBLEM)))
        if len(bad):
            yield bad


def _told(folder: BatchFolder, partition: Partition) -> Iterator[pa.Array]:
    """The problems of the result, null where there is none; where there is no result, as many empty places."""
    path, rows = folder.result("parquet"), partition.facts.rows
    if not path.is_file():
        for first in range(0, rows, GROUP_ROWS):
            yield pa.nulls(min(GROUP_ROWS, rows - first))
        return
    column = ResultView(path).problem_column
    try:
        for batch in pq.ParquetFile(path).iter_batches(GROUP_ROWS, columns=[column]):
            yield batch.column(0)
    except (OSError, pa.ArrowException) as error:
        raise PartitionGone(str(error)) from error
