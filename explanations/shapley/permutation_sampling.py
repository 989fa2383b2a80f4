"""Permutation sampling of Shapley values, with error bars: for games with too many coalitions to try all.

A permutation of the players turns a typical row into the case, one player after another, and each player
contributes the change of the answer at its turn: the contributions of one permutation add up to the difference
between the two answers. Each permutation is evaluated forwards and backwards (an antithetic pair; Mitchell et al.
2022, "Sampling Permutations for Shapley Value Estimation", section 4), which cancels interactions of two players.
Every second pair of a typical row is the one before it, rotated by half, so that no player comes early twice.

Typical rows are strata. In the first two rounds each gets one pair; in later rounds the rows whose pairs vary most
get more (Neyman allocation, 1934). A surrogate model takes noise off each pair (control_variates.py). The intervals
are Student's t over the pairs of each typical row; they are a little too wide, since a rotated pair differs from the
first by more than chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from explanations.shapley.control_variates import adjusted
from explanations.shapley.game import (
    Estimate,
    Game,
    Indices,
    Matrix,
    Room,
    Score,
    Vector,
    between_rows,
    quantile,
)
from explanations.shapley.permutation_samples import Features, PermutationSamples

# An effect that shows in few permutations may be missing from the sample: no half interval is narrower than this
# share of the range of all amounts.
MIN_HALF_WIDTH_SHARE = 0.0025
# A variance from two pairs is unsure: a typical row's own counts by this weight, the mean of all by the rest.
OWN_VARIANCE_WEIGHT = 0.5
# The slow surrogate is fitted after this round, and whenever the number of rounds has doubled.
FIRST_THOROUGH_ROUND = 4
# Both halves of a cross-fit share the typical rows, which makes intervals a little too narrow: widened by this.
FIT_WIDENING = 1.1


def sampled(
    score: Score, game: Game, room: Room, *, seed: int, features: Features | None = None
) -> Iterator[Estimate]:
    """Samples permutations pair by pair; yields an estimate after each batch.

    `room` says before each batch how many rows it may have; the generator ends when that is too few for a pair.
    The same seed gives the same permutations, whatever the batches. Raises what `score` raises.
    """
    permutations = _Permutations(len(game.players), seed)
    estimator = _Estimator(
        game=game, samples=PermutationSamples.empty(len(game.players)), features=features, seed=seed
    )
    while True:
        remaining = estimator.next_round()
        while len(remaining):
            pairs = int(min(room() // max(game.rows_per_pair, 1), len(remaining)))
            if pairs <= 0:
                if estimator.can_be_thorough:
                    yield replace(estimator, is_thorough=True).estimate()
                return
            ranks = np.array([permutations.next(int(which)) for which in remaining[:pairs]])
            samples = estimator.samples.extended(_evaluated(score, game, ranks, remaining[:pairs]))
            remaining = remaining[pairs:]
            estimator = replace(
                estimator, samples=samples, is_thorough=_is_milestone(game, samples, remaining)
            )
            yield estimator.estimate()


def _is_milestone(game: Game, samples: PermutationSamples, left: Indices) -> bool:
    """Whether the slow surrogate is due: after 4, 8, 16 ... whole rounds."""
    rounds = len(samples.which) // len(game.background)
    return not len(left) and rounds >= FIRST_THOROUGH_ROUND and rounds & (rounds - 1) == 0


class _Permutations:
    """Random permutations; every second one of a typical row is the one before it, rotated by half."""

    def __init__(self, players: int, seed: int) -> None:
        self._players = players
        self._chance = np.random.default_rng(seed)
        self._unrotated: dict[int, Indices] = {}

    def next(self, which: int) -> Indices:
        """The rank of each player in the next pair of this typical row."""
        if which in self._unrotated:
            return (self._unrotated.pop(which) + self._players // 2) % self._players
        self._unrotated[which] = self._chance.permutation(self._players)
        return self._unrotated[which]


def _evaluated(score: Score, game: Game, ranks: Indices, which: Indices) -> PermutationSamples:
    """The answers along each permutation, forwards and backwards."""
    players, pairs = len(game.players), len(ranks)
    both = np.stack([ranks, players - 1 - ranks], axis=1)
    masks = both[:, :, None, :] < np.arange(1, players)[:, None]
    rows = game.mixed(masks.reshape(-1, players), np.repeat(which, game.rows_per_pair))
    values = np.empty((pairs, 2, players + 1))
    values[:, :, 0] = game.background_answers[which, None]
    values[:, :, -1] = game.case_answer
    if game.rows_per_pair:
        values[:, :, 1:-1] = score(rows).reshape(pairs, 2, players - 1)
    return PermutationSamples(which=which, ranks=both, values=values)


@dataclass(frozen=True, kw_only=True)
class _Estimator:
    """All samples so far, and the estimate that follows from them."""

    game: Game
    samples: PermutationSamples
    features: Features | None
    seed: int
    is_thorough: bool = False

    @property
    def can_be_thorough(self) -> bool:
        """Whether the slow surrogate could still improve the estimate from the same samples."""
        is_begun = len(self.samples.which) >= 2 * len(self.game.background)
        return is_begun and self.features is not None and not self.is_thorough

    def next_round(self) -> Indices:
        """The typical row of each pair in the next round: (pairs,). Each once at first, then by Neyman allocation."""
        typical = len(self.game.background)
        if len(self.samples.which) < 2 * typical:
            return np.arange(typical)
        pairs = self._pairs().astype(np.float64)
        _, variances = self._by_background_row(self._amounts)
        totals = variances.sum(axis=1)
        size = self.game.weights**2 * (
            OWN_VARIANCE_WEIGHT * totals + (1 - OWN_VARIANCE_WEIGHT) * totals.mean()
        )
        chosen = []
        for _ in range(typical):
            chosen.append(int(np.argmax(size / (pairs * (pairs + 1)))))
            pairs[chosen[-1]] += 1
        return np.array(chosen)

    def estimate(self) -> Estimate:
        """The estimate with intervals after two whole rounds; before that a first one, from the typical rows done so far."""
        done = len(self.samples.which)
        typical = len(self.game.background)
        if done < 2 * typical:
            return self._first(min(done, typical))
        means, variances = self._by_background_row(self._amounts)
        amounts = np.asarray(self.game.weights @ means)
        least = MIN_HALF_WIDTH_SHARE * float(np.ptp(np.append(amounts, 0.0)))
        wide = self._half_width(variances) * (FIT_WIDENING if self._is_fitted else 1.0)
        return Estimate(
            amounts=amounts,
            half_width=np.maximum(wide, least),
            base=float(self.game.weights @ self.game.background_answers),
            typical=typical,
            pairs=done,
        )

    def _first(self, done: int) -> Estimate:
        weights = self.game.weights[:done] / self.game.weights[:done].sum()
        amounts = self.samples.amounts[:done]
        return Estimate(
            amounts=np.asarray(weights @ amounts),
            half_width=between_rows(amounts, weights),
            base=float(weights @ self.game.background_answers[:done]),
            typical=done,
            pairs=done,
            is_first=True,
        )

    @cached_property
    def _amounts(self) -> Matrix:
        if self.features is None:
            return self.samples.amounts
        return adjusted(
            self.game, self.samples, self.features, seed=self.seed, is_thorough=self.is_thorough
        )

    @property
    def _is_fitted(self) -> bool:
        return self.is_thorough and not np.array_equal(self._amounts, self.samples.amounts)

    def _pairs(self) -> Indices:
        return np.bincount(self.samples.which, minlength=len(self.game.background))

    def _by_background_row(self, amounts: Matrix) -> tuple[Matrix, Matrix]:
        """Mean and variance of the pairs of each typical row: (typical rows, players) each."""
        which, pairs = self.samples.which, self._pairs()[:, None]
        sums = np.zeros((len(pairs), amounts.shape[1]))
        squares = np.zeros_like(sums)
        np.add.at(sums, which, amounts)
        means = sums / pairs
        np.add.at(squares, which, (amounts - means[which]) ** 2)
        return means, squares / (pairs - 1)

    def _half_width(self, variances: Matrix) -> Vector:
        """Half of the t-interval of a stratified mean; degrees of freedom by Satterthwaite (1946), rounded down."""
        pairs = self._pairs()[:, None]
        shares = self.game.weights[:, None] ** 2 * variances / pairs
        total, squares = shares.sum(axis=0), (shares**2 / (pairs - 1)).sum(axis=0)
        freedom = total**2 / np.where(squares > 0, squares, 1.0)
        return np.array(
            [quantile(max(int(df), 1)) * math.sqrt(t) for df, t in zip(freedom, total, strict=True)]
        )
