"""The columns of a table, each read once and at the same sampled rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import numpy as np

from mds_client.schema_learning.cells import ODD, Cells, plain_cell, typed
from mds_client.schema_learning.headers import parted
from mds_client.schema_learning.traits import choices_of, format_of, shape_of_cells, usual_range
from mds_client.signature import Kind
from mds_client.signature.facts import FieldFacts, is_name

Columns = Mapping[str, Sequence[object]]
MAX_COLUMNS = 10_000
MAX_ROWS = 1_000_000
_MOST_CELLS = 1_000_000  # looked at one by one
MOST_SAMPLED = 10_000
_FEWEST_SAMPLED = 100
_MOST_SCANNED = 20_000_000  # looked at for choices that the sample may have missed


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `values` are those of the sampled rows as the kind has them, None where missing."""

    header: str
    kind: Kind
    values: Cells
    length: int
    choices: tuple[object, ...] = ()
    has_gaps: bool = False

    def facts(self) -> FieldFacts:
        present = [value for value in self.values if value is not None]
        label, unit = parted(self.header)
        return FieldFacts(
            kind=self.kind,
            label=label or None,
            unit=unit or None,
            shape=shape_of_cells(present) if self.kind == "tensor" else None,
            required=False if self.has_gaps or len(present) < len(self.values) else None,
            choices=self.choices or None,
            format=format_of(self.kind, present),
            typical=usual_range(present) if self.kind in ("number", "integer") else None,
        )

    def at(self, rows: Sequence[int]) -> tuple[object, ...]:
        return tuple(self.values[row] for row in rows)


def columns_in(columns: Columns, target: str) -> dict[str, Column]:
    named = {h: _sequence(c) for h, c in _items(columns) if is_name(h) and h != target}
    lengths = {h: min(_length(c), MAX_ROWS) for h, c in named.items()}
    headers = [h for h in named if lengths[h]]
    if not headers:
        return {}
    length = max(lengths[h] for h in headers)
    places = _places(length, len(headers))
    is_small = length * len(headers) <= _MOST_SCANNED
    return {h: _column(h, named[h], length, places, is_small) for h in headers}


def _items(columns: Columns) -> Iterator[tuple[str, object]]:
    for header in islice(columns, MAX_COLUMNS):
        try:
            yield str(header), columns[header]
        except ODD:
            continue


def _sequence(column: object) -> Sequence[object]:
    """The column as something that is read by position: what pandas has is read by label."""
    values = column
    try:
        if hasattr(values, "to_numpy"):
            # As objects where NumPy has no such type: nullable whole numbers would become fractions.
            values = values.to_numpy(
                None if isinstance(getattr(values, "dtype", None), np.dtype) else object
            )
            # Two columns of one name come as a table.
            values = values[:, 0] if hasattr(column, "columns") else values
    except ODD:
        return ()
    if isinstance(values, np.ndarray) and values.ndim:
        days = values.astype("datetime64[us]") if values.dtype.kind == "M" else values
        return cast(Sequence[object], days)
    return values if isinstance(values, Sequence) and not isinstance(values, str | bytes) else ()


def _length(column: Sequence[object]) -> int:
    try:
        return len(column)
    except ODD:
        return 0


def _places(length: int, columns: int) -> list[int]:
    """Rows to look at: all, or one at random out of each of many equal stretches."""
    most = min(max(_MOST_CELLS // columns, _FEWEST_SAMPLED), MOST_SAMPLED)
    if length <= most:
        return list(range(length))
    edges = np.linspace(0, length, most + 1)
    within = np.random.default_rng(0).random(most) * np.diff(edges)
    return list(map(int, np.minimum(edges[:-1] + within, length - 1)))


def _column(
    header: str, column: Sequence[object], length: int, places: Sequence[int], is_small: bool
) -> Column:
    cells = _cells(column, places)
    kind, values = typed(cells)
    whole_column = column if is_small and len(places) < length else ()
    choices = choices_of(kind, values, whole_column)
    return Column(
        header=header,
        kind="category" if choices else kind,
        values=values,
        length=length,
        choices=choices,
        has_gaps=len(places) < length and _has_gap(column),
    )


def _cells(column: Sequence[object], places: Sequence[int]) -> list[object]:
    """The plain values at those rows; None where the column is shorter."""
    inside = [place for place in places if place < len(column)]
    if isinstance(column, np.ndarray):
        cells: list[object] = column[inside].tolist()
    else:
        cells = [_at(column, place) for place in inside]
    return [plain_cell(cell) for cell in cells] + [None] * (len(places) - len(inside))


def _at(column: Sequence[object], place: int) -> object:
    try:
        return column[place]
    except ODD:
        return None


def _has_gap(column: Sequence[object]) -> bool:
    """Whether values may be missing outside the sample; an array of floats is checked as a whole."""
    is_float = isinstance(column, np.ndarray) and column.dtype.kind == "f"
    return is_float and bool(np.isnan(cast(Any, column)).any())
