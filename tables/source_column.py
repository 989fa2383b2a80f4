"""One column of a table as its cells, before they become the values of a field."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from tables import dates, numbers, written_numbers
from tables.table import Table

SAMPLE = 500  # cells that are looked at to tell how a column is written
Array = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """One column: its cells as objects, and how its numbers and dates are written.

    `unit` is that of the column, where it is another than the field's, `to_unit` the field's.
    """

    cells: Array
    decimal: str
    day_first: bool | None
    unit: str = ""
    to_unit: str = ""

    @classmethod
    def of(cls, table: Table, column: str, *, unit: str = "", to_unit: str = "") -> Cells:
        """A column; its own numbers and dates count more than those of the whole table."""
        cells = table.cells(column)
        texts = [cell for cell in cells[: 4 * SAMPLE] if isinstance(cell, str)]
        own_decimal = "" if table.choices.decimal else numbers.decimal_of(texts[:SAMPLE])
        first = dates.day_first(texts)
        return cls(
            cells=cells,
            decimal=own_decimal or table.decimal,
            day_first=table.day_first if first is None else first,
            unit=unit,
            to_unit=to_unit,
        )


def whole_number(cell: object, decimal: str) -> int | None:
    """The whole number that a cell holds, with every digit; None for any other cell."""
    if isinstance(cell, str):
        return numbers.whole(written_numbers.plain(cell), decimal)
    if isinstance(cell, int | np.integer) or (isinstance(cell, Decimal) and cell == int(cell)):
        return int(cell)
    return None
