"""What a reader makes of a file: `Table`, and what a person may correct in how it was read: `Choices`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

Cells = np.ndarray[tuple[int], np.dtype[np.object_]]


class Percent(float):
    """A number that its spreadsheet shows in percent: 0.12, shown as 12 %."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is read at once. Sizes in bytes; `unpacked` is for what a ZIP, or a workbook, holds."""

    size: int = 200 * 2**20
    unpacked: int = 512 * 2**20
    entry: int = 50 * 2**20
    entries: int = 20_000
    rows: int = 1_000_000
    columns: int = 16_384
    cells: int = 5_000_000
    pixels: int = 40_000_000


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person says of a file, in place of what is sniffed. Empty means: find it out.

    `header_row` is a row number as a spreadsheet shows it; 0 says that there is no header. `keep_totals` has
    rows that are the sums of others sent as cases too.
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    header_row: int | None = None
    keep_totals: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file as rows and columns.

    `frame` has one column a column of the file, in its order, under names that are unique; a cell is
    text, a typed value where the format has types, a `File`, or None where it is empty. `row_numbers`
    has one number a row of the frame: where a person finds it, counted as `row_word` says (row: as in
    a spreadsheet, where the header is row 1 when it stands at the top and blank rows count; line,
    record and entry from 1). `letters` has the spreadsheet letter of each column. `choices` is what a
    person said of the file. `faults` has a sentence for each position in the frame whose row is broken and
    should not be sent, `totals` one for each that is the sum or the mean of others. `short_names` has what the
    lower ones of several rows of names say alone of a column. `whole` has objects that the frame has in parts, by
    their names: for fields that take an object. `remarks` say how the file was read, `warnings` what in it may be
    wrong.
    """

    name: str
    frame: pd.DataFrame
    row_numbers: tuple[int, ...]
    row_word: str = "row"
    letters: tuple[str, ...] = ()
    has_header: bool = True
    choices: Choices = Choices()
    decimal: str = "."
    day_first: bool | None = None
    sheets: tuple[str, ...] = ()
    sniffed: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    faults: Mapping[int, str] = field(default_factory=dict)
    totals: Mapping[int, str] = field(default_factory=dict)
    short_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: Mapping[str, Cells] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(str(name) for name in self.frame.columns)

    def cells(self, column: str) -> Cells:
        """The cells of a column, or the objects of one that the frame has in parts. Raises KeyError."""
        return self.whole[column] if column in self.whole else self.frame[column].to_numpy(object)

    def __len__(self) -> int:
        return len(self.frame)

    def place(self, position: int) -> str:
        """Where a person finds the row at that position of the frame, such as `row 7`."""
        return f"{self.row_word} {self.row_numbers[position]}"


def letter(index: int) -> str:
    """The letter that a spreadsheet gives to a column, from 0: A to Z, then AA."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters
