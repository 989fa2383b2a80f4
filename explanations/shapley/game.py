"""The cooperative game whose Shapley values explain a case, and their exact formula.

A *player* is a column, or a group of columns that change together. A coalition has the values of the case, all
other players those of a typical row; its worth is the model's answer to that row. Where there are too many coalitions
to try, explanations/shapley/permutation_sampling.py samples permutations of the players.
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
FEWEST_ROWS = 3
STEADY_BITS = 40
NARROW = 0.02
VERY_NARROW = 0.003
NAMED = 3
# Where many intervals are looked at repeatedly, some miss the truth: amounts that are named in words must differ from
# the others by this many half widths.
NAMED_MARGIN = 2.0
TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Game:
    """The game: encoded rows, players, and the answers that are known beforehand.

    `case` is (columns,), `background` (typical rows, columns), `weights` (typical rows,) with sum 1;
    `players` has the columns of each player. `case_answer` is the answer for the case, `background_answers`
    (typical rows,) those for the typical rows.
    """

    case: Vector
    background: Matrix
    weights: Vector
    players: Sequence[Sequence[int]]
    case_answer: float
    background_answers: Vector

    @property
    def rows_per_pair(self) -> int:
        """How many rows the model is asked about for one antithetic pair: both ends are known."""
        return 2 * len(self.players) - 2

    @property
    def rows_for_all(self) -> int:
        """How many rows the exact formula asks about: every coalition with every typical row."""
        return ((1 << len(self.players)) - 2) * len(self.background)

    def mixed(self, masks: Masks, which: Indices) -> Matrix:
        """The encoded rows (masks, columns) of coalitions: the players of a mask are as in the case, all others as
        in the typical row `which` (masks,)."""
        columns = np.zeros((len(masks), len(self.case)), dtype=np.bool_)
        for place, own in enumerate(self.players):
            columns[:, list(own)] = masks[:, place : place + 1]
        return np.asarray(np.where(columns, self.case, self.background[which]))


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is known so far, in the unit of the model's answer.

    `amounts` and `half_width` are (players,): each true amount lies within `half_width` of its estimate with 95 %
    certainty; infinite while nothing is known of its spread. `base` is the answer for a typical case: the
    mean over the `typical` rows that took part. `amounts` sum to `case_answer - base`. While it `is_first`, the ranges
    say how much the typical rows that took part differ, and others may still join.
    """

    amounts: Vector
    half_width: Vector
    base: float
    typical: int
    pairs: int
    is_exact: bool = False
    is_first: bool = False

    @property
    def can_be_shown(self) -> bool:
        """Whether it is known how sure the amounts are."""
        return bool(np.isfinite(self.half_width).all())

    @property
    def is_narrow(self) -> bool:
        """Whether more rows would hardly change what a reader sees: every interval is narrow beside the range of the
        amounts, and it is clear which amounts are the largest, since those are named in words.

        Only true after whole rounds, so that it does not depend on how many rows went into a call.
        """
        if self.is_exact or self.is_first:
            return self.is_exact
        is_whole_round = self.pairs % self.typical == 0 and self.pairs >= FEWEST_PAIRS
        widest = float(self.half_width.max()) / max(
            float(np.ptp(np.append(self.amounts, 0.0))), TINY
        )
        return is_whole_round and (
            widest <= VERY_NARROW or (widest <= NARROW and self._are_named_clear())
        )

    def _are_named_clear(self) -> bool:
        order = np.argsort(-np.abs(self.amounts), kind="stable")
        named, others = order[:NAMED], order[NAMED:]
        sizes, half = np.abs(self.amounts), NAMED_MARGIN * self.half_width
        return bool((sizes + half)[others].max(initial=0.0) <= (sizes - half)[named].min())


def exact(score: Score, game: Game, room: Room) -> Iterator[Estimate]:
    """Shapley's formula (1953) over all coalitions. Yields after a few typical rows, then after each; the last estimate is
    exact.

    Ends early where `room` leaves too few rows for the next typical row.
    """
    players, typical = len(game.players), len(game.background)
    masks = _all_coalitions(players)
    inner = masks[1:-1]
    amounts_by_row = np.empty((0, players))
    while (done := len(amounts_by_row)) < typical:
        affordable = int(min(room() // max(len(inner), 1), typical))
        if affordable < 1:
            return
        part = np.arange(done, min(done + min(max(FEWEST_ROWS - done, 1), affordable), typical))
        scores = score(game.mixed(np.tile(inner, (len(part), 1)), np.repeat(part, len(inner))))
        for which, own in zip(part, scores.reshape(len(part), len(inner)), strict=True):
            values = np.concatenate([[game.background_answers[which]], own, [game.case_answer]])
            amounts_by_row = np.vstack([amounts_by_row, _shapley_formula(masks, values)])
        yield _mean_of_exact(game, amounts_by_row)


def _mean_of_exact(game: Game, amounts_by_row: Matrix) -> Estimate:
    """The estimate where the amounts against the first typical rows are exact."""
    done, players = amounts_by_row.shape
    taken = float(game.weights[:done].sum())
    weights = game.weights[:done] / taken
    is_exact = done == len(game.background)
    return Estimate(
        amounts=np.asarray(weights @ amounts_by_row),
        half_width=(
            np.zeros(players) if is_exact else between_rows(amounts_by_row, weights, 1 - taken)
        ),
        base=float(weights @ game.background_answers[:done]),
        typical=done,
        pairs=done,
        is_exact=is_exact,
        is_first=not is_exact,
    )


def steady(answers: Vector) -> Vector:
    """The answers without their last bits, which may be others when a model is asked about the same row among others: the
    same question gets the same amounts."""
    mantissa, exponent = np.frexp(answers)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, STEADY_BITS)), exponent - STEADY_BITS))


def between_rows(amounts: Matrix, weights: Vector, left: float = 1.0) -> Vector:
    """Half of the t-interval of the weighted mean of `amounts` (typical rows, players), by how much the rows differ;
    infinite with one or two rows, which may agree by chance.

    `left` is the share of all typical rows that took no part yet: where the amounts of each row are exact, the others
    alone are unknown (finite population correction).
    """
    rows, players = amounts.shape
    if rows < FEWEST_ROWS:
        return np.full(players, math.inf)
    alike = 1 / float((weights**2).sum())  # so many rows of one weight would be as good (Kish 1965)
    squares = (amounts - weights @ amounts) ** 2
    variance = weights @ squares * alike / max(alike - 1, TINY)
    freedom = max(int(alike + 0.5) - 1, 1)
    return np.asarray(quantile(freedom) * np.sqrt(variance / alike * max(left, 0.0)))


def quantile(freedom: int) -> float:
    """Student's t for a two-sided 95 % interval (Abramowitz and Stegun 1964, 26.7.5)."""
    if freedom < len(T_FEW):
        return T_FEW[freedom]
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3


def _all_coalitions(players: int) -> Masks:
    codes = np.arange(2**players)
    return np.asarray((codes[:, None] >> np.arange(players)) & 1, dtype=np.bool_)


def _shapley_formula(masks: Masks, values: Vector) -> Vector:
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
