"""What a bent sum foretells of a walk.

Many models add up their fields and bend the sum, so that it stays a probability or above zero (logistic, Poisson
and gamma regression, most networks and boosted classifiers in part). Such a model is fitted to the rows that were
answered; walking through it costs no rows, so that its amounts are known from far more orders than could be asked
for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explanations.shapley.game import Game, Indices, Matrix, Vector
from explanations.shapley.permutation_samples import Facts, PermutationSamples, Ranks, Values, gains

Link = Literal["logit", "log"]

# Orders walked through the fit for each order that was asked for: its own chance is then a fourteenth.
ORDERS = 200
STEPS = 12
CLOSE = 1e-3
RIDGE = 0.01
LEAST = 1e-6
STEEPEST = 30.0
# Fitting more columns than this takes longer than it is worth.
MOST_FACTS = 400


def noise_estimate(
    game: Game,
    facts: Facts,
    known: PermutationSamples,
    unseen: PermutationSamples,
    link: Link,
    chance: np.random.Generator,
) -> Matrix:
    """What a bent sum, fitted to the known walks, says that chance brought in the unseen: (pairs, players)."""
    fit = Fit.to(link, game, facts, known)
    return np.asarray(
        fit.amounts(unseen.which, unseen.ranks) - fit.mean_amounts(unseen.which, chance)
    )


def link_of(values: Values) -> Link | None:
    """The bend that keeps a sum where these answers are, where there is one."""
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1 and low < high:
        return "logit"
    return "log" if 0 < low < high < math.inf else None


def _bent(link: Link, sums: Values) -> tuple[Values, Values]:
    """The answers behind these sums, and how fast they grow there."""
    clipped = np.clip(sums, -STEEPEST, STEEPEST)
    if link == "log":
        return np.exp(clipped), np.exp(clipped)
    answers = 1 / (1 + np.exp(-clipped))
    return answers, answers * (1 - answers)


def _fitted(link: Link, rows: Matrix, answers: Vector) -> Vector:
    """The slopes of most likelihood, by Newton's steps (McCullagh and Nelder 1989, 2.5), a little shrunken."""
    level = float(answers.mean())
    if link == "logit":
        level = min(max(level, LEAST), 1 - LEAST)
    scale = 1.0 if link == "logit" else level
    slopes = np.zeros(rows.shape[1])
    slopes[0] = math.log(level / (1 - level)) if link == "logit" else math.log(level)
    ridge = np.full(len(slopes), RIDGE * scale)
    for _ in range(STEPS):
        told, growth = _bent(link, rows @ slopes)
        bend = (rows * (growth + LEAST * scale)[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, rows.T @ (answers - told) - ridge * slopes)
        slopes = slopes + step
        if float(np.abs(step).max()) < CLOSE:
            break
    return slopes


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A sum of facts, bent by the inverse of a link: where each typical row starts and what each player adds."""

    link: Link
    starts: Vector
    adds: Matrix

    @classmethod
    def to(cls, link: Link, game: Game, facts: Facts, walks: PermutationSamples) -> Fit:
        """Fitted to all answers on the way of these walks, and to those at their ends."""
        rows, answers = facts.known(game, walks)
        slopes = _fitted(link, np.hstack([np.ones((len(rows), 1)), rows]), answers)
        moves = (facts.case - facts.typical) * slopes[1:]
        adds = np.zeros((len(facts.typical), len(game.players)))
        np.add.at(adds.T, facts.owners, moves.T)
        return cls(link=link, starts=slopes[0] + facts.typical @ slopes[1:], adds=adds)

    def amounts(self, which: Indices, ranks: Ranks) -> Matrix:
        """What it says each player brings in each pair of walks: (pairs, players)."""
        order = np.argsort(ranks, axis=2)
        steps = np.take_along_axis(
            np.broadcast_to(self.adds[which][:, None, :], ranks.shape), order, axis=2
        )
        sums = np.concatenate([np.zeros((*ranks.shape[:2], 1)), steps.cumsum(axis=2)], axis=2)
        bent, _ = _bent(self.link, sums + self.starts[which][:, None, None])
        return gains(bent, ranks)

    def mean_amounts(self, which: Indices, chance: np.random.Generator) -> Matrix:
        """What it gives each player over many orders: (pairs, players)."""
        players = self.adds.shape[1]
        many = np.repeat(which, ORDERS)
        ranks = chance.random((len(many), players)).argsort(axis=1)
        both = np.stack([ranks, players - 1 - ranks], axis=1)
        found = self.amounts(many, both).reshape(len(which), ORDERS, players)
        return np.asarray(found.mean(axis=1))
