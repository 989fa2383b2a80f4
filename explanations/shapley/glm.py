"""A generalized linear model (GLM) fitted to the answers, as a control variate for sampled permutations.

Many models add up their fields and put the sum through a link function, so that it stays a probability or above
zero (logistic, Poisson and gamma regression, most networks and boosted classifiers in part). The GLM is fitted to
the rows that the model answered. Evaluating it costs no rows, so its mean over far more permutations than could be
asked for is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explanations.shapley.game import Game, Indices, Matrix, Vector
from explanations.shapley.permutation_samples import (
    Features,
    PermutationSamples,
    Ranks,
    Values,
    contributions,
)

Link = Literal["logit", "log"]

# Permutations evaluated on the fit for each that the model was asked about: the fit's own Monte Carlo error is
# then a fourteenth (1 / sqrt(200)).
ORDERS_PER_PAIR = 200
NEWTON_STEPS = 12
CONVERGED = 1e-3
RIDGE = 0.01
MIN_PROBABILITY = 1e-6
MAX_LINEAR = 30.0
# Fitting more columns than this takes longer than it is worth.
MOST_FEATURES = 400


def noise_estimate(
    game: Game,
    features: Features,
    known: PermutationSamples,
    unseen: PermutationSamples,
    link: Link,
    chance: np.random.Generator,
) -> Matrix:
    """Monte Carlo noise in the contributions of the `unseen` pairs, as a GLM fitted to the `known` ones has it:
    (pairs, players). It is the fit's contribution in the drawn permutations less its mean over many."""
    fit = GeneralizedLinearModel.to(link, game, features, known)
    return np.asarray(
        fit.amounts(unseen.which, unseen.ranks) - fit.mean_amounts(unseen.which, chance)
    )


def link_of(values: Values) -> Link | None:
    """The link function whose inverse stays in the range of these answers; None where neither fits."""
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1 and low < high:
        return "logit"
    return "log" if 0 < low < high < math.inf else None


def _inverse_link(link: Link, sums: Values) -> tuple[Values, Values]:
    """The inverse link of these sums, and its derivative there."""
    clipped = np.clip(sums, -MAX_LINEAR, MAX_LINEAR)
    if link == "log":
        return np.exp(clipped), np.exp(clipped)
    answers = 1 / (1 + np.exp(-clipped))
    return answers, answers * (1 - answers)


def _maximum_likelihood(link: Link, rows: Matrix, answers: Vector) -> Vector:
    """Coefficients (1 + features,) of maximum likelihood, by Newton's method (McCullagh and Nelder 1989, 2.5), with
    a ridge penalty. The first is the intercept."""
    level = float(answers.mean())
    if link == "logit":
        level = min(max(level, MIN_PROBABILITY), 1 - MIN_PROBABILITY)
    scale = 1.0 if link == "logit" else level
    coefficients = np.zeros(rows.shape[1])
    coefficients[0] = math.log(level / (1 - level)) if link == "logit" else math.log(level)
    ridge = np.full(len(coefficients), RIDGE * scale)
    for _ in range(NEWTON_STEPS):
        predicted, derivative = _inverse_link(link, rows @ coefficients)
        hessian = (rows * (derivative + MIN_PROBABILITY * scale)[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(hessian, rows.T @ (answers - predicted) - ridge * coefficients)
        coefficients = coefficients + step
        if float(np.abs(step).max()) < CONVERGED:
            break
    return coefficients


@dataclass(frozen=True, kw_only=True)
class GeneralizedLinearModel:
    """The fit in the terms of the game: `intercepts` (typical rows,) is the linear predictor of each typical row,
    `effects` (typical rows, players) what each player adds to it."""

    link: Link
    intercepts: Vector
    effects: Matrix

    @classmethod
    def to(
        cls, link: Link, game: Game, features: Features, samples: PermutationSamples
    ) -> GeneralizedLinearModel:
        """Fitted to every answer that these permutations gave, their ends included."""
        rows, answers = features.training_data(game, samples)
        coefficients = _maximum_likelihood(
            link, np.hstack([np.ones((len(rows), 1)), rows]), answers
        )
        moves = (features.case - features.typical) * coefficients[1:]
        effects = np.zeros((len(features.typical), len(game.players)))
        np.add.at(effects.T, features.owners, moves.T)
        return cls(
            link=link,
            intercepts=coefficients[0] + features.typical @ coefficients[1:],
            effects=effects,
        )

    def amounts(self, which: Indices, ranks: Ranks) -> Matrix:
        """The contribution of each player in each pair of permutations: (pairs, players)."""
        order = np.argsort(ranks, axis=2)
        steps = np.take_along_axis(
            np.broadcast_to(self.effects[which][:, None, :], ranks.shape), order, axis=2
        )
        sums = np.concatenate([np.zeros((*ranks.shape[:2], 1)), steps.cumsum(axis=2)], axis=2)
        answers, _ = _inverse_link(self.link, sums + self.intercepts[which][:, None, None])
        return contributions(answers, ranks)

    def mean_amounts(self, which: Indices, chance: np.random.Generator) -> Matrix:
        """The mean contribution of each player over many permutations: (pairs, players)."""
        players = self.effects.shape[1]
        repeated = np.repeat(which, ORDERS_PER_PAIR)
        ranks = chance.random((len(repeated), players)).argsort(axis=1)
        both = np.stack([ranks, players - 1 - ranks], axis=1)
        amounts = self.amounts(repeated, both).reshape(len(which), ORDERS_PER_PAIR, players)
        return np.asarray(amounts.mean(axis=1))
