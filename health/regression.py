"""How far numbers are from the truth: the mean and the median absolute error, the root of the mean squared error and the bias.

The means are weighted, with Student's interval (health/weighted.py): of |answer - truth|, of its square, whose ends are then
put under the root, and of answer - truth itself. One truth that is absurd (a point that is missing, a code for "unknown") is
all of a mean, and a median hardly knows it: so the median stands beside them, and truths that are far from whatever the model
answers are named.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from health.weighted import Floats, Mean, mean, median

# What a difference is counted as at most: sums, squares and intervals of larger ones would be infinite.
_MOST = 1e300
_LARGE = 1e100
# A truth is far where it lies so many times the range of the answers beyond that range. Even a model that explains one part in
# a hundred of what it foretells answers over a tenth of the range of the truths, none of which then is as far; a point that is
# missing makes a number a thousand times as large, which is farther.
FAR = 10.0
# Of answers outside these percentiles the model's own absurd ones may be some: they are no part of the range.
_ENDS = (1.0, 99.0)
# So few answers do not show their range: there their size counts, too.
_FEWEST = 20


@dataclass(frozen=True, kw_only=True)
class NumberErrors:
    """Errors in the unit of the answer. `bias` is above 0 where answers are too high; `median` is that of the absolute error."""

    mae: Mean
    rmse: Mean
    bias: Mean
    n: int
    median: Mean


def number_errors(answers: ArrayLike, truths: ArrayLike, weights: ArrayLike) -> NumberErrors:
    """Errors of answers (n,) against truths (n,) with weights (n,); what is not finite is left out, and a difference of more
    than 1e300 counts as 1e300."""
    errors = _errors(answers, truths)
    # The squares of the largest errors would be infinite, and left out.
    scale = max(1.0, float(np.abs(errors[np.isfinite(errors)]).max(initial=0.0)) / _LARGE)
    squared = mean((errors / scale) ** 2, weights)
    absolute, middle = mean(np.abs(errors), weights), median(np.abs(errors), weights)
    return NumberErrors(
        mae=replace(absolute, low=max(0.0, absolute.low)),
        rmse=Mean(
            value=None if squared.value is None else scale * math.sqrt(squared.value),
            low=scale * math.sqrt(max(0.0, squared.low)),
            high=scale * math.sqrt(squared.high),
            n=squared.n,
        ),
        bias=mean(errors, weights),
        n=absolute.n,
        median=replace(middle, low=max(0.0, middle.low)),
    )


def without_median(found: NumberErrors) -> NumberErrors:
    """The same where the median is not known."""
    return replace(found, median=Mean(value=None, low=-math.inf, high=math.inf, n=found.n))


def far_truths(answers: ArrayLike, truths: ArrayLike, among: ArrayLike) -> NDArray[np.bool_]:
    """Which truths (n,) are far from anything that the model answers: more than FAR times the range of `among`, all of its
    answers (m,), beyond that range. One that is infinite is unless that was answered, any other not where nothing is known of that range."""
    given, own = np.asarray(truths, dtype=float), np.asarray(among, dtype=float)
    own = np.clip(own[np.isfinite(own)], -_MOST, _MOST)
    is_far: NDArray[np.bool_] = np.isinf(given)
    if not len(own):
        return is_far
    low, middle, high = np.percentile(own, [_ENDS[0], 50.0, _ENDS[1]], method="nearest")
    if reach := _reach(low, middle, high, len(own)):
        # One for which the model answers something alike is no absurdity of the truth.
        is_alike = np.abs(_errors(answers, given)) <= reach
        is_far |= ((given < low - reach) | (given > high + reach)) & ~is_alike
    is_far &= given != np.asarray(answers, dtype=float)
    return is_far


def _reach(low: float, middle: float, high: float, n: int) -> float:
    """How far beyond the range of n answers a truth may lie; 0 where that is not known."""
    width = high - low
    size = abs(middle) if n < _FEWEST or not width else 0.0
    return FAR * max(width, size)


def _errors(answers: ArrayLike, truths: ArrayLike) -> Floats:
    """answer - truth, of numbers at most 1e300 large."""
    own, given = np.asarray(answers, dtype=float), np.asarray(truths, dtype=float)
    with np.errstate(invalid="ignore", over="ignore"):
        errors = own - given
    is_known = np.isfinite(own) & np.isfinite(given)
    return np.where(is_known, np.clip(errors, -_MOST, _MOST), math.nan)
