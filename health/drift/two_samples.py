"""Whether two samples of vectors come from one distribution: a classifier two-sample test.

A classifier learns on one half of both samples to tell them apart, and is tried on the other half (Lopez-Paz and Oquab, Revisiting
classifier two-sample tests, ICLR 2017). It is kernel ridge regression on the labels with a Gaussian kernel, as wide as the median
distance (Gretton et al., A kernel two-sample test, JMLR 2012, section 8), whose scores of the unseen half are compared by ranks
(Mann and Whitney, 1947, with the variance for ties). Each half learns once: p = min(1, 2 min(p1, p2)), after Bonferroni.

The ranks of unseen cases are as by chance without a change, whatever the classifier and the distribution are. Such a chance can be
as small as the levels over fields and days need; that of a permutation of the maximum mean discrepancy ends at 1/(permutations + 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from health.drift.distances import Floats
from health.estimates import Z_95

_SEED = 20_240_229
_RIDGE = 0.3


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How well two samples are told apart. `share` is in how many of all pairs, one of each sample, the classifier says rightly
    which is of the second (the area under its ROC curve): 0.5 by chance, 1 always. `scores` (m,) say how much each of the
    second sample is unlike the first, within its half."""

    share: float
    p: float
    scores: Floats


def told_apart(first: Floats, second: Floats) -> Apart:
    """Of samples (n, d) and (m, d) of finite numbers, at least four each. The same samples give the same result. Raises
    ValueError for fewer."""
    if min(len(first), len(second)) < 4:
        raise ValueError("too few to learn from one half and try on the other")
    random = np.random.default_rng(_SEED)
    vectors = np.vstack([first, second])
    is_second = np.arange(len(vectors)) >= len(first)
    in_half = np.concatenate([_halves(len(first), random), _halves(len(second), random)])
    kernel = _kernel(vectors)
    scores = np.zeros(len(vectors))
    shares, chances = [], []
    for learns in (in_half, ~in_half):
        scores[~learns] = _scores(kernel, is_second, learns)
        tried = scores[~learns]
        share, p = ranks(tried[~is_second[~learns]], tried[is_second[~learns]])
        shares.append(share)
        chances.append(p)
    return Apart(
        share=float(np.mean(shares)), p=min(1.0, 2 * min(chances)), scores=scores[len(first) :]
    )


def ranks(first: Floats, second: Floats) -> tuple[float, float]:
    """In which share of all pairs the number of the second sample (m,) is above that of the first (n,), ties by half; and the
    chance of so large a share without a difference (one-sided, normal approximation with continuity correction)."""
    n, m = len(first), len(second)
    both = np.concatenate([first, second])
    _, places, counts = np.unique(both, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    above = float(middle[places[n:]].sum()) - m * (m + 1) / 2
    ties = float((counts.astype(float) ** 3 - counts).sum())
    variance = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
    if variance <= 0:
        return 0.5, 1.0
    far = (above - n * m / 2 - 0.5) / math.sqrt(variance)
    return above / (n * m), float(ndtr(-far))


def interval(share: float, first: int, second: int) -> tuple[float, float]:
    """The 95 % interval of such a share of samples of so many: every share that is within 1.96 of its own standard errors of the one
    that was seen (Newcombe, Statistics in Medicine 25, 2006, part 2, method 5). Half of each sample is tried against half of
    the other, twice: that is as wide as all of them once."""
    return _end(share, 0.0, first, second), _end(share, 1.0, first, second)


def _end(share: float, beyond: float, first: int, second: int) -> float:
    """By halving between the share and what is surely beyond the interval."""
    inside = share
    for _ in range(40):
        middle = (inside + beyond) / 2
        is_inside = (share - middle) ** 2 <= Z_95**2 * _variance(middle, first, second)
        inside, beyond = (middle, beyond) if is_inside else (inside, middle)
    return inside


def _variance(share: float, first: int, second: int) -> float:
    """As Hanley and McNeil (1982) have it, with both samples as large as they are on average."""
    more = (first + second) / 2 - 1
    spread = 1 + more * ((1 - share) / (2 - share) + share / (1 + share))
    return share * (1 - share) * spread / (first * second)


def _halves(count: int, random: np.random.Generator) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = random.permutation(count) < count // 2
    return found


def _kernel(vectors: Floats) -> Floats:
    """Gaussian, as wide as the median distance of different vectors."""
    lengths = (vectors**2).sum(axis=1)
    squares = np.maximum(lengths[:, None] + lengths[None, :] - 2.0 * vectors @ vectors.T, 0.0)
    different = squares[squares > 1e-12]
    width = float(np.median(different)) if len(different) else 1.0
    found: Floats = np.exp(-squares / width)
    return found


def _scores(kernel: Floats, is_second: NDArray[np.bool_], learns: NDArray[np.bool_]) -> Floats:
    """How much each vector that does not learn looks like the second sample. Both samples weigh the same."""
    is_one = is_second[learns]
    labels = np.where(is_one, 1.0 / is_one.mean(), -1.0 / (~is_one).mean())
    inside = kernel[np.ix_(learns, learns)] + _RIDGE * np.eye(int(learns.sum()))
    found = kernel[np.ix_(~learns, learns)] @ np.linalg.solve(inside, labels)
    # The same vectors have the same score: the last digits depend on where they stand.
    rounded: Floats = np.round(found, 9)
    return rounded
