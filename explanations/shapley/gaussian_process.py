"""What is foretold of a walk because rows that are alike get answers that are alike.

The answers on the way are taken for one draw of a Gaussian process (Rasmussen and Williams 2006, chapter 2) whose
likeness of two rows is a product over the facts, exp(-reach * |difference|) each: what few facts do together is
likely, what many do together is not. How fast likeness ends along a fact follows from the squared gains that it
brought, up to a factor that makes the answers most likely. In such a process a row is a sum of products over the
players, and the amounts of a product have a closed form (Owen 1972, "Multilinear Extensions of Games"): its mean
over all orders needs no orders, and no rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist
from scipy.special import roots_legendre

from explanations.shapley.game import TINY, Game, Matrix, Vector
from explanations.shapley.permutation_samples import Facts, PermutationSamples, gains

# Fitting grows with the cube of the rows and takes longer than it is worth with more of these.
MOST_ROWS = 2000
MOST_FACTS = 150
# How many times faster than the gains say likeness may end.
FACTORS = (1.0, 3.0, 9.0, 27.0)
# Share of the answers' variance that is no likeness: keeps equations of equal rows solvable.
OWN = 1e-5
# The process varies a little more than the answers that were seen of it.
WIDER = 1.05
MOST_APART = 0.9
# Exact for 31 players, and for more as good as, for so smooth a curve.
MOST_NODES = 16


def noise_estimate(
    game: Game, facts: Facts, known: PermutationSamples, unseen: PermutationSamples
) -> Matrix:
    """What likeness to the known walks says that chance brought in the unseen: (pairs, players)."""
    fit = Fit.to(game, facts, known.some(np.arange(_affordable(game, known))))
    return np.asarray(
        gains(fit.answers(unseen), unseen.ranks) - fit.mean_amounts(game)[unseen.which]
    )


def _affordable(game: Game, walks: PermutationSamples) -> int:
    return min(len(walks.which), MOST_ROWS // max(game.rows_a_pair, 1))


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A Gaussian process that knows the answers to `rows` (rows, facts); `shares` (rows,) is what each row adds to
    another in the measure of its likeness, `reach` (facts,) how fast likeness ends along each fact."""

    facts: Facts
    rows: Matrix
    shares: Vector
    reach: Vector

    @classmethod
    def to(cls, game: Game, facts: Facts, walks: PermutationSamples) -> Fit:
        """Fitted to all answers on the way of these walks, and to those at their ends."""
        rows, answers = facts.known(game, walks)
        away = answers - answers.mean()
        reach = _reach(game, facts, walks, float(away.var()))
        apart = _apart(rows, rows, reach)
        found = [(factor, *_solved(apart, away, factor)) for factor in FACTORS]
        factor, shares, _ = max(found, key=lambda each: each[-1])
        return cls(facts=facts, rows=rows, shares=shares, reach=factor * reach)

    def answers(
        self, walks: PermutationSamples
    ) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
        """What it expects on the way of these walks: (pairs, 2, players + 1), less the mean of all answers."""
        rows = self.facts.along(walks).reshape(-1, len(self.reach))
        likeness = np.exp(-_apart(rows, self.rows, self.reach))
        return np.asarray((likeness @ self.shares).reshape(walks.values.shape))

    def mean_amounts(self, game: Game) -> Matrix:
        """What it gives each player over all orders: (typical rows, players)."""
        with_case = self._likeness(game, self.facts.case)
        found = [
            amounts_of_products(with_case, self._likeness(game, typical), self.shares)
            for typical in self.facts.typical
        ]
        return np.array(found)

    def _likeness(self, game: Game, row: Vector) -> Matrix:
        """How alike this row is to each that is known, for each player alone: (rows, players)."""
        apart = np.zeros((len(game.players), len(self.rows)))
        np.add.at(apart, self.facts.owners, (self.reach * np.abs(self.rows - row)).T)
        return np.exp(-apart.T)


def _reach(game: Game, facts: Facts, walks: PermutationSamples, variance: float) -> Vector:
    """How fast likeness ends along each fact: so that the squared gains are as large as they were.

    A process of variance v has squared gains of 2 v (1 - likeness) on average.
    """
    changes = np.take_along_axis(np.diff(walks.values), walks.ranks, axis=2)
    squares = np.zeros((len(facts.typical), len(game.players)))
    np.add.at(squares, walks.which, (changes**2).mean(axis=1))
    pairs = np.bincount(walks.which, minlength=len(squares))
    squares = squares[pairs > 0] / pairs[pairs > 0, None]
    size = 2 * WIDER * max(variance, float(squares.max()) / 2)
    wanted = -np.log1p(-np.minimum(squares / size, MOST_APART))
    away = np.zeros((len(game.players), len(facts.typical)))
    np.add.at(away, facts.owners, np.abs(facts.typical - facts.case).T)
    there = away.T[pairs > 0]
    both, own = (wanted * there).sum(axis=0), (there**2).sum(axis=0)
    return np.asarray((both / np.where(own > 0, own, 1.0))[facts.owners])


def _apart(rows: Matrix, others: Matrix, reach: Vector) -> Matrix:
    return np.asarray(cdist(rows * reach, others * reach, "cityblock"))


def _solved(apart: Matrix, away: Vector, factor: float) -> tuple[Vector, float]:
    """What each row adds in the measure of its likeness, and how likely the answers are then (their logarithm,
    at the variance that makes them most likely)."""
    likeness = np.exp(-factor * apart)
    likeness[np.diag_indices_from(likeness)] += OWN
    lower = cho_factor(likeness, lower=True, overwrite_a=True, check_finite=False)
    shares = np.asarray(cho_solve(lower, away, check_finite=False))
    variance = max(float(away @ shares) / len(away), TINY)
    spread = float(np.log(np.diag(lower[0])).sum())
    return shares, -0.5 * len(away) * math.log(variance) - spread


def amounts_of_products(there: Matrix, here: Matrix, shares: Vector) -> Vector:
    """The amounts where a set of players is worth a sum of products, `there` for members and `here` for others
    (terms, players), `shares` (terms,) of each: the integral of the multilinear extension's slopes, by Gauss."""
    players = there.shape[1]
    nodes, weights = roots_legendre(min((players + 1) // 2, MOST_NODES))
    change, found = there - here, np.zeros(players)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        mixed = here + node * change
        # What is like neither is nothing, and not nothing of nothing.
        slopes = change / np.maximum(mixed, np.finfo(float).tiny)
        found += weight * ((shares * mixed.prod(axis=1)) @ slopes)
    return found
