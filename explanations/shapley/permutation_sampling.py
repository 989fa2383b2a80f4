"""Shapley values where there are too many sets of players: random orders, walked both ways, with error bars.

A walk turns a typical row into the case, player after player, and gives each the change of the answer that it
brought: the amounts of every single walk add up to the difference between the two answers. Walking the same
order backwards as well (antithetic pairs; Mitchell et al. 2022, "Sampling Permutations for Shapley Value
Estimation", section 4) cancels all that two players do together; every second pair of a typical row is the one
before it, turned by half, so that nobody comes early twice. Two turns give every typical row a pair; in later
turns those get more whose pairs differ (Neyman 1934). What a simple model of the answers foretells
of a pair is taken off it (explanations/shapley/control_variates.py). Pairs of the same typical row then differ by chance
alone: Student's t-interval, a little too wide since a turned pair differs more than chance would have it.
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
    quantile,
)
from explanations.shapley.permutation_samples import Facts, PermutationSamples

# What happens in few of all orders is not seen in some: no interval is thinner than this share of the range.
UNSEEN = 0.0025
# Two pairs say little of a typical row alone: how far its own spread counts beside that of all.
OWN = 0.5
# What takes longest is done after so many turns, twice as many, and so on.
FIRST_LOOK = 4
# A fit to the same walks makes them look a little surer than they are: intervals are that much wider.
FITTED = 1.1


def sampled(
    score: Score, game: Game, room: Room, *, seed: int, facts: Facts | None = None
) -> Iterator[Estimate]:
    """Random orders, pair after pair; yields after each batch what is known by then.

    `room` says before each batch how many rows it may have; it ends when that is too few for a pair.
    The same seed gives the same orders, whatever the batches. Raises what `score` raises.
    """
    orders = _Orders(len(game.players), seed)
    known = _Known(
        game=game, walks=PermutationSamples.none(len(game.players)), facts=facts, seed=seed
    )
    while True:
        turn = known.next_turn()
        while len(turn):
            pairs = int(min(room() // max(game.rows_a_pair, 1), len(turn)))
            if pairs <= 0:
                if known.can_be_thorough:
                    yield replace(known, is_thorough=True).estimate()
                return
            ranks = np.array([orders.next(int(which)) for which in turn[:pairs]])
            walks = known.walks.and_then(_walked(score, game, ranks, turn[:pairs]))
            turn = turn[pairs:]
            known = replace(known, walks=walks, is_thorough=_is_milestone(game, walks, turn))
            yield known.estimate()


def _is_milestone(game: Game, walks: PermutationSamples, left: Indices) -> bool:
    """Whether it is time for a thorough look: after 4, 8, 16 ... whole turns."""
    turns = len(walks.which) // len(game.background)
    return not len(left) and turns >= FIRST_LOOK and turns & (turns - 1) == 0


class _Orders:
    """Orders of the players, by chance; every second one of a typical row is the one before, turned by half."""

    def __init__(self, players: int, seed: int) -> None:
        self._players = players
        self._chance = np.random.default_rng(seed)
        self._unturned: dict[int, Indices] = {}

    def next(self, which: int) -> Indices:
        """The rank of each player in the next pair of this typical row."""
        if which in self._unturned:
            return (self._unturned.pop(which) + self._players // 2) % self._players
        self._unturned[which] = self._chance.permutation(self._players)
        return self._unturned[which]


def _walked(score: Score, game: Game, ranks: Indices, which: Indices) -> PermutationSamples:
    """The answers along each order, forwards and backwards."""
    players, pairs = len(game.players), len(ranks)
    both = np.stack([ranks, players - 1 - ranks], axis=1)
    masks = both[:, :, None, :] < np.arange(1, players)[:, None]
    rows = game.mixed(masks.reshape(-1, players), np.repeat(which, game.rows_a_pair))
    values = np.empty((pairs, 2, players + 1))
    values[:, :, 0] = game.starts[which, None]
    values[:, :, -1] = game.reached
    if game.rows_a_pair:
        values[:, :, 1:-1] = score(rows).reshape(pairs, 2, players - 1)
    return PermutationSamples(which=which, ranks=both, values=values)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """All walks so far, and what follows from them."""

    game: Game
    walks: PermutationSamples
    facts: Facts | None
    seed: int
    is_thorough: bool = False

    @property
    def can_be_thorough(self) -> bool:
        """Whether there is more to learn from the same walks."""
        is_begun = len(self.walks.which) >= 2 * len(self.game.background)
        return is_begun and self.facts is not None and not self.is_thorough

    def next_turn(self) -> Indices:
        """The typical rows that are walked next: each once, or those oftener that need it."""
        typical = len(self.game.background)
        if len(self.walks.which) < 2 * typical:
            return np.arange(typical)
        pairs = self._pairs().astype(np.float64)
        _, spread = self._by_row(self._amounts)
        own = spread.sum(axis=1)
        size = self.game.weights**2 * (OWN * own + (1 - OWN) * own.mean())
        chosen = []
        for _ in range(typical):
            chosen.append(int(np.argmax(size / (pairs * (pairs + 1)))))
            pairs[chosen[-1]] += 1
        return np.array(chosen)

    def estimate(self) -> Estimate:
        """Whole turns when there are any; else the typical rows that are done stand for all."""
        done = len(self.walks.which)
        typical = len(self.game.background)
        if done < 2 * typical:
            return self._first(min(done, typical))
        means, spread = self._by_row(self._amounts)
        amounts = np.asarray(self.game.weights @ means)
        unseen = UNSEEN * float(np.ptp(np.append(amounts, 0.0)))
        wide = self._half(spread) * (FITTED if self._is_fitted else 1.0)
        return Estimate(
            amounts=amounts,
            half=np.maximum(wide, unseen),
            base=float(self.game.weights @ self.game.starts),
            typical=typical,
            pairs=done,
        )

    def _first(self, done: int) -> Estimate:
        weights = self.game.weights[:done] / self.game.weights[:done].sum()
        return Estimate(
            amounts=np.asarray(weights @ self.walks.amounts[:done]),
            half=np.full(len(self.game.players), math.inf),
            base=float(weights @ self.game.starts[:done]),
            typical=done,
            pairs=done,
        )

    @cached_property
    def _amounts(self) -> Matrix:
        if self.facts is None:
            return self.walks.amounts
        return adjusted(
            self.game, self.walks, self.facts, seed=self.seed, is_thorough=self.is_thorough
        )

    @property
    def _is_fitted(self) -> bool:
        return self.is_thorough and not np.array_equal(self._amounts, self.walks.amounts)

    def _pairs(self) -> Indices:
        return np.bincount(self.walks.which, minlength=len(self.game.background))

    def _by_row(self, amounts: Matrix) -> tuple[Matrix, Matrix]:
        """Mean and variance of the pairs of each typical row: (typical rows, players) each."""
        which, pairs = self.walks.which, self._pairs()[:, None]
        sums = np.zeros((len(pairs), amounts.shape[1]))
        squares = np.zeros_like(sums)
        np.add.at(sums, which, amounts)
        means = sums / pairs
        np.add.at(squares, which, (amounts - means[which]) ** 2)
        return means, squares / (pairs - 1)

    def _half(self, spread: Matrix) -> Vector:
        """Half of the t-interval of a stratified mean; degrees of freedom by Satterthwaite (1946), rounded down."""
        pairs = self._pairs()[:, None]
        shares = self.game.weights[:, None] ** 2 * spread / pairs
        total, squares = shares.sum(axis=0), (shares**2 / (pairs - 1)).sum(axis=0)
        freedom = total**2 / np.where(squares > 0, squares, 1.0)
        return np.array(
            [quantile(max(int(df), 1)) * math.sqrt(t) for df, t in zip(freedom, total, strict=True)]
        )
