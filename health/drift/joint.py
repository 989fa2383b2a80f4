"""Inputs as a whole now against a reference: all fields together, and texts, pictures and sounds, which have no values to count.

They are compared as vectors: as the answer of the model itself where that is one (its own embedding), else as the rows of numbers in which
unlike inputs are found (health/outliers/encoding.py). Fields of which each is spread as before may go together otherwise: that
is seen here alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, cast

import numpy as np

from health.drift.fields import LEAST_CASES, are_counted
from health.drift.levels import level_of
from health.drift.two_samples import interval, told_apart
from health.outliers.encoding import Column, MediaColumn, TextColumn, columns_of
from health.outliers.media import PICTURE
from health.outliers.nearest import Floats

# All fields together, the model's own embedding, or one field alone.
Kind = Literal["together", "embedding", "field"]
# Two samples that are told apart less often than this in a pair are alike, however many cases show the difference.
WORTH_A_LOOK = 0.6
_MOST_UNLIKE = 5
_LEAST_NUMBERS = 8
_NO_TITLES: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One case: its values, with the numbers of pictures and sounds in their place (health.outliers.media.Features), and the
    vector that the model answered, where it did."""

    id: str
    row: Mapping[str, object]
    vector: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JointDrift:
    """One comparison by `features`; `name` is that of a field compared alone. `before` and `after` are how many cases there
    are; `share` in how many of all pairs of an earlier and a recent case these are told apart, 0.5 by chance; `p` how
    surprising that is. `most_unlike` are the ids of the recent cases that are most unlike the earlier ones, which are the first ones
    or, where it `is_accepted`, the first since somebody accepted how it was; where it `is_chosen`, somebody chose them."""

    kind: Kind
    name: str = ""
    features: str
    before: int
    after: int
    share: float
    p: float
    is_flagged: bool
    most_unlike: tuple[str, ...]
    is_accepted: bool = False
    is_chosen: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `share`."""
        return interval(self.share, self.before, self.after)


_NAMES = tuple(field.name for field in fields(JointDrift))


def compare(
    reference: Sequence[Asked],
    recent: Sequence[Asked],
    *,
    day: int = 1,
    titles: Mapping[str, str] = _NO_TITLES,
) -> list[JointDrift]:
    """Everything that can be compared as a whole, all fields together first; empty where there are too few cases to say
    anything. `day` counts the days since the reference ended, from 1 on; `titles` are what fields are called in words, by
    their names. Raises ValueError for less."""
    if day < 1:
        raise ValueError(f"days are counted from 1 on, not {day}")
    if min(len(reference), len(recent)) < LEAST_CASES:
        return []
    compared = list(_compared([*reference, *recent], titles))
    level = level_of(max(1, len(compared)), day)
    return [_of(*each, recent=recent, level=level) for each in compared]


def _compared(
    cases: Sequence[Asked], titles: Mapping[str, str]
) -> Iterator[tuple[Kind, str, str, Floats]]:
    """What is compared: its kind and name, by which features, and the vectors (n, d). The columns are those of both samples, so
    that neither is told by how it is coded."""
    rows = [case.row for case in cases]
    columns = columns_of(rows)
    vectors = {c.name: c.vectors([row.get(c.name) for row in rows]) for c in columns}
    if len(columns) > 1:
        yield "together", "", _all_words(columns, titles), np.hstack(list(vectors.values()))
    if (own := _embedded(cases)) is not None:
        yield "embedding", "", "the vectors that the model itself answers", own
        return
    for column in columns:
        words = _words(column)
        if not words and not are_counted([row.get(column.name) for row in rows]):
            words = "which of its values it is"
        if words:
            yield "field", column.name, words, vectors[column.name]


def _embedded(cases: Sequence[Asked]) -> Floats | None:
    """The vectors of all cases, each of length 1, where the model answers such; None where it does not."""
    length = len(cases[0].vector)
    if length < _LEAST_NUMBERS or any(len(case.vector) != length for case in cases):
        return None
    vectors = np.array([case.vector for case in cases])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all():
        return None
    found: Floats = vectors / np.maximum(lengths, 1e-12)
    return found


def _of(
    kind: Kind,
    name: str,
    features: str,
    vectors: Floats,
    *,
    recent: Sequence[Asked],
    level: float,
) -> JointDrift:
    first = len(vectors) - len(recent)
    found = told_apart(vectors[:first], vectors[first:])
    strangest = np.argsort(-found.scores, kind="stable")[:_MOST_UNLIKE]
    return JointDrift(
        kind=kind,
        name=name,
        features=features,
        before=first,
        after=len(recent),
        share=found.share,
        p=found.p,
        is_flagged=found.p < level and found.share >= WORTH_A_LOOK,
        most_unlike=tuple(recent[place].id for place in strangest),
    )


def _words(column: Column) -> str:
    """By what a text, a picture or a sound is compared; nothing for any other field."""
    if isinstance(column, TextColumn):
        return "hashed groups of three letters, and length"
    if isinstance(column, MediaColumn):
        is_picture = column.kind == PICTURE
        return "16 × 16 grey and HOG" if is_picture else "the log-mel spectrum"
    return ""


def _all_words(columns: Sequence[Column], titles: Mapping[str, str]) -> str:
    """`its 7 fields as numbers`, with those that are not plain ones."""
    named = [(titles.get(column.name, column.name), _words(column)) for column in columns]
    own = [f"{title} by {words}" for title, words in named if words]
    return f"{len(columns)} fields as numbers" + "".join(f"; {words}" for words in own)


def facts_of(drift: JointDrift) -> dict[str, object]:
    """As plain data, to be kept."""
    return asdict(drift)


def joint_drift_of(facts: Mapping[str, object]) -> JointDrift:
    """What was kept, back; with more beside it."""
    known = cast(dict[str, Any], {n: facts[n] for n in _NAMES if n in facts})
    return JointDrift(**known | {"most_unlike": tuple(known["most_unlike"])})
