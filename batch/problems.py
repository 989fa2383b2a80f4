"""The rows of a file that have no answer: of which kinds their problems are, and the rows alone, to be corrected and sent
again."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from batch.partition import PROBLEM, ROW, Facts, Partition
from batch.view import ResultView

# What is quoted of a cell; an example of what a field takes is the same in each row.
_REFUSED = re.compile(r", not “[^”]*”")
_BEGINS = re.compile(r"^“[^”]*”")
_QUOTED = re.compile(r"(?<!must look like )“[^”]*”")
MOST_KINDS = 500


@dataclass(frozen=True, kw_only=True)
class ProblemKind:
    """Problems that say the same but for the cell that they quote, which is left out: how many rows have one, and where a person finds the
    first of them."""

    sentence: str
    rows: int
    first_row: int


def kinds(folder: BatchFolder) -> list[ProblemKind]:
    """The problems of a batch by kind, the most frequent first. Raises MdsError."""
    found: dict[str, tuple[int, int]] = {}
    for table in _without_answer(folder):
        rows, words = table.column(ROW).to_pylist(), table.column(PROBLEM).to_pylist()
        for row, sentence in zip(rows, words, strict=True):
            kind = _of_each_row(sentence)
            count, first = found.get(kind, (0, row))
            if kind in found or len(found) < MOST_KINDS:
                found[kind] = (count + 1, first)
    listed = [ProblemKind(sentence=s, rows=n, first_row=row) for s, (n, row) in found.items()]
    return sorted(listed, key=lambda kind: (-kind.rows, kind.first_row))


def _of_each_row(sentence: str) -> str:
    """What a problem says of each row that has it: the cell itself is left out."""
    return _QUOTED.sub("a value", _BEGINS.sub("A value", _REFUSED.sub("", sentence)))


def write(folder: BatchFolder, path: Path) -> int:
    """Write the rows without an answer as CSV: where each stands in the file, the file's own columns, and why. How many
    there are. Raises MdsError."""
    count = 0
    partition = Partition(folder)
    heading = inert(pa.chunked_array([pa.array(heading_of(partition.facts))])).to_pylist()

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


def heading_of(facts: Facts) -> list[str]:
    """The columns of the file of rows to correct: where each stands, the file's own, and why. The first and the last have
    another name where the file has a column of that name."""
    names = [facts.row_word.capitalize(), *facts.columns, "Problem"]
    own = {name.casefold() for name in names[1:-1]}
    first = names[0] if names[0].casefold() not in own else f"{names[0]} of the file before"
    last = names[-1] if names[-1].casefold() not in own else f"{names[-1]} of this row"
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
