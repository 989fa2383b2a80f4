"""Where the first row of each problem stands: in the file, and of corrected rows in the original one, too."""

from __future__ import annotations

from collections.abc import Sequence

from batch.partition import Facts
from batch.problems import ProblemKind, number_in, word_before
from tables.table import Table

Columns = dict[str, list[int | None]]


def in_table(table: Table, numbers: Sequence[int]) -> Columns:
    """Columns of a table of problems, whose first rows have these numbers; 0 is no row."""
    word = word_before(table.columns)
    cells = table.cells(table.columns[0]).tolist() if word else []
    before = dict(zip(table.row_numbers, map(number_in, cells), strict=False))
    here = [number or None for number in numbers]
    return _columns(table.row_word, here, word, [before.get(number) for number in numbers])


def of_kinds(facts: Facts, kinds: Sequence[ProblemKind]) -> Columns:
    """The same of rows that are written down."""
    here, before = [kind.first_row for kind in kinds], [kind.first_before for kind in kinds]
    return _columns(facts.row_word, here, word_before(facts.columns), before)


def _columns(
    word: str, here: Sequence[int | None], original: str, before: Sequence[int | None]
) -> Columns:
    if not original:
        return {f"First {word}": list(here)}
    return {
        f"First {original} of the original file": list(before),
        f"First {word} of this file": list(here),
    }
