"""Whether answers are right less often than they were, asked anew every day, with at most 5 % false alarms in 90 days.

A bet against "the share of right answers is at least p" (Shafer, 2021; Waudby-Smith and Ramdas, 2024): for an alternative
q < p, the product of q/p for each right and (1-q)/(1-p) for each wrong answer is a supermartingale with mean at most 1
whenever the share is p or better. A mean of such products is one as well: over alternatives that multiply the odds of an
error by 2 and by 4, and over the day on which the change may have come, each of 90 with the same weight (the weighted
e-detectors of Shin, Ramdas and Rinaldo, 2023, kept an e-process by weights that add up to 1). By Ville's inequality (1939) it
ever reaches 20 with a chance of at most 1 in 20. So `watch` holds requests that fail against what an objective promises.

The share of a baseline is known from some labels alone, and an estimate that is lucky must not become an alarm. So in
`watch_each` both sides bet without knowing it: they hold a Beta distribution of it, from Jeffreys' Beta(1/2, 1/2), the labels of
the baseline and all labels until the day on which the change may have come. The labels since then are worth their
beta-binomial probability after the change, over that without one:

    E = mean over days and odds of  B(a' + right, b' + wrong) / B(a', b')  /  [B(a + right, b + wrong) / B(a, b)]

with Beta(a, b) for the share until then and Beta(a', b') for that with more errors: its mean has the odds of an error
multiplied, and it is as wide in logits (delta method). This is the Bayes factor of a change (Kass and Raftery, 1995), as an
e-process (Grünwald, de Heide and Koolen, 2024). By the chain rule what is divided by is the probability of all labels
under one Beta-mixed share, whichever the day, so E is a martingale of mean 1 where nothing has changed, and reaches 20 in at most
1 of 20 such lives, of a baseline of any size, on the average over shares that Jeffreys' prior draws. For single shares,
sizes and rates of labels a simulation finds between 0 and 4 % (`python -m benchmarks.health_alarms`). With a baseline that is
very large it is the bet against a known share.

So labels after the baseline tell its share better, as long as nothing changes, and a model that got better for weeks and goes back may be
told to be worse: it is, than it was. It is not where the labels since the likeliest day of a change are right as often as the baseline:
then the evidence counts as 1 at most. That makes it smaller alone, and false alarms rarer.

Each judged drawn case counts as one, also where the accuracy weighs versions and rows of files by their answers: a weight above 1
would make no supermartingale. But the labels of each version are a bet of their own: each is held against its own share, where the
baseline has enough labels of it, and one that is new against all that was checked before it came. One half of E bets that all of them
fell, by the product; the other that each fell or not with the same chance, by the product of (1 + bet)/2, so that one that is as good
as ever does not hide another. So another mix of what is checked is no fall. It tells of a version that became worse, or of a new
one that is; where one that was worse already gets more of what is asked, the accuracy shows it and no alarm does. Where rows of a file are checked more than before, or nobody
checks any more while people go on to report errors, it may still tell of a fall that the accuracy does not show. Requests that
fail are all known: nothing is drawn or weighed, and a row of a file is one of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

HORIZON = 90
THRESHOLD = 20.0
ODDS = (2.0, 4.0)
# The exponential of more is no number.
_MOST_GAIN = 700.0
# Jeffreys' prior of a share.
_PRIOR = 0.5
_HALF = math.log(2.0)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Share = TypeVar("_Share", float, Floats)

# How many are right and wrong.
Day = tuple[int, int]
# The same of the labels of a day, by the version that they are of.
Labels = Mapping[str, Day]
_NONE: Labels = {}
_Labels = tuple[tuple[str, Day], ...]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`evidence` is the value of the e-process at its highest: 20 or more is an alarm. `raised` is the number of the day on
    which it first was, `began` that of the likeliest day of the change; None without an alarm."""

    evidence: float
    raised: int | None
    began: int | None

    @property
    def is_raised(self) -> bool:
        return self.raised is not None


def watch(days: Sequence[Day], share: float) -> Alarm:
    """The e-process over the (right, wrong) of each day, the oldest first, against a share of right answers that is known.

    Of more than HORIZON days the last count. Raises ValueError for a share that is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"a baseline is between 0 and 1, not {share}")
    since = _since(_counts(days[-HORIZON:]))
    worth = [
        (math.log(worse / share), math.log((1 - worse) / (1 - share)))
        for worse in (_worse(share, odds) for odds in ODDS)
    ]
    gains = np.array([since @ each for each in worth])
    return _alarm(gains, len(days), gains)


def watch_each(days: Sequence[Labels], every: Day, known: Labels = _NONE) -> Alarm:
    """The e-process over the labels of each day, the oldest first, against those of a baseline: `known` are the (right, wrong) of
    versions with enough of them there, and `every` is all of it, for versions without.

    Of more than HORIZON days the last count. Raises ValueError where `every` has no label.
    """
    if sum(every) < 1:
        raise ValueError("a baseline has one label at least")
    kept = tuple(tuple(sorted(day.items())) for day in days[-HORIZON:])
    return _watched(kept, len(days), every, tuple(sorted(known.items())))


# A page asks for all models again and again, and the labels of most are those of before: some milliseconds each.
@lru_cache(maxsize=1000)
def _watched(kept: tuple[_Labels, ...], count: int, every: Day, known_labels: _Labels) -> Alarm:
    known = dict(known_labels)
    by_version = [dict(day) for day in kept]
    labels = {
        version: _counts([day.get(version, (0, 0)) for day in by_version])
        for version in dict.fromkeys(version for day in by_version for version in day)
    }
    so_far = np.cumsum(sum(labels.values(), _counts([(0, 0)] * len(kept))), axis=0)
    shape = (len(ODDS), len(kept), len(kept))
    every_one, some, told = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    lacking = np.zeros(shape[1:])
    for version, found in labels.items():
        if not found.any():
            continue
        first = int(np.flatnonzero(found.any(axis=1))[0])
        pool = np.add(every, so_far[first - 1] if first else 0)
        since = _since(found)
        gains = _gains(found, since, known.get(version, pool))
        every_one += gains
        some += np.logaddexp(0.0, gains) - _HALF
        told += np.maximum(gains, 0.0)
        right, wrong = known.get(version, every)
        lacking += since.sum(axis=2) * (right / (right + wrong)) - since[..., 0]
    both = np.logaddexp(every_one, some) - _HALF
    return _alarm(both, count, told, lacking)


def _counts(days: Sequence[Day]) -> Ints:
    """(days, 2): how many are right and wrong."""
    return np.array(days, dtype=np.int64).reshape(-1, 2)


def _since(labels: Ints) -> Ints:
    """(days, days, 2): the labels from one day until and including another, none where that comes first."""
    upto = labels.cumsum(axis=0)
    found: Ints = np.maximum(upto[None] - (upto - labels)[:, None], 0)
    return found


def _gains(labels: Ints, since: Ints, reference: Any) -> Floats:
    """(odds, days, days): the logarithm of what the labels since a day are worth on another, for each of ODDS."""
    before = labels.cumsum(axis=0) - labels + np.asarray(reference) + _PRIOR
    changes, days = np.triu_indices(len(labels))
    right, wrong = before[changes].T
    more = since[changes, days].T
    same = _probability(right, wrong, *more)
    gains = np.zeros((len(ODDS), len(labels), len(labels)))
    for place, odds in enumerate(ODDS):
        gains[place, changes, days] = _probability(*_with_more_errors(right, wrong, odds), *more)
        gains[place, changes, days] -= same
    return gains


def _probability(a: Floats, b: Floats, right: Ints, wrong: Ints) -> Floats:
    """The logarithm of the beta-binomial probability, but for the number of orders."""
    return _log_beta(a + right, b + wrong) - _log_beta(a, b)


def _log_beta(a: Floats, b: Floats) -> Floats:
    """As scipy.special.betaln, several times as fast."""
    found: Floats = gammaln(a) + gammaln(b) - gammaln(a + b)
    return found


def _with_more_errors(a: Floats, b: Floats, odds: float) -> tuple[Floats, Floats]:
    """The Beta distribution of a share whose mean has the odds of an error multiplied, and that is as wide in logits."""
    share = a / (a + b)
    worse = _worse(share, odds)
    size = (a + b) * share * (1 - share) / (worse * (1 - worse))
    return size * worse, size * (1 - worse)


def _worse(share: _Share, odds: float) -> _Share:
    """The share of right answers where the odds of an error are `odds` times those of another."""
    return 1 / (1 + odds * (1 - share) / share)


def _alarm(gains: Floats, count: int, told: Floats, lacking: Floats | None = None) -> Alarm:
    """From the logarithms (odds, days, days) of what the labels since a day are worth on another; of `count` days these are the last.
    The likeliest day of a change is by what is `told` for one, and `lacking` by how many right answers they fall short of the baseline."""
    days = gains.shape[1]
    if not days:
        return Alarm(evidence=0.0, raised=None, began=None)
    worth = np.exp(np.minimum(gains, _MOST_GAIN)).mean(axis=0)
    # What has not begun yet is still worth what was put on it.
    evidence = (worth.sum(axis=0) + HORIZON - days) / HORIZON
    # By maximum likelihood; of days that are as likely the last, which has labels.
    changes = days - 1 - told.max(axis=0)[::-1].argmax(axis=0)
    if lacking is not None:
        is_worse = lacking[changes, np.arange(days)] > 0
        evidence = np.where(is_worse, evidence, np.minimum(evidence, 1.0))
    reached = np.flatnonzero(evidence >= THRESHOLD)
    best = float(evidence.max())
    if not len(reached):
        return Alarm(evidence=best, raised=None, began=None)
    skipped = count - days
    return Alarm(evidence=best, raised=skipped + int(reached[0]), began=skipped + int(changes[-1]))
