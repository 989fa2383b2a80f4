"""Whether a rate is worse than its baseline, asked anew every day, with at most 5 % false alarms in 90 days.

A bet against "the share of right answers is at least p0" (Shafer, 2021; Waudby-Smith and Ramdas, 2024): for an alternative
q < p0, the product of (q/p0) for each right and (1-q)/(1-p0) for each wrong answer is a supermartingale with mean at most 1
whenever the share is p0 or better. A mean of such products is one as well: over alternatives that multiply the odds of an
error by 2 and by 4, and over the day on which the change may have come, each of 90 with the same weight (the weighted
e-detectors of Shin, Ramdas and Rinaldo, 2023, kept an e-process by weights that add up to 1). By Ville's inequality (1939) it
ever reaches 20 with a chance of at most 1 in 20.

A baseline that is itself estimated is taken `SHRINK` standard errors lower: else an estimate that is lucky would become an
alarm. By simulation (tests/health/test_alarms.py) 500 labels give 3 % false alarms then; without it they give 9 %. Fewer labels give
more: 200 give 4 %, 100 give 6 %, and the 50 of a model of which nobody has accepted a baseline 9.5 % (health/alarms/simulated.json).

Each judged drawn case counts as one, also where the accuracy weighs versions and rows of files by their answers: a weight above 1
would make no supermartingale. But each label is a bet against the share of its own version, where the baseline has enough labels of
that (`watch_each`): the product is a supermartingale whenever no version is worse than it was, whichever of them is checked. One that
is new is held against all of the baseline. By simulation (`python -m benchmarks.health_alarms`), with two versions of 95 and 85 % and a
baseline of 100 labels each: where all checks are of the worse one from a day on it fires falsely in 5 of 100 lives, and in 45 with all
labels held against one share; where both become worse by 10 points it takes 12 days instead of 11. With 25 labels each it is false in 9
instead of 29, and takes 57 days instead of 30.

So it tells of a version that became worse, or of a new one that is; where one that was worse already gets more of what is asked, the
accuracy shows it and no alarm does. Where rows of a file are checked more than before, or nobody checks any more while people go on
to report errors, it may still tell of a fall that the accuracy does not show. Requests that fail are all known: nothing is drawn or
weighed, and a row of a file is one of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HORIZON = 90
THRESHOLD = 20.0
ODDS = (2.0, 4.0)
SHRINK = 0.8
# A share of 1 would make the first error an alarm.
_MOST = 0.999
# The exponential of more is no number.
_MOST_GAIN = 700.0

Day = tuple[int, int]
# The right and the wrong labels of a day that are held against one share, and that share.
Part = tuple[int, int, float]


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


def baseline(right: float, n: float) -> float:
    """The share that is held against new labels, from `right` of `n` labels: shrunk, with half a case of each kind added
    (Jeffreys) so that 60 of 60 are not taken for certainty."""
    value = (right + 0.5) / (n + 1)
    return min(_MOST, max(0.001, value - SHRINK * math.sqrt(value * (1 - value) / (n + 1))))


def watch(days: Sequence[Day], share: float) -> Alarm:
    """The e-process over the (right, wrong) of each day, the oldest first, against a share of right answers.

    Of more than HORIZON days the last count. Raises ValueError for a share that is not between 0 and 1.
    """
    return watch_each([[(right, wrong, share)] for right, wrong in days])


def watch_each(days: Sequence[Sequence[Part]]) -> Alarm:
    """The same where the labels of a day are held against several shares, such as those of versions."""
    skipped = max(0, len(days) - HORIZON)
    gains = [_gains(parts) for parts in days[skipped:]]
    sums = [0.0] * len(ODDS)
    best, raised = 0.0, None
    for number, of_day in enumerate(gains):
        sums = [
            min((each + 1 / HORIZON) * math.exp(min(gain, _MOST_GAIN)), 1e300)
            for each, gain in zip(sums, of_day, strict=True)
        ]
        # What has not begun yet is still worth what was put on it.
        evidence = sum(sums) / len(sums) + (HORIZON - number - 1) / HORIZON
        best = max(best, evidence)
        if raised is None and evidence >= THRESHOLD:
            raised = skipped + number
    if raised is None:
        return Alarm(evidence=best, raised=None, began=None)
    return Alarm(evidence=best, raised=raised, began=skipped + _change(gains))


def _gains(parts: Sequence[Part]) -> list[float]:
    """The logarithm of what the labels of a day are worth to each alternative."""
    for _, _, share in parts:
        if not 0 < share < 1:
            raise ValueError(f"a baseline is between 0 and 1, not {share}")
    return [sum(_log_ratio(*part, _worse(part[2], odds)) for part in parts) for odds in ODDS]


def _worse(share: float, odds: float) -> float:
    """The share of right answers where the odds of an error are `odds` times those of the baseline."""
    return 1 / (1 + odds * (1 - share) / share)


def _log_ratio(right: int, wrong: int, share: float, other: float) -> float:
    return right * math.log(other / share) + wrong * math.log((1 - other) / (1 - share))


def _change(gains: Sequence[Sequence[float]]) -> int:
    """The day from which on the labels speak most against the baseline, by maximum likelihood."""
    totals = np.zeros(len(ODDS))
    best, began = -math.inf, 0
    for number in range(len(gains) - 1, -1, -1):
        totals += gains[number]
        if float(totals.max()) > best:
            best, began = float(totals.max()), number
    return began
