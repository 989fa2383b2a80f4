"""Where the answers of a model usually lie, where they are numbers."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

import db.cases
from db.engine import Sessions, reading

# Of fewer answers nobody can say what is usual; older ones are likely of another version or time.
LEAST, MOST = 40, 1_000


@dataclass(frozen=True, kw_only=True)
class Usual:
    """Between `low` and `high` lie nine of ten of the newest `n` answers, in the unit of the answer."""

    low: float
    high: float
    n: int


def usual_answers(sessions: Sessions, server: str, model: str) -> Usual | None:
    """The range between the 5th and the 95th percentile of the newest answers of a model in all its versions; None
    where there are too few. Raises StorageError."""
    with reading(sessions) as session:
        found = db.cases.newest_numbers(session, server, model, MOST)
    numbers = [number for number in found if math.isfinite(number)]
    if len(numbers) < LEAST:
        return None
    cuts = statistics.quantiles(numbers, n=20, method="inclusive")
    return Usual(low=cuts[0], high=cuts[-1], n=len(numbers))
