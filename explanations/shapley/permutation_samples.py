"""Sampled permutations with the answers along them, and the same rows as features for a surrogate model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explanations.encoder import UNKNOWN, Encoder
from explanations.shapley.game import Game, Indices, Matrix, Vector

Values = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
FeatureTensor = np.ndarray[tuple[int, int, int, int], np.dtype[np.float64]]
Ranks = np.ndarray[tuple[int, int, int], np.dtype[np.intp]]


@dataclass(frozen=True, kw_only=True)
class PermutationSamples:
    """Antithetic pairs of permutations: `which` typical row each starts from (pairs,), the `ranks` of the players
    forwards and backwards (pairs, 2, players), and the answers along them, `values` (pairs, 2, players + 1)."""

    which: Indices
    ranks: Ranks
    values: Values

    @classmethod
    def empty(cls, players: int) -> PermutationSamples:
        return cls(
            which=np.empty(0, dtype=np.intp),
            ranks=np.empty((0, 2, players), dtype=np.intp),
            values=np.empty((0, 2, players + 1)),
        )

    def extended(self, more: PermutationSamples) -> PermutationSamples:
        """These samples and some more."""
        return PermutationSamples(
            which=np.concatenate([self.which, more.which]),
            ranks=np.concatenate([self.ranks, more.ranks]),
            values=np.concatenate([self.values, more.values]),
        )

    def subset(self, chosen: Indices) -> PermutationSamples:
        """The pairs at these indices."""
        return PermutationSamples(
            which=self.which[chosen], ranks=self.ranks[chosen], values=self.values[chosen]
        )

    @property
    def amounts(self) -> Matrix:
        """The contribution of each player in each pair: (pairs, players)."""
        return contributions(self.values, self.ranks)


@dataclass(frozen=True, kw_only=True)
class Features:
    """The rows of a game as a design matrix: numbers standardised, categories one-hot, unknown as a column of 0 and 1.

    `case` is (features,), `typical` (typical rows, features); `owners` (features,) says which player each feature
    belongs to. Columns that are the same in all rows are left out. The case lies at zero.
    """

    case: Vector
    typical: Matrix
    owners: Indices

    @classmethod
    def of(cls, encoder: Encoder, game: Game) -> Features:
        """The features behind the codes of a game."""
        owner = {column: place for place, own in enumerate(game.players) for column in own}
        codes = np.vstack([game.case, game.background]).astype(int)
        parts, owners = [], []
        for column, table in enumerate(encoder.tables.values()):
            features = _features(table, codes[:, column])
            parts.append(features)
            owners += [owner[column]] * features.shape[1]
        all_features = np.hstack(parts)
        centred = all_features - all_features[0]
        scale = np.sqrt((centred**2).mean(axis=0))
        all_features = (centred / np.where(scale > 0, scale, 1.0))[:, scale > 0]
        owners_of = np.array(owners, dtype=np.intp)[scale > 0]
        return cls(case=all_features[0], typical=all_features[1:], owners=owners_of)

    def training_data(self, game: Game, samples: PermutationSamples) -> tuple[Matrix, Vector]:
        """Every row that was answered along these permutations, their ends included, and the answers:
        (rows, features) and (rows,)."""
        inner = self.along_permutations(samples)[:, :, 1:-1].reshape(-1, len(self.owners))
        rows = np.vstack([inner, self.typical, self.case[None]])
        return rows, np.concatenate(
            [samples.values[:, :, 1:-1].ravel(), game.background_answers, [game.case_answer]]
        )

    def along_permutations(self, samples: PermutationSamples) -> FeatureTensor:
        """The features of every row along these permutations: (pairs, 2, players + 1, features)."""
        steps = np.arange(samples.ranks.shape[2] + 1)
        masks = samples.ranks[:, :, None, self.owners] < steps[:, None]
        return np.where(masks, self.case, self.typical[samples.which][:, None, None, :])


def contributions(values: Values, ranks: Ranks) -> Matrix:
    """The contribution of each player, from the answers along each permutation, averaged over the two directions
    of a pair: (pairs, players)."""
    return np.asarray(np.take_along_axis(np.diff(values), ranks, axis=2).mean(axis=1))


def _features(table: tuple[object, ...], codes: Indices) -> Matrix:
    if table and all(isinstance(value, int | float) for value in table):
        numbers = np.array([float(value) for value in table])  # type: ignore[arg-type]
        is_unknown = codes == UNKNOWN
        return np.column_stack([np.where(is_unknown, numbers.mean(), numbers[codes]), is_unknown])
    return np.asarray(codes[:, None] == np.arange(UNKNOWN, len(table)), dtype=np.float64)
