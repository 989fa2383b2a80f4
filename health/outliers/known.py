"""The earlier inputs of one model, and whether others are unlike all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from health.outliers.encoding import NEVER, Column, Rows, columns_of
from health.outliers.nearest import Floats, from_each_other, nearest, p_values

# At most one in a hundred inputs that come like the earlier ones is called unlike them: so many are needed to say it.
LEVEL = 0.01
LEAST = 100


@dataclass(frozen=True, kw_only=True)
class KnownInputs:
    """Different inputs as rows of numbers, and how strange each is among the others, in rising order. What is strange is the
    larger of two, each divided by what only `LEVEL` of the known ones exceed: the distance to the nearest, and how far a
    single value lies outside of all others."""

    columns: tuple[Column, ...]
    rows: Floats
    units: tuple[float, float]
    scores: Floats

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.rows)

    def unlike(self, rows: Rows, titles: Mapping[str, str]) -> list[str]:
        """Of each of the rows what about it is unlike all that are known, in a sentence; empty where nothing is. `titles`
        are what its fields are called, by their names."""
        values = [_values(rows, column) for column in self.columns]
        pairs = list(zip(self.columns, values, strict=True))
        vectors = np.hstack([column.vectors(listed) for column, listed in pairs])
        outside = np.array([column.outside(listed) for column, listed in pairs]) / self.units[1]
        distances, places = nearest(self.rows, vectors)
        apart = distances / self.units[0]
        p = p_values(np.maximum(apart, outside.max(axis=0)), self.scores)
        found = [""] * len(rows)
        for i in np.flatnonzero(p <= LEVEL):
            alone = outside[:, i]
            if alone.max() < apart[i]:
                alone = self._shares(vectors[i] - self.rows[places[i]])
            column = self.columns[int(alone.argmax())]
            value = rows[i].get(column.name)
            found[i] = f"{titles.get(column.name, column.name)} {column.words(value, self.n)}."
        return found

    def _shares(self, apart: Floats) -> Floats:
        """How much of a distance is in each field."""
        return np.array([(apart[part] ** 2).sum() for part in _parts(self.columns, apart)])


def known_inputs(rows: Rows) -> KnownInputs | None:
    """What is known from earlier inputs; the same ones count once. None where these are too few, or cannot be told apart."""
    different = list({json.dumps(row, sort_keys=True): row for row in rows}.values())
    columns = tuple(columns_of(different)) if len(different) >= LEAST else ()
    if not columns:
        return None
    vectors = np.hstack([c.vectors(_values(different, c)) for c in columns])
    apart = from_each_other(vectors)
    alone = np.array([c.outside_others(_values(different, c)) for c in columns]).max(axis=0)
    usual = alone[alone < NEVER]
    units = (
        float(np.quantile(apart, 1 - LEVEL)) or 1.0,
        max(float(np.quantile(usual, 1 - LEVEL)) if len(usual) else 1.0, 1.0),
    )
    scores = np.sort(np.maximum(apart / units[0], alone / units[1]))
    return KnownInputs(columns=columns, rows=vectors, units=units, scores=scores)


def _values(rows: Rows, column: Column) -> list[object]:
    return [row.get(column.name) for row in rows]


def _parts(columns: tuple[Column, ...], apart: Floats) -> Iterator[slice]:
    """Where each field stands in a row of numbers."""
    start = 0
    for column in columns:
        width = column.vectors([None]).shape[1]
        yield slice(start, start + width)
        start += width
