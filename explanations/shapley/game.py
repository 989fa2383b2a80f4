"""Shapley values from a model's answers alone: what is shared out, between whom, and the exact formula.

A *player* is a column, or a group of columns that change together: they turn a typical row into the case.
Where all sets of players are too many to try, explanations/shapley/permutation_sampling.py tries some orders of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Masks = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
Indices = np.ndarray[tuple[int, ...], np.dtype[np.intp]]
Score = Callable[[Matrix], Vector]
Room = Callable[[], float]

# Quantiles of Student's t for 95 % with few degrees of freedom; beyond them the series is good.
T_FEW = (math.inf, 12.7062, 4.3027, 3.1824, 2.7764)
Z = 1.959964
FEWEST_PAIRS = 10
NARROW = 0.02
SLIVER = 0.003
NAMED = 3
# Of many bars looked at more than once, some lie beyond their interval: named ones are apart by twice as much.
APART = 2.0
TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Game:
    """What is to be shared out, and between whom.

    `case` is (columns,), `background` (typical rows, columns), `weights` (typical rows,) with sum 1;
    `players` has the columns of each player. `reached` is the answer for the case, `starts` those for the
    typical rows: they are asked for once, beforehand.
    """

    case: Vector
    background: Matrix
    weights: Vector
    players: Sequence[Sequence[int]]
    reached: float
    starts: Vector

    @property
    def rows_a_pair(self) -> int:
        """Rows of one pair of walks: both ends are known."""
        return 2 * len(self.players) - 2

    @property
    def rows_for_all(self) -> int:
        """Rows of an exact answer: every set of players with every typical row."""
        return ((1 << len(self.players)) - 2) * len(self.background)

    def mixed(self, masks: Masks, which: Indices) -> Matrix:
        """The rows in which the players of a mask are as in the case, all others as in a typical row."""
        columns = np.zeros((len(masks), len(self.case)), dtype=np.bool_)
        for place, own in enumerate(self.players):
            columns[:, list(own)] = masks[:, place : place + 1]
        return np.asarray(np.where(columns, self.case, self.background[which]))


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is known so far, in the unit of the model's answer.

    `amounts` and `half` are (players,): each true amount lies within `half` of its estimate with 95 %
    certainty; infinite while nothing is known of its spread. `base` is the answer for a typical case: the
    mean over the `typical` rows that took part. `amounts` sum to `reached - base`.
    """

    amounts: Vector
    half: Vector
    base: float
    typical: int
    pairs: int
    is_exact: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether more rows would hardly change what is seen: every interval is small beside the range, and it is
        clear which amounts are the largest, which are named in words.

        Looked at after whole turns only, so that it does not depend on how many rows went into a call.
        """
        if self.is_exact:
            return True
        is_turn = self.pairs % self.typical == 0 and self.pairs >= FEWEST_PAIRS
        widest = float(self.half.max()) / max(float(np.ptp(np.append(self.amounts, 0.0))), TINY)
        return is_turn and (widest <= SLIVER or (widest <= NARROW and self._are_named_clear()))

    def _are_named_clear(self) -> bool:
        order = np.argsort(-np.abs(self.amounts), kind="stable")
        named, others = order[:NAMED], order[NAMED:]
        sizes, half = np.abs(self.amounts), APART * self.half
        return bool((sizes + half)[others].max(initial=0.0) <= (sizes - half)[named].min())


def exact(score: Score, game: Game, room: Room) -> Iterator[Estimate]:
    """Shapley's formula (1953), term by term; yields after each typical row, the last one is exact."""
    players, typical = len(game.players), len(game.background)
    masks = _all_masks(players)
    found = np.empty((0, players))
    for which in range(typical):
        if room() < len(masks) - 2:
            return
        inner = score(game.mixed(masks[1:-1], np.full(len(masks) - 2, which)))
        values = np.concatenate([[game.starts[which]], inner, [game.reached]])
        found = np.vstack([found, _shared_out(masks, values)])
        weights = game.weights[: which + 1] / game.weights[: which + 1].sum()
        is_exact = which + 1 == typical
        yield Estimate(
            amounts=np.asarray(weights @ found),
            half=np.full(players, 0.0 if is_exact else math.inf),
            base=float(weights @ game.starts[: which + 1]),
            typical=which + 1,
            pairs=which + 1,
            is_exact=is_exact,
        )


def quantile(freedom: int) -> float:
    """Student's t for a two-sided 95 % interval (Abramowitz and Stegun 1964, 26.7.5)."""
    if freedom < len(T_FEW):
        return T_FEW[freedom]
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3


def _all_masks(players: int) -> Masks:
    codes = np.arange(2**players)
    return np.asarray((codes[:, None] >> np.arange(players)) & 1, dtype=np.bool_)


def _shared_out(masks: Masks, values: Vector) -> Vector:
    players = masks.shape[1]
    sizes, codes = masks.sum(axis=1), np.arange(len(masks))
    share = [
        math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players)
        for size in range(players)
    ]
    amounts = np.empty(players)
    for player in range(players):
        without = codes[~masks[:, player]]
        gains = values[without + (1 << player)] - values[without]
        amounts[player] = np.take(share, sizes[without]) @ gains
    return amounts
