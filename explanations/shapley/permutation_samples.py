"""Walks from typical rows to the case, what was answered on the way, and the same rows as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explanations.encoder import UNKNOWN, Encoder
from explanations.shapley.game import Game, Indices, Matrix, Vector

Values = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
Facts4 = np.ndarray[tuple[int, int, int, int], np.dtype[np.float64]]
Ranks = np.ndarray[tuple[int, int, int], np.dtype[np.intp]]


@dataclass(frozen=True, kw_only=True)
class PermutationSamples:
    """Pairs of walks: `which` typical row each began at, the `ranks` of the players forwards and backwards
    (pairs, 2, players), and the answers on the way (pairs, 2, players + 1)."""

    which: Indices
    ranks: Ranks
    values: Values

    @classmethod
    def none(cls, players: int) -> PermutationSamples:
        return cls(
            which=np.empty(0, dtype=np.intp),
            ranks=np.empty((0, 2, players), dtype=np.intp),
            values=np.empty((0, 2, players + 1)),
        )

    def and_then(self, more: PermutationSamples) -> PermutationSamples:
        """These walks and some more."""
        return PermutationSamples(
            which=np.concatenate([self.which, more.which]),
            ranks=np.concatenate([self.ranks, more.ranks]),
            values=np.concatenate([self.values, more.values]),
        )

    def some(self, chosen: Indices) -> PermutationSamples:
        """The chosen ones of these walks."""
        return PermutationSamples(
            which=self.which[chosen], ranks=self.ranks[chosen], values=self.values[chosen]
        )

    @property
    def amounts(self) -> Matrix:
        """What each player brings in each pair of walks: (pairs, players)."""
        return gains(self.values, self.ranks)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The same rows as numbers that can be added up: a category is a column for each choice.

    `case` is (facts,), `typical` (typical rows, facts); `owners` says which player each fact belongs to.
    What is the same in all rows is no fact. The case lies at zero.
    """

    case: Vector
    typical: Matrix
    owners: Indices

    @classmethod
    def of(cls, encoder: Encoder, game: Game) -> Facts:
        """What is behind the codes of a game: numbers as such, unknown and other values as yes or no."""
        owner = {column: place for place, own in enumerate(game.players) for column in own}
        codes = np.vstack([game.case, game.background]).astype(int)
        parts, owners = [], []
        for column, table in enumerate(encoder.tables.values()):
            facts = _facts(table, codes[:, column])
            parts.append(facts)
            owners += [owner[column]] * facts.shape[1]
        all_facts = np.hstack(parts)
        away = np.sqrt(((all_facts - all_facts[0]) ** 2).mean(axis=0))
        all_facts = ((all_facts - all_facts[0]) / np.where(away > 0, away, 1.0))[:, away > 0]
        owners_of = np.array(owners, dtype=np.intp)[away > 0]
        return cls(case=all_facts[0], typical=all_facts[1:], owners=owners_of)

    def known(self, game: Game, walks: PermutationSamples) -> tuple[Matrix, Vector]:
        """Every row that was answered, on the way of these walks or at an end of any, and the answers."""
        inner = self.along(walks)[:, :, 1:-1].reshape(-1, len(self.owners))
        rows = np.vstack([inner, self.typical, self.case[None]])
        return rows, np.concatenate([walks.values[:, :, 1:-1].ravel(), game.starts, [game.reached]])

    def along(self, walks: PermutationSamples) -> Facts4:
        """The facts of every row on the way of these walks: (pairs, 2, players + 1, facts)."""
        steps = np.arange(walks.ranks.shape[2] + 1)
        masks = walks.ranks[:, :, None, self.owners] < steps[:, None]
        return np.where(masks, self.case, self.typical[walks.which][:, None, None, :])


def gains(values: Values, ranks: Ranks) -> Matrix:
    """What each player brings in each pair of walks with these answers on the way: (pairs, players)."""
    return np.asarray(np.take_along_axis(np.diff(values), ranks, axis=2).mean(axis=1))


def _facts(table: tuple[object, ...], codes: Indices) -> Matrix:
    if table and all(isinstance(value, int | float) for value in table):
        numbers = np.array([float(value) for value in table])  # type: ignore[arg-type]
        is_unknown = codes == UNKNOWN
        return np.column_stack([np.where(is_unknown, numbers.mean(), numbers[codes]), is_unknown])
    return np.asarray(codes[:, None] == np.arange(UNKNOWN, len(table)), dtype=np.float64)
