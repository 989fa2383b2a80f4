"""What can be foretold of a walk, from the answers so far: less is then left to chance.

Many models add up their fields and bend the sum, so that it stays a probability or above zero (logistic, Poisson
and gamma regression, most networks and boosted classifiers in part). Such a model is fitted to the rows that were
answered; walking through it costs no rows, so that its amounts are known from far more orders than could be asked
for. What it gains in the walked orders over that mean was chance and is taken off, as far as it goes with what the
walks themselves showed (control variates; Witter et al. 2025, "Regression-adjusted Monte Carlo Estimators for
Shapley Values"). The walks from one half of the typical rows are foretold by a fit to those from the other half,
so that the amounts stay unbiased.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explanations.coding import UNKNOWN, Coding
from explanations.shapley.sampling import Game, Indices, Matrix, Vector

Link = Literal["logit", "log"]
Values = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
Ranks = np.ndarray[tuple[int, int, int], np.dtype[np.intp]]

# Orders walked through the fit for each order that was asked for: its own chance is then a fourteenth.
ORDERS = 200
STEPS = 12
CLOSE = 1e-3
RIDGE = 0.01
LEAST = 1e-6
STEEPEST = 30.0
# Fitting more columns than this takes longer than it is worth.
MOST_COLUMNS = 400
# Less than this share of the chance in the walks is not worth taking off.
WORTH = 0.2


@dataclass(frozen=True, kw_only=True)
class Walks:
    """Pairs of walks: `which` typical row each began at, the `ranks` of the players forwards and backwards
    (pairs, 2, players), and the answers on the way (pairs, 2, players + 1)."""

    which: Indices
    ranks: Ranks
    values: Values

    @classmethod
    def none(cls, players: int) -> Walks:
        return cls(
            which=np.empty(0, dtype=np.intp),
            ranks=np.empty((0, 2, players), dtype=np.intp),
            values=np.empty((0, 2, players + 1)),
        )

    def and_then(self, more: Walks) -> Walks:
        """These walks and some more."""
        return Walks(
            which=np.concatenate([self.which, more.which]),
            ranks=np.concatenate([self.ranks, more.ranks]),
            values=np.concatenate([self.values, more.values]),
        )

    def some(self, chosen: Indices) -> Walks:
        """The chosen ones of these walks."""
        return Walks(which=self.which[chosen], ranks=self.ranks[chosen], values=self.values[chosen])

    @property
    def amounts(self) -> Matrix:
        """What each player brings in each pair of walks: (pairs, players)."""
        return _gains(self.values, self.ranks)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The same rows as numbers that can be added up: a category is a column for each choice.

    `case` is (facts,), `typical` (typical rows, facts); `owners` says which player each fact belongs to.
    """

    case: Vector
    typical: Matrix
    owners: Indices

    @classmethod
    def of(cls, coding: Coding, game: Game) -> Facts:
        """What is behind the codes of a game: numbers as such, unknown and other values as yes or no."""
        owner = {column: place for place, own in enumerate(game.players) for column in own}
        codes = np.vstack([game.case, game.background]).astype(int)
        parts, owners = [], []
        for column, table in enumerate(coding.tables.values()):
            facts = _facts(table, codes[:, column])
            parts.append(facts)
            owners += [owner[column]] * facts.shape[1]
        all_facts = np.hstack(parts)
        away = np.sqrt(((all_facts - all_facts[0]) ** 2).mean(axis=0))
        all_facts = (all_facts - all_facts[0]) / np.where(away > 0, away, 1.0)
        return cls(case=all_facts[0], typical=all_facts[1:], owners=np.array(owners))

    def along(self, walks: Walks) -> Matrix:
        """The facts of every row on the way of these walks, ends left out."""
        inner = np.arange(1, walks.ranks.shape[2])
        masks = walks.ranks[:, :, None, self.owners] < inner[:, None]
        rows = np.where(masks, self.case, self.typical[walks.which][:, None, None, :])
        return np.asarray(rows.reshape(-1, len(self.owners)))


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A sum of facts, bent by the inverse of a link: where each typical row starts and what each player adds."""

    link: Link
    starts: Vector
    adds: Matrix

    @classmethod
    def to(cls, link: Link, game: Game, facts: Facts, walks: Walks) -> Fit:
        """Fitted to all answers on the way of these walks, and to those at their ends."""
        rows = np.vstack([facts.along(walks), facts.typical, facts.case[None]])
        answers = np.concatenate([walks.values[:, :, 1:-1].ravel(), game.starts, [game.reached]])
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
        return _gains(bent, ranks)


def adjusted(game: Game, walks: Walks, facts: Facts, *, seed: int) -> Matrix:
    """The amounts of the pairs of walks, less what was chance as far as can be foretold: (pairs, players).

    Every typical row has two pairs or more. Each pair still adds up to what it did.
    """
    amounts, link = walks.amounts, _link(walks.values)
    if link is None or len(facts.owners) > MOST_COLUMNS or len(game.background) < 2:
        return amounts
    chance = np.random.default_rng([seed, 1])
    by_chance = np.zeros_like(amounts)
    halves = walks.which % 2
    for half in (0, 1):
        unseen = walks.some(np.flatnonzero(halves == half))
        fit = Fit.to(link, game, facts, walks.some(np.flatnonzero(halves != half)))
        by_chance[halves == half] = fit.amounts(unseen.which, unseen.ranks) - _mean_amounts(
            fit, unseen.which, chance
        )
    return np.asarray(amounts - _share(game, walks.which, amounts, by_chance) * by_chance)


def _gains(values: Values, ranks: Ranks) -> Matrix:
    return np.asarray(np.take_along_axis(np.diff(values), ranks, axis=2).mean(axis=1))


def _facts(table: tuple[object, ...], codes: Indices) -> Matrix:
    if table and all(isinstance(value, int | float) for value in table):
        numbers = np.array([float(value) for value in table])  # type: ignore[arg-type]
        is_unknown = codes == UNKNOWN
        return np.column_stack([np.where(is_unknown, numbers.mean(), numbers[codes]), is_unknown])
    return np.asarray(codes[:, None] == np.arange(UNKNOWN, len(table)), dtype=np.float64)


def _link(values: Values) -> Link | None:
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


def _mean_amounts(fit: Fit, which: Indices, chance: np.random.Generator) -> Matrix:
    """What the fit gives each player over many orders: (pairs, players)."""
    players = fit.adds.shape[1]
    many = np.repeat(which, ORDERS)
    ranks = chance.random((len(many), players)).argsort(axis=1)
    both = np.stack([ranks, players - 1 - ranks], axis=1)
    found = fit.amounts(many, both).reshape(len(which), ORDERS, players)
    return np.asarray(found.mean(axis=1))


def _share(game: Game, which: Indices, amounts: Matrix, by_chance: Matrix) -> float:
    """How much of what was foretold shows in the walks, by least squares within typical rows; from 0 to 1.

    None where that is hardly anything: fields that do nothing would be given something.
    """
    told, shown = (_apart(game, which, each) for each in (by_chance, amounts))
    both, size = float((told * shown).sum()), float((told * told).sum())
    if both <= 0 or both**2 < WORTH * size * float((shown * shown).sum()):
        return 0.0
    return min(both / size, 1.0)


def _apart(game: Game, which: Indices, amounts: Matrix) -> Matrix:
    sums = np.zeros((len(game.background), amounts.shape[1]))
    np.add.at(sums, which, amounts)
    means = sums / np.bincount(which, minlength=len(sums))[:, None]
    return np.asarray((amounts - means[which]) * game.weights[which, None])
