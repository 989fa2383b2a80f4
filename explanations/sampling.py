"""Shapley values from a model's answers alone: random orders walked both ways, with error bars.

A *player* is a column, or a group of columns that change together. A walk turns a typical row into the
case, player after player, and gives each the change of the answer that it brought: the amounts of every
single walk add up to the difference between the two answers. Walking the same order backwards as well
(antithetic pairs; Mitchell et al. 2022, "Sampling Permutations for Shapley Value Estimation", section 4)
cancels all that two players do together. A *round* is one pair for each typical row. Rounds are independent
of each other, so what they say of the same typical row differs by chance alone: Student's t-interval.
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
# What happens in few of all orders is not seen in some: no interval is thinner than this share of the range.
UNSEEN = 0.0025
SWAPS = 20


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
    certainty; infinite while a single round says nothing about its spread. `base` is the answer for a
    typical case: the mean over the `typical` rows that took part. `amounts` sum to `reached - base`.
    """

    amounts: Vector
    half: Vector
    base: float
    typical: int
    pairs: int
    is_exact: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether more rows would hardly change what is seen: every interval is a sliver of the range."""
        if self.is_exact:
            return True
        shown = np.append(self.amounts, 0.0)
        least = NARROW * float(np.ptp(shown))
        return self.pairs >= FEWEST_PAIRS and bool((self.half <= least).all())


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


def exact(score: Score, game: Game, room: Room) -> Iterator[Estimate]:
    """Shapley's formula (1953), term by term; yields after each typical row, the last one is exact."""
    players = len(game.players)
    masks = _all_masks(players)
    found = np.empty((0, players))
    for which in range(len(game.background)):
        if room() < len(masks) - 2:
            return
        inner = score(game.mixed(masks[1:-1], np.full(len(masks) - 2, which)))
        values = np.concatenate([[game.starts[which]], inner, [game.reached]])
        found = np.vstack([found, _shared_out(masks, values)])
        yield _estimate(game, found, is_exact=len(found) == len(game.background))


def sampled(score: Score, game: Game, room: Room, *, seed: int) -> Iterator[Estimate]:
    """Random orders, pair after pair; yields after each batch what is known by then.

    `room` says before each batch how many rows it may have; it ends when that is too few for a pair.
    The same seed gives the same orders, whatever the batches. Raises what `score` raises.
    """
    chance = np.random.default_rng(seed)
    found = np.empty((0, len(game.players)))
    while (pairs := int(min(room() // max(game.rows_a_pair, 1), 1e6))) > 0:
        ranks = np.array([chance.permutation(len(game.players)) for _ in range(pairs)])
        which = np.arange(len(found), len(found) + pairs) % len(game.background)
        found = np.vstack([found, _walked(score, game, ranks, which)])
        yield _estimate(game, found)


def quantile(freedom: int) -> float:
    """Student's t for a two-sided 95 % interval (Abramowitz and Stegun 1964, 26.7.5)."""
    if freedom < len(T_FEW):
        return T_FEW[freedom]
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3


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


def _walked(score: Score, game: Game, ranks: Indices, which: Indices) -> Matrix:
    """What each player brings in each pair of walks: (pairs, players)."""
    players, pairs = len(game.players), len(ranks)
    both = np.stack([ranks, players - 1 - ranks], axis=1)
    steps = np.arange(1, players)
    masks = both[:, :, None, :] < steps[:, None]
    rows = game.mixed(masks.reshape(-1, players), np.repeat(which, game.rows_a_pair))
    values = np.empty((pairs, 2, players + 1))
    values[:, :, 0] = game.starts[which, None]
    values[:, :, -1] = game.reached
    if game.rows_a_pair:
        values[:, :, 1:-1] = score(rows).reshape(pairs, 2, players - 1)
    return np.asarray(np.take_along_axis(np.diff(values), both, axis=2).mean(axis=1))


def _estimate(game: Game, found: Matrix, *, is_exact: bool = False) -> Estimate:
    """Whole rounds when there are any; else the typical rows that are done stand for all."""
    typical, players = game.background.shape[0], len(game.players)
    rounds, done = len(found) // typical, min(len(found), typical)
    weights = game.weights[:done] / game.weights[:done].sum()
    whole = found[: rounds * typical] if rounds else found
    split = whole.reshape(max(rounds, 1), done, players)
    amounts = np.asarray(weights @ split.mean(axis=0))
    unseen = UNSEEN * float(np.ptp(np.append(amounts, 0.0)))
    return Estimate(
        amounts=amounts,
        half=np.zeros(players) if is_exact else np.maximum(_half(split, weights), unseen),
        base=float(weights @ game.starts[:done]),
        typical=done,
        pairs=len(whole),
        is_exact=is_exact,
    )


def _half(split: np.ndarray[tuple[int, int, int], np.dtype[np.float64]], weights: Vector) -> Vector:
    """Half of the t-interval of a stratified mean: (rounds, typical rows, players) to (players,).

    Degrees of freedom by Satterthwaite (1946), rounded down.
    """
    rounds = len(split)
    if rounds < 2:
        return np.full(split.shape[2], math.inf)
    shares = weights[:, None] ** 2 * split.var(axis=0, ddof=1) / rounds
    total, squares = shares.sum(axis=0), (shares**2).sum(axis=0)
    freedom = (rounds - 1) * total**2 / np.where(squares > 0, squares, 1.0)
    return np.array(
        [quantile(max(int(df), 1)) * math.sqrt(t) for df, t in zip(freedom, total, strict=True)]
    )
