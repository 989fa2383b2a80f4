"""What can be foretold of a walk, from the answers so far: less is then left to chance.

Models of a walk that are fitted to the answers know what they would gain in the walked orders and what over all
orders; the difference was chance and is taken off, as far as it goes with what the walks themselves showed (control
variates; Witter et al. 2025, "Regression-adjusted Monte Carlo Estimators for Shapley Values"). One half of the
walks is foretold by a fit to the other half, so that the amounts stay unbiased.

There are two such models: a bent sum, which is quick, and likeness, which takes up to a second and knows of what
fields do together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explanations.shapley import gaussian_process, glm
from explanations.shapley.game import TINY, Game, Indices, Matrix
from explanations.shapley.permutation_samples import Facts, PermutationSamples

# Less than this share of the chance in the walks is not worth taking off.
WORTH = 0.2
# More than this leaves so little that looking longer is not worth it.
ENOUGH = 0.98

Halves = np.ndarray[tuple[int], np.dtype[np.bool_]]
NoiseEstimate = Callable[[PermutationSamples, PermutationSamples], Matrix]


def adjusted(
    game: Game, walks: PermutationSamples, facts: Facts, *, seed: int, is_thorough: bool = False
) -> Matrix:
    """The amounts of the pairs of walks, less what was chance as far as can be foretold: (pairs, players).

    Every typical row has two pairs or more. Each pair still adds up to what it did. What takes longer is done
    only where it `is_thorough`.
    """
    amounts, halves = walks.amounts, _halves(game, walks)
    taken, told = np.zeros_like(amounts), []
    if halves.any() and not halves.all():
        for noise_estimate in _foretellers(game, walks, facts, seed, is_thorough=is_thorough):
            told.append(_crossed(walks, halves, noise_estimate))
            taken, share = _worth_taking(game, walks.which, amounts, told)
            if share > ENOUGH:
                break
    return np.asarray(amounts - taken)


def _foretellers(
    game: Game, walks: PermutationSamples, facts: Facts, seed: int, *, is_thorough: bool
) -> list[NoiseEstimate]:
    count, link = len(facts.owners), glm.link_of(walks.values)
    found: list[NoiseEstimate] = []
    if link and 0 < count <= glm.MOST_FACTS:
        chance = np.random.default_rng([seed, 1])
        found.append(
            lambda known, unseen: glm.noise_estimate(game, facts, known, unseen, link, chance)
        )
    if is_thorough and 0 < count <= gaussian_process.MOST_FACTS and np.ptp(walks.values) > 0:
        found.append(
            lambda known, unseen: gaussian_process.noise_estimate(game, facts, known, unseen)
        )
    return found


def _halves(game: Game, walks: PermutationSamples) -> Halves:
    """Two halves of the walks that know nothing of each other's orders."""
    pairs = np.bincount(walks.which, minlength=len(game.background))
    # The place of each pair among those of its typical row; couples of turned pairs stay together.
    order = np.argsort(walks.which, kind="stable")
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    return np.asarray((places // 2 + walks.which) % 2 == 1)


def _crossed(walks: PermutationSamples, halves: Halves, noise_estimate: NoiseEstimate) -> Matrix:
    found = np.zeros((len(walks.which), walks.ranks.shape[2]))
    for half in (halves, ~halves):
        known, unseen = np.flatnonzero(~half), np.flatnonzero(half)
        found[half] = noise_estimate(walks.some(known), walks.some(unseen))
    return found


def _worth_taking(
    game: Game, which: Indices, amounts: Matrix, told: list[Matrix]
) -> tuple[Matrix, float]:
    """How much of what was foretold shows in the walks, by least squares within typical rows; and the share of
    chance that it is.

    None where that is hardly anything: fields that do nothing would be given something.
    """
    shown = _apart(game, which, amounts).ravel()
    parts = np.array([_apart(game, which, each).ravel() for each in told])
    shares = np.linalg.lstsq(parts.T, shown, rcond=None)[0]
    explained = float(((shares @ parts) ** 2).sum()) / max(float((shown**2).sum()), TINY)
    if explained < WORTH:
        return np.zeros_like(amounts), explained
    return np.asarray(np.tensordot(shares, np.array(told), axes=1)), explained


def _apart(game: Game, which: Indices, amounts: Matrix) -> Matrix:
    """How far each pair is from the mean of its typical row, as it counts in the variance of the whole."""
    pairs = np.bincount(which, minlength=len(game.background))
    sums = np.zeros((len(pairs), amounts.shape[1]))
    np.add.at(sums, which, amounts)
    means = sums / pairs[:, None]
    counts = game.weights / np.sqrt(pairs * (pairs - 1.0))
    return np.asarray((amounts - means[which]) * counts[which, None])
