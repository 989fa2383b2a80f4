"""Rows of values as a matrix of codes and back, exactly: what libraries of numbers can work on.

Every field has a table of the values that occur, sorted; a value's code is its place in the table.
So categories, missing values and numbers that float32 cannot hold all survive the way back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mds_client.signature import Values

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
UNKNOWN = -1


@dataclass(frozen=True)
class Encoder:
    """The tables of every field, by name, in the order of the columns."""

    tables: dict[str, tuple[object, ...]]

    @classmethod
    def of(cls, names: Sequence[str], rows: Sequence[Values]) -> Encoder:
        """The encoder that covers all values in these rows."""
        return cls({name: _table([row.get(name) for row in rows]) for name in names})

    def encode(self, rows: Sequence[Values]) -> Matrix:
        """One row of codes for each row of values; missing values are UNKNOWN."""
        places = {
            name: {value: place for place, value in enumerate(table)}
            for name, table in self.tables.items()
        }
        codes = [
            [UNKNOWN if is_missing(row.get(name)) else at[row[name]] for name, at in places.items()]
            for row in rows
        ]
        return np.array(codes, dtype=np.float64).reshape(len(rows), len(self.tables))

    def decode(self, matrix: Matrix) -> list[Values]:
        """The rows of values behind rows of codes."""
        names = list(self.tables)
        # A missing value is the last entry: Python's index -1 is where the code UNKNOWN points.
        tables = [(*table, None) for table in self.tables.values()]
        return [
            dict(
                zip(
                    names,
                    (table[code] for table, code in zip(tables, row, strict=True)),
                    strict=True,
                )
            )
            for row in np.rint(matrix).astype(int).tolist()
        ]


def is_missing(value: object) -> bool:
    """Whether a value is unknown: none, or not a number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _table(values: Sequence[object]) -> tuple[object, ...]:
    known = {value for value in values if not is_missing(value)}
    is_numeric = all(isinstance(value, int | float) for value in known)
    return tuple(sorted(known, key=float if is_numeric else str))  # type: ignore[arg-type]
