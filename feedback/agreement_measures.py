"""How well readers agree beyond chance: Cohen's and Fleiss' kappa, Krippendorff's alpha, with bootstrap intervals.

Of the libraries, `krippendorff` is GPL and `irrCAC` holds SciPy at 1.12, so all three are computed here from one
table: how often each value was given to each case. The tests compare them with scikit-learn and with the examples that
were published with the measures.

J. Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20 (1960) 37-46.
J. L. Fleiss, Measuring nominal scale agreement among many raters, Psychol. Bull. 76 (1971) 378-382.
K. Krippendorff, Computing Krippendorff's alpha-reliability (2011), for nominal and for interval values.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# One list of values a case, as many as there are readers; the order does not matter.
Readings = Sequence[Sequence[Hashable]]
DRAWS = 1_000
FEWEST = 10
_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Measure:
    """An agreement from -1 to 1, where 0 is chance, with its 95 % interval; of so many cases.

    None where it is not defined: nobody disagrees because there is one value alone.
    """

    value: float | None
    low: float | None
    high: float | None
    cases: int


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]], seed: int = 1) -> Measure:
    """Agreement of two fixed readers on nominal values."""
    codes, count = _coded([value for pair in pairs for value in pair])
    table = codes.reshape(-1, 2)

    def kappa(rows: NDArray[np.int64]) -> float:
        seen = np.zeros((count, count))
        np.add.at(seen, (rows[:, 0], rows[:, 1]), 1)
        share = seen / seen.sum()
        return _beyond(float(np.trace(share)), float(share.sum(0) @ share.sum(1)))

    return _measured(table, kappa, seed)


def fleiss_kappa(readings: Readings, seed: int = 1) -> Measure:
    """Agreement of readers who may be others each time, as many of them for each case, on nominal values.

    Raises ValueError where cases have more and fewer readings.
    """
    if len({len(each) for each in readings}) > 1:
        raise ValueError("each case must have as many readings")

    def kappa(counts: NDArray[np.float64]) -> float:
        readers = counts[0].sum()
        agreed = (counts * (counts - 1)).sum(1) / (readers * (readers - 1))
        shares = counts.sum(0) / counts.sum()
        return _beyond(float(agreed.mean()), float((shares**2).sum()))

    return _measured(_counts(readings), kappa, seed)


def krippendorffs_alpha(readings: Readings, seed: int = 1) -> Measure:
    """Agreement on nominal values where cases may have more and fewer readings; those with one alone say nothing."""

    def alpha(counts: NDArray[np.float64]) -> float:
        per_case = counts.sum(1)
        pairs = (counts * (counts - 1)).sum(1) / (per_case - 1)
        totals, count = counts.sum(0), counts.sum()
        expected = (totals * (totals - 1)).sum() / (count * (count - 1))
        return _beyond(float(pairs.sum() / count), float(expected))

    return _measured(_counts([each for each in readings if len(each) > 1]), alpha, seed)


def krippendorffs_alpha_of_numbers(readings: Sequence[Sequence[float]], seed: int = 1) -> Measure:
    """The same for numbers, of which those that are further apart disagree more: by the square of their difference."""
    kept = [each for each in readings if len(each) > 1]
    # Of each case: how many readings, their sum, the sum of their squares. All that the squares of differences need.
    facts = np.array([(len(e), sum(e), sum(x * x for x in e)) for e in kept], dtype=float)

    def alpha(rows: NDArray[np.float64]) -> float:
        count, total, squares = rows.sum(0)
        within = ((rows[:, 0] * rows[:, 2] - rows[:, 1] ** 2) / (rows[:, 0] - 1)).sum() * 2 / count
        between = (count * squares - total**2) * 2 / (count * (count - 1))
        return float("nan") if between <= 0 else float(1 - within / between)

    return _measured(facts.reshape(-1, 3), alpha, seed)


def _beyond(observed: float, expected: float) -> float:
    """Agreement beyond what chance gives; not defined where chance gives all of it."""
    return float("nan") if expected >= 1 else (observed - expected) / (1 - expected)


def _coded(values: Sequence[Hashable]) -> tuple[NDArray[np.int64], int]:
    names = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return np.array([names[value] for value in values], dtype=np.int64), len(names)


def _counts(readings: Readings) -> NDArray[np.float64]:
    """How often each value was given to each case."""
    names = {v: n for n, v in enumerate(dict.fromkeys(v for each in readings for v in each))}
    counts = np.zeros((len(readings), len(names)))
    for place, each in enumerate(readings):
        for value in each:
            counts[place, names[value]] += 1
    return counts


def _measured(rows: NDArray[np.number], measure: Callable[[NDArray], float], seed: int) -> Measure:  # type: ignore[type-arg]
    """The measure with the 2.5th and the 97.5th percentile of samples of the cases, drawn with replacement."""
    if not len(rows):
        return Measure(value=None, low=None, high=None, cases=0)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(rows), (DRAWS if len(rows) >= FEWEST else 0, len(rows)))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = measure(rows)
        measured = np.array([measure(rows[places]) for places in drawn])
    measured = measured[np.isfinite(measured)]
    is_enough = len(measured) > DRAWS / 2
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(measured, (tail, 1 - tail)) if is_enough else (None, None)
    return Measure(
        value=float(value) if np.isfinite(value) else None,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        cases=len(rows),
    )
