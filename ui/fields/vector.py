"""A row of numbers: typed, pasted, or edited in a table."""

from __future__ import annotations

from itertools import islice

import pandas as pd

from mds_client.signature import Field
from ui.fields import _grid

KINDS = ("tensor",)
FORMATS = ("vector",)
_MOST = 1_000


def render(field: Field, key: str, value: object) -> object:
    """The numbers as a list; a text that is no numbers as it is, for the check to name."""
    return _grid.render(field, key, value, lambda numbers: _frame(field, numbers), _values)


def _frame(field: Field, value: object) -> pd.DataFrame:
    """One number a line."""
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    numbers = [_number(n) for n in islice(value if isinstance(value, list) else [], _MOST)]
    missing = max(field.shape[1] - len(numbers), 0)
    data = pd.Series([*numbers, *[None] * missing], dtype=float)
    return pd.DataFrame({"value": data.set_axis(range(1, len(data) + 1))})


def _values(edited: pd.DataFrame) -> object:
    """Nothing where every cell is empty; a hole is null, for the check to name."""
    cells = [None if pd.isna(cell) else float(cell) for cell in edited["value"]]
    return cells if any(cell is not None for cell in cells) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
