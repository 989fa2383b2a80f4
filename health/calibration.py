"""Whether a probability means what it says: of the answers at 80 %, about 80 % should be right.

Reliability in bins of equal width (DeGroot and Fienberg, 1983), the expected calibration error ECE = sum(w_b |right_b -
said_b|) over the bins (Naeini et al., 2015; Guo et al., 2017) and the Brier score (1950). With few cases an ECE is never 0,
not even where every probability is true: `by_chance` is its 95th percentile for such a model on the same probabilities, by
consistency resampling (Broecker and Smith, 2007). Below it nothing speaks against the probabilities; that they are off is said above
it where the interval does not reach down to 0, else that there are too few cases to tell.

Its 95 % interval is by the delta method (Casella and Berger, 2002, 5.5.4): as long as no bin changes the sign s_b of its gap, the ECE
is the weighted mean of s_b (right - said) over the cases, which has Student's interval on the linearised variance like any other mean
(health/weighted.py). Where gaps are so small that they could be of either sign, an ECE is rather too large, and so is its interval:
that is what `by_chance` is for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from health.weighted import Floats, Mean, Share, mean, share

BINS = 10
# Of fewer cases the interval says nothing: all of them may be wrong, or none.
LEAST = 10
_DRAWS = 400
_SEED = 7


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Answers whose probability is from `low` to `high`: what was said on average, and the share that is right."""

    low: float
    high: float
    said: float
    right: Share


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Reliability of the probability of the answer given, of `n` judged cases. `ece`, with its interval from `low` to `high`, and
    `brier` are None without any."""

    bins: tuple[Bin, ...]
    ece: float | None
    by_chance: float | None
    brier: float | None
    n: int
    low: float = 0.0
    high: float = 1.0

    @property
    def is_beyond(self) -> bool:
        """Whether these cases are further off than chance alone would have them, be it by a little."""
        return self.ece is not None and self.by_chance is not None and self.ece > self.by_chance

    @property
    def is_off(self) -> bool:
        """Whether they are further off than chance explains, and the interval does not reach down to 0: one wrong answer among few,
        of which all were as good as certain, is beyond what chance has and yet says little."""
        return self.is_beyond and self.low > 0


def calibration(probabilities: ArrayLike, right: ArrayLike, weights: ArrayLike) -> Calibration:
    """Reliability of probabilities (n,) of the answers given, which are right or not (n,), with weights (n,).

    What is no probability is left out.
    """
    said = np.asarray(probabilities, dtype=float)
    is_right, weight = np.asarray(right, dtype=bool), np.asarray(weights, dtype=float)
    fits = np.isfinite(said) & (said >= 0) & (said <= 1) & (weight > 0)
    said, is_right, weight = said[fits], is_right[fits], weight[fits]
    if not len(said):
        return Calibration(bins=(), ece=None, by_chance=None, brier=None, n=0)
    weight = weight / weight.sum()
    ends = _interval(said, is_right, weight)
    is_enough = len(said) >= LEAST
    return Calibration(
        bins=_bins(said, is_right, weight),
        ece=_ece(said, is_right, weight),
        by_chance=_by_chance(said, weight),
        brier=float(np.sum(weight * (said - is_right) ** 2)),
        n=len(said),
        low=max(0.0, ends.low) if is_enough else 0.0,
        high=min(1.0, ends.high) if is_enough else 1.0,
    )


def _places(said: Floats) -> NDArray[np.int64]:
    """The bin of each probability; 1 is in the last."""
    return np.minimum((said * BINS).astype(np.int64), BINS - 1)


def _bins(said: Floats, right: NDArray[np.bool_], weight: Floats) -> tuple[Bin, ...]:
    places = _places(said)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            said=float(np.average(said[places == place], weights=weight[places == place])),
            right=share(right[places == place], weight[places == place]),
        )
        for place in np.unique(places)
    )


def _ece(said: Floats, right: NDArray[np.bool_], weight: Floats) -> float:
    """Each bin's weight times its gap is the size of its sum of weighted gaps."""
    gaps = np.bincount(_places(said), weights=weight * (right - said), minlength=BINS)
    return float(np.sum(np.abs(gaps)))


def _interval(said: Floats, right: NDArray[np.bool_], weight: Floats) -> Mean:
    """The ECE as a mean: each case counts by how far its bin is off, in the direction in which that is."""
    places = _places(said)
    gaps = np.bincount(places, weights=weight * (right - said), minlength=BINS)
    return mean(np.where(gaps[places] < 0, -1.0, 1.0) * (right - said), weight)


def _by_chance(said: Floats, weight: Floats) -> float:
    random = np.random.default_rng(_SEED)
    drawn = [_ece(said, random.random(len(said)) < said, weight) for _ in range(_DRAWS)]
    return float(np.percentile(drawn, 95))
