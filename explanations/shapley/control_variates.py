"""Control variates: less Monte Carlo noise in sampled Shapley values, for the same number of rows.

A surrogate model is fitted to the answers. Its contributions are known both for the permutations that were drawn and
on average over all permutations; the difference is noise, and it is subtracted as far as it correlates with the
sampled contributions (Witter et al. 2025, "Regression-adjusted Monte Carlo Estimators for Shapley Values"). Each
half of the samples is adjusted by a fit to the other half (cross-fitting), so that the amounts stay unbiased.

There are two surrogates: a GLM, which is quick, and a Gaussian process, which takes up to a second and also covers
interactions between fields.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explanations.shapley import gaussian_process, glm
from explanations.shapley.game import TINY, Game, Indices, Matrix
from explanations.shapley.permutation_samples import Features, PermutationSamples

# Where the surrogates explain less than this share of the noise, nothing is subtracted.
MIN_EXPLAINED = 0.2
# Where the first surrogate explains more than this share, the slower one is not fitted.
ENOUGH_EXPLAINED = 0.98

Halves = np.ndarray[tuple[int], np.dtype[np.bool_]]
NoiseEstimate = Callable[[PermutationSamples, PermutationSamples], Matrix]


def adjusted(
    game: Game,
    samples: PermutationSamples,
    features: Features,
    *,
    seed: int,
    is_thorough: bool = False,
) -> Matrix:
    """The contributions of each pair of permutations, less the noise that a surrogate explains: (pairs, players).

    Every typical row must have two pairs or more. The sum over the players of a pair stays as it was. The slower
    surrogate is fitted only where `is_thorough`.
    """
    amounts, halves = samples.amounts, _halves(game, samples)
    noise, estimates = np.zeros_like(amounts), []
    if halves.any() and not halves.all():
        for noise_estimate in _noise_models(game, samples, features, seed, is_thorough=is_thorough):
            estimates.append(_cross_fitted(samples, halves, noise_estimate))
            noise, share = _regressed(game, samples.which, amounts, estimates)
            if share > ENOUGH_EXPLAINED:
                break
    return np.asarray(amounts - noise)


def _noise_models(
    game: Game, samples: PermutationSamples, features: Features, seed: int, *, is_thorough: bool
) -> list[NoiseEstimate]:
    count, link = len(features.owners), glm.link_of(samples.values)
    models: list[NoiseEstimate] = []
    if link and 0 < count <= glm.MOST_FEATURES:
        chance = np.random.default_rng([seed, 1])
        models.append(
            lambda known, unseen: glm.noise_estimate(game, features, known, unseen, link, chance)
        )
    if is_thorough and 0 < count <= gaussian_process.MOST_FEATURES and np.ptp(samples.values) > 0:
        models.append(
            lambda known, unseen: gaussian_process.noise_estimate(game, features, known, unseen)
        )
    return models


def _halves(game: Game, samples: PermutationSamples) -> Halves:
    """Which half each pair belongs to: (pairs,). Rotated permutations stay with the one that they were made from,
    so that the halves are independent."""
    pairs = np.bincount(samples.which, minlength=len(game.background))
    # The position of each pair among those of its typical row.
    order = np.argsort(samples.which, kind="stable")
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    return np.asarray((places // 2 + samples.which) % 2 == 1)


def _cross_fitted(
    samples: PermutationSamples, halves: Halves, noise_estimate: NoiseEstimate
) -> Matrix:
    noise = np.zeros((len(samples.which), samples.ranks.shape[2]))
    for half in (halves, ~halves):
        known, unseen = np.flatnonzero(~half), np.flatnonzero(half)
        noise[half] = noise_estimate(samples.subset(known), samples.subset(unseen))
    return noise


def _regressed(
    game: Game, which: Indices, amounts: Matrix, estimates: list[Matrix]
) -> tuple[Matrix, float]:
    """The noise to subtract: the estimates (each (pairs, players)) combined by least squares on the sampled
    deviations; and the share of their variance that this explains.

    Zero where that share is below MIN_EXPLAINED: fields without effect would get an amount.
    """
    shown = _deviations(game, which, amounts).ravel()
    parts = np.array([_deviations(game, which, each).ravel() for each in estimates])
    shares = np.linalg.lstsq(parts.T, shown, rcond=None)[0]
    explained = float(((shares @ parts) ** 2).sum()) / max(float((shown**2).sum()), TINY)
    if explained < MIN_EXPLAINED:
        return np.zeros_like(amounts), explained
    return np.asarray(np.tensordot(shares, np.array(estimates), axes=1)), explained


def _deviations(game: Game, which: Indices, amounts: Matrix) -> Matrix:
    """Deviation of each pair from the mean of its typical row, weighted as in the variance of the whole estimate:
    (pairs, players)."""
    pairs = np.bincount(which, minlength=len(game.background))
    sums = np.zeros((len(pairs), amounts.shape[1]))
    np.add.at(sums, which, amounts)
    means = sums / pairs[:, None]
    counts = game.weights / np.sqrt(pairs * (pairs - 1.0))
    return np.asarray((amounts - means[which]) * counts[which, None])
