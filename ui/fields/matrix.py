"""A table of numbers: pasted, typed, or edited in place."""

from __future__ import annotations

from itertools import islice

import pandas as pd

from mds_client.signature import Field
from ui.fields import _grid

KINDS = ("tensor",)
FORMATS = ("matrix",)
_MOST_ROWS, _MOST_COLUMNS = 1_000, 100


def render(field: Field, key: str, value: object) -> object:
    """The rows as lists; a text that is no numbers as it is, for the check to name."""
    return _grid.render(field, key, value, lambda numbers: _frame(field, numbers), _values)


def _frame(field: Field, value: object) -> pd.DataFrame:
    """The rows of one matrix, padded to the size that is declared."""
    rows = _rows(field, value)
    height, width = field.shape[1:]
    across = width if width > 0 else max([len(row) for row in rows] or [3])
    padded = [row[:across] + [None] * (across - len(row)) for row in rows]
    padded += [[None] * across] * max(height - len(padded), 0)
    columns = [str(number) for number in range(1, min(across, _MOST_COLUMNS) + 1)]
    return pd.DataFrame(padded, columns=columns, dtype=float, index=range(1, len(padded) + 1))


def _rows(field: Field, value: object) -> list[list[float | None]]:
    """A matrix may be given with its batch dimension."""
    if _depth(value) == 3 and isinstance(value, list) and len(value) == 1:
        value = value[0]
    rows = value if isinstance(value, list) else []
    return [_cells(row) for row in islice(rows, _MOST_ROWS) if isinstance(row, list)]


def _cells(row: list[object]) -> list[float | None]:
    return [float(n) if isinstance(n, int | float) else None for n in row[:_MOST_COLUMNS]]


def _depth(value: object) -> int:
    return 1 + _depth(value[0]) if isinstance(value, list) and value else 0


def _values(edited: pd.DataFrame) -> object:
    """Nothing where every cell is empty; a hole is null, for the check to name."""
    rows = [[None if pd.isna(cell) else float(cell) for cell in row] for row in edited.to_numpy()]
    rows = [row for row in rows if any(cell is not None for cell in row)]
    return rows or None
