"""Shares and means of judged cases that stand for others, each with a 95 % interval.

Everything here is a Hajek ratio sum(w y) / sum(w) (Hajek, 1971) over cases with the weights of health/estimates.py. Shares
have Wilson's interval (1927) on Kish's effective number of cases n_eff = sum(w)^2 / sum(w^2) (1965). Means have Student's t
on the linearised variance sum(w^2 (y - m)^2) / sum(w)^2 * n / (n - 1) (Saerndal, Swensson and Wretman, 1992, 5.7), which is
s^2 / n where all weights are equal. A median has Woodruff's interval (1952): the values at which the weighted share of smaller
ones reaches the ends of Wilson's interval of one half. A ratio of two sums has Fieller's interval (1954).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from health.estimates import wilson

Floats = NDArray[np.float64]
# Numbers beyond it are scaled before they are squared and added up.
_LARGE = 1e100
# 1 - 2 * 0.5**6 is 0.97; of five cases the smallest and the largest hold the median in 94 of 100.
_FEWEST_OF_A_MEDIAN = 6


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share from 0 to 1 with its 95 % interval, of `n` cases, whose weights add up to `total`. Without cases there is no
    value: [0, 1]."""

    value: float | None
    low: float
    high: float
    n: int
    effective: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean with its 95 % interval, of `n` cases. Below two cases nothing is known of it."""

    value: float | None
    low: float
    high: float
    n: int


def effective(weights: ArrayLike) -> float:
    """Kish's number of cases with equal weights that would say as much; 0 without any."""
    given = np.asarray(weights, dtype=float)
    squares = float(np.sum(given**2))
    return float(np.sum(given)) ** 2 / squares if squares else 0.0


def share(hits: ArrayLike, weights: ArrayLike | None = None) -> Share:
    """The weighted share of hits. Shapes (n,) and (n,); equal weights unless given."""
    is_hit = np.asarray(hits, dtype=bool)
    given = _weights(weights, len(is_hit))
    n, total = int(np.count_nonzero(given > 0)), float(np.sum(given))
    if not total:
        return Share(value=None, low=0.0, high=1.0, n=0)
    value = min(1.0, float(np.sum(given[is_hit])) / total)
    low, high = wilson(value, effective(given))
    return Share(value=value, low=low, high=high, n=n, effective=effective(given), total=total)


def mean(values: ArrayLike, weights: ArrayLike | None = None) -> Mean:
    """The weighted mean of finite values; what is not finite is left out. Shapes (n,) and (n,)."""
    numbers, given = _finite(values, weights)
    n = len(numbers)
    if n == 0:
        return Mean(value=None, low=-math.inf, high=math.inf, n=0)
    # Sums and squares of the largest numbers would be infinite.
    scale = float(np.abs(numbers).max())
    scale = scale if scale > _LARGE else 1.0
    value = float(np.sum(given * (numbers / scale)) / np.sum(given))
    if n == 1:
        return Mean(value=value * scale, low=-math.inf, high=math.inf, n=1)
    half = _half(numbers / scale, given, value)
    return Mean(value=value * scale, low=(value - half) * scale, high=(value + half) * scale, n=n)


def median(values: ArrayLike, weights: ArrayLike | None = None) -> Mean:
    """The weighted median of finite values: the least that half of the weight does not exceed; what is not finite is left out.
    With fewer than _FEWEST_OF_A_MEDIAN cases (effective) no two of them hold it in 95 of 100: the interval is infinite."""
    numbers, given = _finite(values, weights)
    n = len(numbers)
    if n == 0:
        return Mean(value=None, low=-math.inf, high=math.inf, n=0)
    order = np.argsort(numbers, kind="stable")
    below = np.cumsum(given[order]) / np.sum(given)
    cases = effective(given)
    # Sums of weights miss a half by a rounding.
    wanted = np.array([0.5, *wilson(0.5, cases)]) - 1e-12
    places = np.minimum(np.searchsorted(below, wanted), n - 1)
    value, low, high = (float(each) for each in numbers[order][places])
    if cases < _FEWEST_OF_A_MEDIAN:
        low, high = -math.inf, math.inf
    return Mean(value=value, low=low, high=high, n=n)


def ratio_interval(part: ArrayLike, whole: ArrayLike, weights: ArrayLike) -> tuple[float, float]:
    """The 95 % interval of the ratio of two sums over the same cases (n,), whose `weights` are part of them already: every ratio r
    for which sum(part - r whole) is within Student's t standard errors of 0. Infinite where the whole may itself be 0."""
    first, second = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    n = len(first)
    if n < 2:
        return -math.inf, math.inf
    of_first, of_both, of_second = np.cov(first, second)[[0, 0, 1], [0, 1, 1]] * n
    t = float(stdtrit(max(effective(weights) - 1, 1.0), 0.975))
    upper, lower = float(first.sum()), float(second.sum())
    square = lower**2 - t**2 * of_second
    if square <= 0:
        return -math.inf, math.inf
    middle = upper * lower - t**2 * of_both
    half = math.sqrt(max(0.0, middle**2 - square * (upper**2 - t**2 * of_first)))
    return (middle - half) / square, (middle + half) / square


def _finite(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """The finite values of cases that stand for any, and their weights."""
    numbers = np.asarray(values, dtype=float)
    given = _weights(weights, len(numbers))
    counts = np.isfinite(numbers) & (given > 0)
    return numbers[counts], given[counts]


def _half(numbers: Floats, given: Floats, value: float) -> float:
    """Half the width of Student's interval."""
    n = len(numbers)
    variance = float(np.sum((given * (numbers - value)) ** 2) / np.sum(given) ** 2) * n / (n - 1)
    freedom = max(effective(given) - 1, 1.0)
    return float(stdtrit(freedom, 0.975)) * math.sqrt(variance)


def _weights(weights: ArrayLike | None, n: int) -> Floats:
    given: Floats = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if given.shape != (n,):
        raise ValueError(f"{n} cases need {n} weights, not {given.shape}")
    return given


def checks_needed(found: Sequence[float], half_width: float = 0.05) -> int:
    """How many more cases must be checked until a share has an interval of at most plus or minus `half_width`.

    `found` is (value, effective, n): the share, its effective number of cases and how many they are in truth; more of
    them are taken to be worth as much. Half the width of Wilson's interval, solved for n by halving.
    """
    value, effective_now, n = found
    low, high = 1, 1_000_000
    while low < high:
        middle = (low + high) // 2
        ends = wilson(value, middle)
        if (ends[1] - ends[0]) / 2 <= half_width:
            high = middle
        else:
            low = middle + 1
    worth = n / effective_now if effective_now > 0 else 1.0
    return max(0, math.ceil(low * worth) - int(n))
