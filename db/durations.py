"""A logarithmic histogram of durations, which can be added up over days: percentiles to 1 % with bounded memory.

Interval i holds g^(i-1) < x <= g^i with g = (1 + a) / (1 - a); its value 2 g^i / (g + 1) is within a of each x in it, relative
to x (DDSketch: Masson, Rim and Lee, 2019), with a = 0.01. Durations below a microsecond and above 30 years count as those.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, literal_column
from sqlalchemy.orm import Session

RELATIVE_ERROR = 0.01
_BASE = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LEAST, _MOST = 1e-6, 1e9
# What SQLite calls the interval of a duration: it need not have a logarithm.
SQLITE_NAME = "duration_interval"


@dataclass(frozen=True, kw_only=True)
class Durations:
    """How many durations there are in each interval, the shortest and the longest, in seconds."""

    counts: Mapping[int, int]
    least: float
    most: float

    @property
    def n(self) -> int:
        return sum(self.counts.values())


def interval(seconds: float) -> int:
    """The interval that a duration is in."""
    # As PostgreSQL does with what is no number: it is more than any.
    known = _MOST if math.isnan(seconds) else min(max(seconds, _LEAST), _MOST)
    return math.ceil(math.log(known) / math.log(_BASE))


def interval_of(session: Session, column: Any) -> ColumnElement[int]:
    """The same, worked out by the database."""
    if session.get_bind().dialect.name == "sqlite":
        made: ColumnElement[int] = getattr(func, SQLITE_NAME)(column, type_=Integer)
        return made
    # Literals, not parameters: PostgreSQL must see the same expression in SELECT and GROUP BY.
    known: Any = func.least(func.greatest(column, _literal(_LEAST)), _literal(_MOST))
    return cast(func.ceil(func.ln(known) / _literal(math.log(_BASE))), Integer)


def _literal(number: float) -> ColumnElement[float]:
    return literal_column(f"{number!r}::double precision")


def added(parts: Iterable[Durations]) -> Durations:
    """All of them in one. Raises ValueError for none."""
    known = list(parts)
    counts: Counter[int] = Counter()
    for part in known:
        counts.update(part.counts)
    return Durations(
        counts=counts, least=min(p.least for p in known), most=max(p.most for p in known)
    )


def percentiles(durations: Durations, wanted: Sequence[float]) -> list[float]:
    """Percentiles (0 to 100) in seconds, between neighbours as numpy does: each within RELATIVE_ERROR of that of the
    durations themselves. Raises ValueError without any."""
    ordered = sorted(durations.counts.items())
    if not ordered:
        raise ValueError("there are no durations")
    ends = list(accumulate(count for _, count in ordered))

    def at(rank: int) -> float:
        """The duration of a rank, counted from 0, as far as its interval tells."""
        number = ordered[bisect_right(ends, rank)][0]
        value = 2 * _BASE**number / (_BASE + 1)
        return min(max(value, durations.least), durations.most)

    places = [share / 100 * (ends[-1] - 1) for share in wanted]
    parts = [(at(math.floor(place)), at(math.ceil(place)), place % 1) for place in places]
    return [low + (high - low) * part for low, high, part in parts]


def within(durations: Durations, seconds: float) -> int:
    """How many took at most so long; of those within RELATIVE_ERROR of it, some may be on the other side."""
    if seconds >= durations.most:
        return durations.n
    return sum(
        count
        for number, count in durations.counts.items()
        if 2 * _BASE**number / (_BASE + 1) <= seconds
    )
