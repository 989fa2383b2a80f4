"""How far numbers are from the truth: the mean absolute error, the root of the mean squared error and the bias.

Each is a weighted mean with Student's interval (health/weighted.py): of |answer - truth|, of its square, whose ends are then
put under the root, and of answer - truth itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from health.weighted import Mean, mean

_LARGE = 1e100


@dataclass(frozen=True, kw_only=True)
class NumberErrors:
    """Errors in the unit of the answer. `bias` is above 0 where answers are too high."""

    mae: Mean
    rmse: Mean
    bias: Mean
    n: int


def number_errors(answers: ArrayLike, truths: ArrayLike, weights: ArrayLike) -> NumberErrors:
    """Errors of answers (n,) against truths (n,) with weights (n,); what is not finite is left out."""
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.asarray(answers, dtype=float) - np.asarray(truths, dtype=float)
    # The squares of the largest errors would be infinite, and left out.
    scale = max(1.0, float(np.abs(errors[np.isfinite(errors)]).max(initial=0.0)) / _LARGE)
    squared = mean((errors / scale) ** 2, weights)
    absolute = mean(np.abs(errors), weights)
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
    )
