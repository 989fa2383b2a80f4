"""A Gaussian process fitted to the answers, as a control variate for sampled permutations.

Its kernel (Rasmussen and Williams 2006, chapter 2) is a product over the features, exp(-rate * |difference|) each, so
that interactions of few features are likely and those of many are not. The rate of a feature follows from the squared
contributions that it had, up to a common factor chosen by maximum likelihood. The posterior mean is then a sum of
products over the players, and the Shapley values of a product have a closed form (Owen 1972, "Multilinear Extensions
of Games"): its mean over all permutations needs neither permutations nor rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist
from scipy.special import roots_legendre

from explanations.shapley.game import TINY, Game, Matrix, Vector
from explanations.shapley.permutation_samples import Features, PermutationSamples, contributions

# Fitting grows with the cube of the rows and takes longer than it is worth with more of these.
MOST_ROWS = 2000
MOST_FEATURES = 150
# The factors on the rates among which the likelihood chooses.
RATE_FACTORS = (1.0, 3.0, 9.0, 27.0)
# With so many rows the likelihood tells the factors apart; whole permutations come first, whose rows are close.
MOST_ROWS_FOR_FACTOR = 600
# Added to the kernel's diagonal, as a share of the variance: keeps the equations of equal rows solvable.
NUGGET = 1e-5
# The variance of the process, as a multiple of what was seen.
VARIANCE_MARGIN = 1.05
MAX_DISSIMILARITY = 0.9
# Gauss-Legendre nodes: exact up to 31 players; beyond, the error for so smooth a curve does not show.
MOST_NODES = 16


def noise_estimate(
    game: Game, features: Features, known: PermutationSamples, unseen: PermutationSamples
) -> Matrix:
    """Monte Carlo noise in the contributions of the `unseen` pairs, as a process fitted to the `known` ones has it:
    (pairs, players)."""
    fit = GaussianProcess.to(game, features, known.subset(np.arange(_affordable(game, known))))
    return np.asarray(
        contributions(fit.answers(unseen), unseen.ranks) - fit.mean_amounts(game)[unseen.which]
    )


def _affordable(game: Game, samples: PermutationSamples) -> int:
    return min(len(samples.which), MOST_ROWS // max(game.rows_per_pair, 1))


@dataclass(frozen=True, kw_only=True)
class GaussianProcess:
    """The posterior mean over the `rows` (rows, features) that were answered: kernel @ `weights` (rows,). The kernel
    falls with distance along each feature at its rate in `rates` (features,)."""

    features: Features
    rows: Matrix
    weights: Vector
    rates: Vector

    @classmethod
    def to(cls, game: Game, features: Features, samples: PermutationSamples) -> GaussianProcess:
        """Fitted to every answer that these permutations gave, their ends included."""
        rows, answers = features.training_data(game, samples)
        centred = answers - answers.mean()
        rates = _rates(game, features, samples, float(centred.var()))
        distances = _distances(rows, rows, rates)
        few = slice(MOST_ROWS_FOR_FACTOR)
        factor = max(
            RATE_FACTORS,
            key=lambda each: _fit_weights(distances[few, few], centred[few], each)[1],
        )
        weights, _ = _fit_weights(distances, centred, factor)
        return cls(features=features, rows=rows, weights=weights, rates=factor * rates)

    def answers(
        self, samples: PermutationSamples
    ) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
        """The posterior mean along these permutations, less the mean of all answers: (pairs, 2, players + 1)."""
        rows = self.features.along_permutations(samples).reshape(-1, len(self.rates))
        kernel = np.exp(-_distances(rows, self.rows, self.rates))
        return np.asarray((kernel @ self.weights).reshape(samples.values.shape))

    def mean_amounts(self, game: Game) -> Matrix:
        """The mean contribution of each player over all permutations: (typical rows, players)."""
        with_case = self._kernel_by_player(game, self.features.case)
        by_row = [
            shapley_of_products(with_case, self._kernel_by_player(game, typical), self.weights)
            for typical in self.features.typical
        ]
        return np.array(by_row)

    def _kernel_by_player(self, game: Game, row: Vector) -> Matrix:
        """The factor of each player in the kernel between this row and each known one: (rows, players)."""
        distances = np.zeros((len(game.players), len(self.rows)))
        np.add.at(distances, self.features.owners, (self.rates * np.abs(self.rows - row)).T)
        return np.exp(-distances.T)


def _rates(game: Game, features: Features, samples: PermutationSamples, variance: float) -> Vector:
    """The rate of each feature (features,), by moments: a process of variance v has squared contributions of
    2 v (1 - kernel) on average."""
    changes = np.take_along_axis(np.diff(samples.values), samples.ranks, axis=2)
    squares = np.zeros((len(features.typical), len(game.players)))
    np.add.at(squares, samples.which, (changes**2).mean(axis=1))
    pairs = np.bincount(samples.which, minlength=len(squares))
    squares = squares[pairs > 0] / pairs[pairs > 0, None]
    size = 2 * VARIANCE_MARGIN * max(variance, float(squares.max()) / 2)
    wanted = -np.log1p(-np.minimum(squares / size, MAX_DISSIMILARITY))
    distances = np.zeros((len(game.players), len(features.typical)))
    np.add.at(distances, features.owners, np.abs(features.typical - features.case).T)
    seen = distances.T[pairs > 0]
    products, own = (wanted * seen).sum(axis=0), (seen**2).sum(axis=0)
    return np.asarray((products / np.where(own > 0, own, 1.0))[features.owners])


def _distances(rows: Matrix, others: Matrix, rates: Vector) -> Matrix:
    return np.asarray(cdist(rows * rates, others * rates, "cityblock"))


def _fit_weights(distances: Matrix, centred: Vector, factor: float) -> tuple[Vector, float]:
    """The weights (rows,), and the log likelihood of the answers at the variance that makes it largest."""
    kernel = np.exp(-factor * distances)
    kernel[np.diag_indices_from(kernel)] += NUGGET
    lower = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    weights = np.asarray(cho_solve(lower, centred, check_finite=False))
    variance = max(float(centred @ weights) / len(centred), TINY)
    spread = float(np.log(np.diag(lower[0])).sum())
    return weights, -0.5 * len(centred) * math.log(variance) - spread


def shapley_of_products(inside: Matrix, outside: Matrix, term_weights: Vector) -> Vector:
    """Shapley values (players,) of a game that is a weighted sum of products, (terms,) each: a player's factor is
    `inside` (terms, players) where it is a member of the coalition, else `outside`.

    The integral of the multilinear extension's derivative (Owen 1972), by Gauss-Legendre quadrature.
    """
    players = inside.shape[1]
    nodes, node_weights = roots_legendre(min((players + 1) // 2, MOST_NODES))
    change, values = inside - outside, np.zeros(players)
    for node, weight in zip((nodes + 1) / 2, node_weights / 2, strict=True):
        mixed = outside + node * change
        # A row like neither the case nor the typical row has a factor of 0: 0/0 would be no number.
        slopes = change / np.maximum(mixed, np.finfo(float).tiny)
        values += weight * ((term_weights * mixed.prod(axis=1)) @ slopes)
    return values
