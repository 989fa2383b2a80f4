"""Whether a rate is worse than its baseline, asked anew every day, with at most 5 % false alarms in 90 days.

A bet against "the share of right answers is at least p0" (Shafer, 2021; Waudby-Smith and Ramdas, 2024): for an alternative
q < p0, the product of (q/p0) for each right and (1-q)/(1-p0) for each wrong answer is a supermartingale with mean at most 1
whenever the share is p0 or better. A mean of such products is one as well: over alternatives that multiply the odds of an
error by 2 and by 4, and over the day on which the change may have come, each of 90 with the same weight (the weighted
e-detectors of Shin, Ramdas and Rinaldo, 2023, kept an e-process by weights that add up to 1). By Ville's inequality (1939) it
ever reaches 20 with a chance of at most 1 in 20.

A baseline that is itself estimated is taken `SHRINK` standard errors lower: else an estimate that is lucky would become an
alarm. By simulation (tests/health/test_alarms.py) 500 labels give 3 % false alarms then; without it they give 9 %.

Each judged drawn case counts as one, also where the accuracy weighs versions and rows of files by their answers: a weight above 1
would make no supermartingale. So it is about the answers that are checked: where those of a worse version, or rows of a file,
are checked more than before, or nobody checks any more while people go on to report errors, it may tell of a fall that the
accuracy does not show. Requests that fail are all known: nothing is drawn or weighed, and a row of a file is one of them.
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
    if not 0 < share < 1:
        raise ValueError(f"a baseline is between 0 and 1, not {share}")
    skipped = max(0, len(days) - HORIZON)
    alternatives = [_worse(share, odds) for odds in ODDS]
    # The logarithm of what a right and a wrong answer are worth to each alternative.
    worth = [(math.log(q / share), math.log((1 - q) / (1 - share))) for q in alternatives]
    sums = [0.0] * len(ODDS)
    best, raised = 0.0, None
    for number, (right, wrong) in enumerate(days[skipped:]):
        sums = [
            min((each + 1 / HORIZON) * math.exp(min(right * hit + wrong * miss, _MOST_GAIN)), 1e300)
            for each, (hit, miss) in zip(sums, worth, strict=True)
        ]
        # What has not begun yet is still worth what was put on it.
        evidence = sum(sums) / len(sums) + (HORIZON - number - 1) / HORIZON
        best = max(best, evidence)
        if raised is None and evidence >= THRESHOLD:
            raised = skipped + number
    if raised is None:
        return Alarm(evidence=best, raised=None, began=None)
    return Alarm(evidence=best, raised=raised, began=_change(days, skipped, share))


def _worse(share: float, odds: float) -> float:
    """The share of right answers where the odds of an error are `odds` times those of the baseline."""
    return 1 / (1 + odds * (1 - share) / share)


def _log_ratio(right: int, wrong: int, share: float, other: float) -> float:
    return right * math.log(other / share) + wrong * math.log((1 - other) / (1 - share))


def _change(days: Sequence[Day], first: int, share: float) -> int:
    """The day from which on the labels speak most against the baseline, by maximum likelihood."""
    totals = np.zeros(len(ODDS))
    best, began = -math.inf, first
    for number in range(len(days) - 1, first - 1, -1):
        right, wrong = days[number]
        totals += [_log_ratio(right, wrong, share, _worse(share, odds)) for odds in ODDS]
        if float(totals.max()) > best:
            best, began = float(totals.max()), number
    return began
