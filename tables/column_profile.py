"""What the values of a column say about which field it may feed; a sample of them is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import islice
from numbers import Real

import numpy as np

from mds_client.signature import Field, File
from tables import categories, dates, numbers, quantities
from tables.booleans import truth
from tables.table import Percent, Table

_SAMPLE = 200

# A number so many times smaller than the least usual one is in another unit, or of another kind.
_BELOW = 3


@dataclass(frozen=True)
class ColumnProfile:
    """A sample of the cells of a column that are not empty, and how the file writes numbers."""

    cells: tuple[object, ...]
    decimal: str

    @property
    def is_empty(self) -> bool:
        """Whether the column holds nothing to judge by."""
        return not self.cells

    @cached_property
    def variety(self) -> int:
        """How many different values there are."""
        return len({str(cell) for cell in self.cells})

    @cached_property
    def numbers(self) -> list[float]:
        """Those of the cells that are numbers."""
        readings = (_number(cell, self.decimal) for cell in self.cells)
        return [number for number in readings if number is not None]

    def files(self, kind: str) -> float:
        """The share of files of that kind, image or audio."""
        return self._share(lambda cell: _is_file(cell, kind))

    def overlap(self, choices: Sequence[object]) -> float:
        """The share of values that are among the choices, in whatever case."""
        known = categories.known(choices)
        return self._share(lambda cell: categories.plain(cell) in known)

    def within(self, field: Field) -> float:
        """The share of numbers within twice the usual range, or the limits, of a field; 1 without any."""
        low, high = field.typical or (field.minimum, field.maximum)
        if not self.numbers or (low is None and high is None):
            return 1.0
        slack = high - low if field.typical and low is not None and high is not None else 0.0
        least = -np.inf if low is None else _least_plausible(low, slack)
        most = np.inf if high is None else high + slack
        return sum(least <= number <= most for number in self.numbers) / len(self.numbers)

    @property
    def is_of_fractions(self) -> bool:
        """Whether all numbers run from 0 to 1, some of them between, and no cell says percent."""
        if any(isinstance(cell, Percent) or "%" in str(cell) for cell in self.cells):
            return False
        inside = [0 <= number <= 1 for number in self.numbers]
        return all(inside) and any(0 < number < 1 for number in self.numbers)

    def fits(self, field: Field) -> float:
        """The share of values that can become values of the field's kind; 1 for an empty column."""
        if self.is_empty:
            return 1.0
        match field.kind:
            case "number":
                return len(self.numbers) / len(self.cells)
            case "integer":
                return sum(n.is_integer() for n in self.numbers) / len(self.cells)
            case "boolean":
                return self._share(lambda cell: truth(cell) is not None)
            case "category" if field.choices:
                return self.overlap(field.choices)
            case "datetime":
                return self._share(_is_date)
            case "image" | "audio":
                return self.files(field.kind)
            case "tensor":
                return self._share(_is_list)
        return self._share(lambda cell: not isinstance(cell, File))

    def _share(self, is_one: Callable[[object], bool]) -> float:
        return sum(map(is_one, self.cells)) / len(self.cells) if self.cells else 0.0


def profile_of(table: Table, column: str) -> ColumnProfile:
    """What the first values of a column say."""
    first = table.cells(column)[: 5 * _SAMPLE]
    sample = list(islice((cell for cell in first if not _is_nothing(cell)), _SAMPLE))
    texts = [cell for cell in sample if isinstance(cell, str)]
    return ColumnProfile(tuple(sample), numbers.decimal_of(texts) or table.decimal)


def _is_nothing(cell: object) -> bool:
    if isinstance(cell, str):
        return numbers.is_missing_word(cell)
    return cell is None or (isinstance(cell, float) and np.isnan(cell))


def _number(cell: object, decimal: str) -> float | None:
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, Real | Decimal):
        return float(cell)
    return quantities.number_in(cell, decimal) if isinstance(cell, str) else None


def _is_file(cell: object, kind: str) -> bool:
    return isinstance(cell, File) and cell.media_type.startswith(f"{kind}/")


def _is_date(cell: object) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and dates.is_date(cell))


def _is_list(cell: object) -> bool:
    if isinstance(cell, str):
        return cell.strip().startswith("[")
    return isinstance(cell, list | tuple | np.ndarray)


def _least_plausible(low: float, slack: float) -> float:
    return max(low - slack, low / _BELOW) if low > 0 else low - slack
