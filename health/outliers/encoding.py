"""Inputs as numbers that can be told apart by distance: each field by what its earlier values are.

A number counts in standard deviations from its middle (median and interquartile range, which a few odd values do not move),
a choice as one column a word, a text by its groups of three letters (hashed; Weinberger et al., 2009) and its length, pictures and sounds by the numbers
that their cases keep (health/outliers/media.py).

Besides, each value has its own distance `outside` of all that its field had: a number in mean excesses of that tail (of the
tenth of the values that lie farthest on that side; 1 is usual for a new extreme, whatever the tail), a word that no earlier case
has, or a value that is missing for the first time, farther than any number.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from health.outliers.media import PICTURE, Features
from health.outliers.nearest import Floats

Rows = Sequence[Mapping[str, object]]
# A field with more different words than this, as a share of its values, is no choice.
_MOST_WORDS = 0.2
# A choice in which more words than this stand alone, as a share, has new ones all the time.
_MOST_ALONE = 0.002
# Words that are longer than this on average are a text; shorter ones that differ are names and numbers of things.
_TEXT = 20
_BINS, _LONGEST = 256, 4_000
_FARTHEST = 500.0
# Farther outside than any number: what was never there.
NEVER = 10_000.0
_TAIL = 0.1
# An interquartile range of the normal distribution is so many standard deviations.
_IQR = 1.349


class Column(Protocol):
    """One field."""

    @property
    def name(self) -> str: ...

    def vectors(self, values: Sequence[object]) -> Floats:
        """So many values as rows (m, k)."""
        ...

    def outside(self, values: Sequence[object]) -> Floats:
        """How far each value lies outside of all earlier ones (m,); 0 within."""
        ...

    def outside_others(self, values: Sequence[object]) -> Floats:
        """How far each of the earlier values lies outside of the others (n,)."""
        ...

    def words(self, value: object, n: int) -> str:
        """What is strange about a value, after the title of its field."""
        ...


@dataclass(frozen=True, kw_only=True)
class NumberColumn:
    """A number, with a second column for that it is missing. `tails` are the mean excesses below and above,
    `is_ever_missing` whether it was missing before."""

    name: str
    middle: float
    scale: float
    low: float
    high: float
    tails: tuple[float, float]
    is_ever_missing: bool

    def vectors(self, values: Sequence[object]) -> Floats:
        known = as_numbers(values)
        with np.errstate(over="ignore"):
            places = np.clip((known - self.middle) / self.scale, -_FARTHEST, _FARTHEST)
        is_missing = np.isnan(known)
        return np.column_stack([np.where(is_missing, 0.0, places), np.where(is_missing, 2.0, 0.0)])

    def outside(self, values: Sequence[object]) -> Floats:
        known = as_numbers(values)
        with np.errstate(over="ignore"):
            far = np.maximum(
                (self.low - known) / self.tails[0], (known - self.high) / self.tails[1]
            )
        found = np.clip(np.nan_to_num(far, nan=0.0), 0.0, NEVER / 2)
        return np.where(np.isnan(known), 0.0 if self.is_ever_missing else NEVER, found)

    def outside_others(self, values: Sequence[object]) -> Floats:
        known = as_numbers(values)
        found = np.zeros(len(known))
        order = np.flatnonzero(np.isfinite(known))
        order = order[np.argsort(known[order])]
        with np.errstate(over="ignore"):
            found[order[0]] = (known[order[1]] - known[order[0]]) / self.tails[0]
            found[order[-1]] = (known[order[-1]] - known[order[-2]]) / self.tails[1]
        return np.minimum(found, NEVER / 2)

    def words(self, value: object, n: int) -> str:
        number = as_number(value)
        if math.isnan(number):
            return f"is missing, and in none of {n:,} earlier cases"
        if number > self.high:
            return f"is higher than in {n:,} earlier cases"
        if number < self.low:
            return f"is lower than in {n:,} earlier cases"
        return f"lies apart from {n:,} earlier cases, taken with the other inputs"


@dataclass(frozen=True, kw_only=True)
class ChoiceColumn:
    """One of a few words; `counts` are those of the earlier cases."""

    name: str
    counts: Mapping[str, int]
    is_settled: bool

    def vectors(self, values: Sequence[object]) -> Floats:
        places = {word: place for place, word in enumerate(self.counts)}
        found = np.zeros((len(values), len(places) + 1))
        for row, value in enumerate(values):
            found[row, places.get(as_word(value), len(places))] = 1.0
        return found

    def outside(self, values: Sequence[object]) -> Floats:
        return self._far([as_word(value) not in self.counts for value in values])

    def outside_others(self, values: Sequence[object]) -> Floats:
        return self._far([self.counts.get(as_word(value)) == 1 for value in values])

    def _far(self, is_new: Sequence[bool]) -> Floats:
        return np.where(is_new, NEVER if self.is_settled else 0.0, 0.0)

    def words(self, value: object, n: int) -> str:
        if as_word(value) not in self.counts:
            return f"has a value that none of {n:,} earlier cases has"
        return f"lies apart from {n:,} earlier cases, taken with the other inputs"


@dataclass(frozen=True, kw_only=True)
class TextColumn:
    """A text by its groups of three bytes, and by how long it is."""

    name: str
    middle: float
    scale: float

    def vectors(self, values: Sequence[object]) -> Floats:
        texts = [as_word(value) for value in values]
        lengths = np.array([math.log1p(len(text)) for text in texts])
        far = np.clip((lengths - self.middle) / self.scale, -_FARTHEST, _FARTHEST)
        return np.column_stack([np.array([_trigrams(text) for text in texts]), 0.5 * far])

    def outside(self, values: Sequence[object]) -> Floats:
        return np.zeros(len(values))

    outside_others = outside

    def words(self, value: object, n: int) -> str:
        return f"is unlike the texts of {n:,} earlier cases, by its letters or its length (groups of three, hashed)"


@dataclass(frozen=True, kw_only=True)
class MediaColumn:
    """A picture or a sound, by the numbers that its case keeps; what has none is as the average."""

    name: str
    kind: str
    middle: Floats

    def vectors(self, values: Sequence[object]) -> Floats:
        return np.array([self._vector(value) for value in values])

    def _vector(self, value: object) -> Floats:
        if isinstance(value, Features) and value.kind == self.kind:
            return value.vector()
        return self.middle

    def outside(self, values: Sequence[object]) -> Floats:
        return np.zeros(len(values))

    outside_others = outside

    def words(self, value: object, n: int) -> str:
        if self.kind == PICTURE:
            return f"is unlike the pictures of {n:,} earlier cases, by brightness and outlines (16 × 16 grey and HOG)"
        return (
            f"is unlike the sounds of {n:,} earlier cases, by pitch and loudness (log-mel spectrum)"
        )


def columns_of(rows: Rows) -> list[Column]:
    """How the fields of these rows are told apart; fields that cannot be are left out."""
    names = dict.fromkeys(name for row in rows for name in row)
    found = (_column(name, [row.get(name) for row in rows]) for name in names)
    return [column for column in found if column is not None]


def as_number(value: object) -> float:
    """The value; not a number where it is none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # JSON has whole numbers of any length
        return math.inf if value > 0 else -math.inf


def as_numbers(values: Sequence[object]) -> Floats:
    """The same of each; at once where all are floats, as those of a large file are."""
    if set(map(type, values)) == {float}:
        return np.array(values, dtype=np.float64)
    return np.array([as_number(value) for value in values])


def as_word(value: object) -> str:
    """The value as a word; what is missing is the empty one, and 1 is 1.0."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = as_number(value)
    return "" if value is None else str(value)


def _column(name: str, values: Sequence[object]) -> Column | None:
    known = [value for value in values if value is not None]
    files = [value for value in known if isinstance(value, Features)]
    if not known or files:
        return _media(name, files) if len(files) > len(known) / 2 else None
    if all(_is_number(value) for value in known):
        return _number_or_choice(name, values)
    are_words = all(isinstance(value, str | bool) for value in known)
    return _choice_or_text(name, values) if are_words else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number_or_choice(name: str, values: Sequence[object]) -> Column | None:
    numbers = as_numbers(values)
    finite = numbers[np.isfinite(numbers)]
    if len(np.unique(finite)) <= 2:  # yes and no, or always the same
        return _choice(name, values)
    with np.errstate(over="ignore", invalid="ignore"):
        ends = np.quantile(finite, [_TAIL, 0.25, 0.5, 0.75, 1 - _TAIL])
        scale = float(ends[3] - ends[1]) / _IQR or float(finite.std())
        tails = [
            np.mean(ends[0] - finite[finite <= ends[0]]),
            np.mean(finite[finite >= ends[4]] - ends[4]),
        ]
    if not math.isfinite(scale):
        return None
    return NumberColumn(
        name=name,
        middle=float(ends[2]),
        scale=scale,
        low=float(finite.min()),
        high=float(finite.max()),
        tails=(max(float(tails[0]), 0.1 * scale), max(float(tails[1]), 0.1 * scale)),
        is_ever_missing=bool(np.isnan(numbers).any()),
    )


def _choice_or_text(name: str, values: Sequence[object]) -> Column | None:
    words = [as_word(value) for value in values]
    if len(set(words)) <= max(2.0, _MOST_WORDS * len(words)):
        return _choice(name, values)
    lengths = np.array([math.log1p(len(word)) for word in words])
    if np.mean([len(word) for word in words]) < _TEXT:
        return None
    return TextColumn(
        name=name, middle=float(np.median(lengths)), scale=float(lengths.std()) or 1.0
    )


def _media(name: str, files: Sequence[Features]) -> MediaColumn:
    kind = Counter(file.kind for file in files).most_common(1)[0][0]
    vectors = np.array([file.vector() for file in files if file.kind == kind])
    return MediaColumn(name=name, kind=kind, middle=vectors.mean(axis=0))


def _choice(name: str, values: Sequence[object]) -> ChoiceColumn:
    counts = Counter(as_word(value) for value in values)
    alone = sum(count == 1 for count in counts.values())
    return ChoiceColumn(name=name, counts=counts, is_settled=alone <= _MOST_ALONE * len(values))


def _trigrams(text: str) -> Floats:
    """Groups of three bytes, counted in bins by a hash; the root of each count, scaled to length 1."""
    plain = re.sub(r"\s+", " ", text[:_LONGEST].lower())
    units = np.frombuffer(f" {plain} ".encode(errors="replace"), dtype=np.uint8).astype(np.uint32)
    if len(units) < 3:
        return np.zeros(_BINS)
    hashes = (units[:-2] * 40_503 + units[1:-1] * 2_654 + units[2:] * 97) * 2_654_435_761
    counts: Floats = np.sqrt(np.bincount((hashes >> 24).astype(np.intp), minlength=_BINS))
    return counts / float(np.linalg.norm(counts))
