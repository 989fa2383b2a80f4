"""Counts of the values of fields, small and mergeable, from which drift is computed without the values themselves.

A reference cuts the numbers of a field at its own values, where it has at most MOST_EXACT different ones, else at MOST_EDGES of its
quantiles; and at its deciles. A sketch counts what comes at these edges: one more case costs a search in each field, and sketches
over the same reference are added up in any order (a histogram at fixed edges; Dasu et al., 2006, compare distributions so).
Distribution functions are exact at the edges: with every value of the reference among them the statistic of Kolmogorov and
Smirnov is exact, else at most 1/MOST_EDGES too small. Words are counted by value.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from health.drift.distances import Floats
from health.outliers.encoding import as_number, as_numbers

Ints = NDArray[np.int64]
Column = Sequence[object] | NDArray[np.float64]
MOST_EXACT, MOST_EDGES = 1024, 512
_NUMBERS: set[type] = {int, float}
BINS = 10


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Where the numbers of a field are cut: rising `edges` (m,), of which those at `deciles` are the deciles. All numbers of the
    reference lie from the first to the last edge."""

    edges: Floats
    deciles: NDArray[np.int64]
    # The same as a list: to look one number up, it is ten times as fast.
    listed: tuple[float, ...]

    @classmethod
    def of(cls, numbers: Floats) -> Edges:
        """Of the finite numbers (n,) of a reference, sorted, at least one."""
        deciles = np.unique(_quantiles(numbers, np.linspace(0, 1, BINS + 1)[1:-1]))
        own = np.unique(numbers) if len(numbers) <= 4 * MOST_EXACT else numbers
        if len(own) > MOST_EXACT:
            places = np.linspace(0, len(own) - 1, MOST_EDGES + 1).round().astype(np.int64)
            own = np.unique(own[places])
        edges = np.union1d(own, deciles)
        return cls(
            edges=edges,
            deciles=np.searchsorted(edges, deciles),
            listed=tuple(edges.tolist()),
        )

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest number of the reference."""
        return self.listed[0], self.listed[-1]


@dataclass(kw_only=True)
class NumberCounts:
    """Numbers counted at edges: `upto` (m + 1,) are those above the edge before and up to this one, the last beyond all;
    `equal` (m,) those at the edge itself; `odd` what is infinite or no number."""

    edges: Edges
    upto: Ints
    equal: Ints
    odd: int = 0

    @classmethod
    def at(cls, edges: Edges) -> NumberCounts:
        m = len(edges.edges)
        return cls(edges=edges, upto=np.zeros(m + 1, np.int64), equal=np.zeros(m, np.int64))

    def add(self, numbers: Floats) -> None:
        """Count numbers (n,), sorted or not."""
        finite = np.isfinite(numbers)
        if not finite.all():
            self.odd += int(len(numbers) - finite.sum())
            numbers = numbers[finite]
        edges = self.edges.edges
        places = np.searchsorted(edges, numbers)
        self.upto += np.bincount(places, minlength=len(edges) + 1)
        # An edge beyond the last equals nothing.
        at = places[np.append(edges, math.nan)[places] == numbers]
        self.equal += np.bincount(at, minlength=len(edges))

    def add_sorted(self, numbers: Floats) -> None:
        """The same of finite numbers in rising order, of which only the edges are looked up."""
        edges = self.edges.edges
        upto = np.searchsorted(numbers, edges, side="right")
        self.upto += np.diff(upto, prepend=0, append=len(numbers))
        self.equal += upto - np.searchsorted(numbers, edges)

    def add_one(self, value: object) -> None:
        """Count one value."""
        number = as_number(value)
        if not math.isfinite(number):
            self.odd += 1
            return
        listed = self.edges.listed
        place = bisect_left(listed, number)
        self.upto[place] += 1
        if place < len(listed) and listed[place] == number:
            self.equal[place] += 1

    def merge(self, other: NumberCounts) -> None:
        """Add what another counted at the same edges."""
        self.upto += other.upto
        self.equal += other.equal
        self.odd += other.odd

    @property
    def n(self) -> int:
        """How many finite numbers there are."""
        return int(self.upto.sum())

    @property
    def by_decile(self) -> Ints:
        """Counts between the deciles of the reference."""
        rising = np.concatenate([[0], np.cumsum(self.upto)])
        ends = np.concatenate([[0], self.edges.deciles + 1, [len(self.upto)]])
        counts: Ints = np.diff(rising[ends])
        return counts

    @property
    def outside(self) -> int:
        """How many lie below or above all of the reference, infinite ones too."""
        return int(self.upto[0] - self.equal[0] + self.upto[-1]) + self.odd


@dataclass(kw_only=True)
class Sketch:
    """What came: how many `rows`, how many of them without a value by field, and the counts of the others."""

    numbers: dict[str, NumberCounts]
    words: dict[str, Counter[str]]
    rows: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, row: Mapping[str, object]) -> None:
        """One more case."""
        self.rows += 1
        for name, counts in self.numbers.items():
            value = row.get(name)
            if is_missing(value):
                self.missing[name] += 1
            else:
                counts.add_one(value)
        for name, counted in self.words.items():
            value = row.get(name)
            if is_missing(value):
                self.missing[name] += 1
            else:
                counted[str(value)] += 1

    def add_columns(self, columns: Mapping[str, Column], rows: int) -> None:
        """Many cases: the values (n,) of each field."""
        self.rows += rows
        for name, counts in self.numbers.items():
            numbers, missing = numbers_of(columns.get(name, ()))
            self.missing[name] += missing + rows - len(columns.get(name, ()))
            counts.add(numbers)
        for name, counted in self.words.items():
            known = [str(value) for value in columns.get(name, ()) if not is_missing(value)]
            self.missing[name] += rows - len(known)
            counted.update(known)

    def merge(self, other: Sketch) -> None:
        """Add what another one of the same reference counted. Raises KeyError for one of other fields."""
        self.rows += other.rows
        self.missing.update(other.missing)
        for name, counts in self.numbers.items():
            counts.merge(other.numbers[name])
        for name, counted in self.words.items():
            counted.update(other.words[name])

    def known(self, name: str) -> int:
        """How many values of a field there are."""
        return self.rows - self.missing[name]


def reference(columns: Mapping[str, Column], words: frozenset[str], rows: int) -> Sketch:
    """The sketch of a reference, at edges of its own: the values (n,) of each field, of which `words` are not numbers."""
    found = Sketch(numbers={}, words={name: Counter() for name in columns if name in words})
    found.add_columns({name: columns[name] for name in found.words}, rows)
    for name in columns:
        if name in words:
            continue
        numbers, missing = numbers_of(columns[name])
        finite = np.sort(numbers[np.isfinite(numbers)])
        counts = NumberCounts.at(Edges.of(finite if len(finite) else np.zeros(1)))
        counts.add_sorted(finite)
        counts.odd = len(numbers) - len(finite)
        found.numbers[name] = counts
        found.missing[name] = missing + rows - len(columns[name])
    return found


def empty(of: Sketch) -> Sketch:
    """A sketch without a case, at the edges of a reference."""
    return Sketch(
        numbers={name: NumberCounts.at(counts.edges) for name, counts in of.numbers.items()},
        words={name: Counter() for name in of.words},
    )


def numbers_of(values: Column) -> tuple[Floats, int]:
    """The numbers of a column, infinite ones too, and how many values are missing; what is no number is infinite here."""
    if isinstance(values, np.ndarray):
        is_nan = np.isnan(values)
        if not is_nan.any():
            return values, 0
        return values[~is_nan], int(is_nan.sum())
    if {type(value) for value in values} <= _NUMBERS:
        return numbers_of(as_numbers(values))
    there = [value for value in values if not is_missing(value)]
    found = as_numbers(there)
    return np.where(np.isnan(found), math.inf, found), len(values) - len(there)


def is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _quantiles(in_order: Floats, shares: Floats) -> Floats:
    """Of sorted numbers, with linear interpolation, as NumPy's default."""
    places = shares * (len(in_order) - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, len(in_order) - 1)
    found: Floats = in_order[below] + (in_order[above] - in_order[below]) * (places - below)
    return found
