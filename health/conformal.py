"""Sets of answers, and intervals around numbers, that hold the right answer as often as they say.

Split conformal prediction (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; Lei et al., 2018): how far answers were from what is
right is known of checked cases; what is at most as far as nine in ten of them holds the right answer of nine in ten new
cases, however good the model is. A class is as far as its probability is below 1 (Sadinle, Lei and Wasserman, 2019), a number
as the size of its error.

Checked cases were drawn with chances of their own, so each stands for 1 / chance cases, and the new case for as many of its
own (weighted conformal prediction; Tibshirani, Foygel Barber, Candes and Ramdas, 2019):

    threshold = the smallest score q with  sum(w_i, score_i <= q) / (sum(w_i) + w_new) >= 0.9

With equal weights this is the ceil((n + 1) 0.9)-th of n scores, which is there from n = 9 on. Where the sum does not get so far,
nothing can be ruled out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from health.weighted import Floats, Share, share

CONFIDENCE = 0.9
# Below so many cases on each side nothing is said of how often earlier ones held later ones.
LEAST_HELD = 10


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How far the answers of checked cases were from what is right (n,), in rising order, and how many cases each stands for."""

    scores: Floats
    weights: Floats

    @property
    def n(self) -> int:
        """How many cases there are."""
        return len(self.scores)

    def threshold(self, weight: float, confidence: float = CONFIDENCE) -> float:
        """The score that a new case, which stands for `weight` cases, exceeds with a chance of at most 1 - confidence; infinite
        where there are too few scores to say."""
        if not self.n or not math.isfinite(weight):
            return math.inf
        reached = np.cumsum(self.weights) / (float(self.weights.sum()) + weight)
        # What is 0.9 but for rounding is 0.9.
        place = int(np.searchsorted(reached, confidence - 1e-12))
        return float(self.scores[place]) if place < self.n else math.inf


def scores_of(scores: ArrayLike, weights: ArrayLike) -> Scores:
    """The scores (n,) with their weights (n,), in whichever order."""
    found, given = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    order = np.argsort(found, kind="stable")
    return Scores(scores=found[order], weights=given[order])


def label_set(probabilities: Mapping[str, float], threshold: float) -> tuple[str, ...]:
    """The classes that are not ruled out, the likeliest first: at least that one."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return tuple(
        label
        for place, (label, probability) in enumerate(ranked)
        if place == 0 or 1 - probability <= threshold + 1e-12
    )


def held(scores: ArrayLike, weights: ArrayLike, confidence: float = CONFIDENCE) -> Share | None:
    """The share of the later half of cases whose score is at most the threshold of the earlier half: scores and weights (n,)
    in the order of time. None with fewer than 2 * LEAST_HELD cases."""
    found, given = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    half = len(found) // 2
    if half < LEAST_HELD:
        return None
    before = scores_of(found[:half], given[:half])
    hits = [
        score <= before.threshold(weight, confidence)
        for score, weight in zip(found[half:], given[half:], strict=True)
    ]
    return share(hits, given[half:])
