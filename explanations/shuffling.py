"""What shuffling a field among rows takes away: the loss of a row, and the mean loss with its interval."""

from __future__ import annotations

from typing import Literal

import numpy as np

from explanations.asking import Fact
from explanations.contract import Truth
from explanations.sampling import Indices, Matrix, Vector, quantile

Measure = Literal["accuracy", "error", "moved", "changed"]
Donors = np.ndarray[tuple[int, int], np.dtype[np.intp]]


def loss(measure: Measure, fact: Fact, own: Fact, truth: Truth) -> float:
    """What a row loses when its answer `own` becomes `fact`; against the `truth`, where the measure is."""
    match measure:
        case "accuracy":
            return float(fact.headline != truth)
        case "error":
            return abs(fact.score - float(truth or 0.0))
        case "changed":
            return float(fact.headline != own.headline)
        case "moved":
            return abs(fact.score - own.score)


def interval(losses: Matrix, donors: Donors, base: Vector) -> tuple[float, float]:
    """The mean loss that shuffling adds, and half its 95 % interval, from (repetitions, rows).

    A row counts twice: with the values it is given, and with its own in another row (a U-statistic; van der
    Vaart 1998, chapter 12). An interval over the rows alone is too narrow by up to a third where the field
    matters much, and covers in 81 % of simulations (tests/explanations/test_permutation_importance.py).
    """
    count = len(base)
    taken, given = _means(losses, np.arange(count), count), _means(losses, donors, count)
    amount = float(np.nanmean(losses) - np.nanmean(base))
    moves = taken + given - base
    moves = moves[np.isfinite(moves)]
    if len(moves) < 2:
        return amount, np.inf
    half = quantile(len(moves) - 1) * float(moves.std(ddof=1)) / len(moves) ** 0.5
    return amount, half


def _means(losses: Matrix, rows: Indices | Donors, count: int) -> Vector:
    """The mean loss by row, of those that are known."""
    places = np.broadcast_to(rows, losses.shape).astype(np.intp)
    is_known = np.isfinite(losses)
    total = np.bincount(places[is_known], weights=losses[is_known], minlength=count)
    number = np.bincount(places[is_known], minlength=count)
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))
