"""A few rows that stand for many, found without chance."""

from __future__ import annotations

import numpy as np

from explanations.shapley.game import Indices, Matrix, Vector

SWAPS = 20


def medoids(points: Matrix, counts: Vector, most: int) -> tuple[Indices, Vector]:
    """At most `most` rows of `points` (rows, columns) that stand for all, and the share each stands for.

    k-medoids by alternation (Park and Jun 2009), started with the middle row and then the farthest ones;
    without chance. `counts` (rows,) says how often each row occurs. Shares sum to 1.
    """
    if len(points) <= most:
        return np.arange(len(points)), counts / counts.sum()
    spread = points.std(axis=0)
    distances = _distances(points / np.where(spread > 0, spread, 1))
    middles = _spread_out(distances, counts, most)
    for _ in range(SWAPS):
        nearest = distances[:, middles].argmin(axis=1)
        moved = [_middle(distances, counts, np.flatnonzero(nearest == g)) for g in range(most)]
        if moved == middles:
            break
        middles = moved
    nearest = distances[:, middles].argmin(axis=1)
    shares = np.bincount(nearest, weights=counts, minlength=most) / counts.sum()
    return np.array(middles), shares


def representative_order(points: Matrix, weights: Vector) -> Indices:
    """An order of the rows in which the first few stand for all as well as they can, without chance.

    Herding (Welling 2009): each next row of `points` brings the weighted mean of those so far closest to that of all.
    """
    target, left = weights @ points, np.arange(len(points))
    order: list[int] = []
    while len(left):
        share = weights[left] + weights[order].sum()
        means = (weights[left, None] * points[left] + weights[order] @ points[order]) / share[
            :, None
        ]
        order.append(int(left[((means - target) ** 2).sum(axis=1).argmin()]))
        left = np.setdiff1d(left, order)
    return np.array(order)


def _distances(points: Matrix) -> Matrix:
    squares = (points**2).sum(axis=1)
    return np.asarray(
        np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * points @ points.T, 0.0))
    )


def _spread_out(distances: Matrix, counts: Vector, most: int) -> list[int]:
    middles = [int((distances @ counts).argmin())]
    while len(middles) < most:
        middles.append(int(distances[:, middles].min(axis=1).argmax()))
    return middles


def _middle(distances: Matrix, counts: Vector, members: Indices) -> int:
    return int(members[(distances[np.ix_(members, members)] @ counts[members]).argmin()])
