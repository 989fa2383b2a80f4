"""Rates with intervals, and an accuracy that survives people reporting mostly what is wrong.

The share of thumbs that are up is not the accuracy: a wrong answer is reported several times more
often than a right one. But every case was drawn for audit, or not, by a logged lottery before
anybody saw its answer. So the drawn cases are a fair sample of all cases, and only they carry the
estimate. They are in two strata, because silence is not equally likely in both:

    spoken   drawn, and somebody spoke without being asked: judged by definition, weight 1/p
    asked    the other drawn cases, of which a share r was judged when asked: weight 1/(p r)

    accuracy = sum(w y) / sum(w),   n_eff = sum(w)^2 / sum(w^2)

(the Hajek ratio of Horvitz-Thompson sums, 1952 and 1971, with weighting-class adjustment for those
who did not reply; Kish's effective sample size, 1965), and Wilson's interval (1927) on n_eff.

Cases that were not drawn but judged all the same cannot be averaged in: their selection depends on
the answer. They are facts, though: with R cases known to be right and W known to be wrong among N,
the accuracy on these N is not below R/N and not above 1 - W/N. The value stays within that, and the
interval within Wilson's limits around it. When every case has been judged there is nothing left to
estimate but the model behind the cases: Wilson's interval on all N.

Assumption: within the stratum `asked`, whether a case was judged does not depend on its answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

Z_95 = 1.959963984540054
MINIMUM_AUDITED = 10
NOT_ENOUGH = "not enough evidence"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A share `value` = count / n with its 95 % interval. Without cases nothing is known: [0, 1]."""

    count: int
    n: int
    value: float | None
    low: float
    high: float

    def __str__(self) -> str:
        if self.value is None:
            return f"{NOT_ENOUGH} (n=0)"
        return f"{self.value:.2f} [{self.low:.2f}–{self.high:.2f}] n={self.n:,}"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An accuracy with its 95 % interval: from `n` judged cases, for `of` answered cases.

    `drawn` of these were drawn for audit. `enough` is false below the minimum of evidence; then there is no
    value and no interval.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    of: int
    drawn: int
    enough: bool
    # How many equally weighted cases would say as much; 0 where it is not known.
    effective: float = 0.0

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.n:,} of {self.drawn:,} drawn cases judged so far"
        interval = f"[{self.low:.2f}–{self.high:.2f}]"
        return f"{self.value:.2f} {interval} n={self.n:,} of {self.of:,}"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Answered cases that are alike: same audit probability, same lottery, same verdict or none."""

    probability: float
    is_audited: bool
    is_volunteered: bool
    is_right: bool | None
    cases: int


def wilson(share: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval for a share seen in n (effective) cases; always within [0, 1]."""
    if n <= 0:
        return 0.0, 1.0
    centre = (n * share + z * z / 2) / (n + z * z)
    half = z * math.sqrt(n * share * (1 - share) + z * z / 4) / (n + z * z)
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def rate(count: int, n: int) -> Rate:
    """A share of cases with its interval."""
    value = count / n if n else None
    low, high = wilson(value or 0.0, n)
    return Rate(count=count, n=n, value=value, low=low, high=high)


def accuracy(groups: Iterable[Group]) -> Estimate:
    """The accuracy on all answered cases that had a chance of being audited."""
    answered = list(groups)
    if len(_judged(answered)) == len(answered) and _cases(answered) >= MINIMUM_AUDITED:
        return _counted(answered)
    eligible = [group for group in answered if group.probability > 0]
    drawn = [group for group in eligible if group.is_audited]
    unknown = Estimate(
        value=None,
        low=None,
        high=None,
        n=_cases(_judged(drawn)),
        of=_cases(eligible),
        drawn=_cases(drawn),
        enough=False,
    )
    if not _is_enough(drawn):
        return unknown
    share, effective = _weighted(drawn)
    value, low, high = _within_the_known(share, effective, eligible)
    return replace(unknown, value=value, low=low, high=high, enough=True, effective=effective)


def naive(groups: Iterable[Group]) -> float | None:
    """The share of thumbs that are up. Only to show why it is not the headline."""
    judged = _judged(groups)
    return _share_right(judged) if judged else None


def weights(groups: Iterable[Group]) -> list[tuple[float, Group]]:
    """Each drawn group with how many cases one of it stands for: 1/p where somebody spoke unasked, else 1/(p r)."""
    drawn = [group for group in groups if group.is_audited and group.probability > 0]
    reply = reply_rate(drawn)
    return [(_weight(group, reply), group) for group in drawn if reply or group.is_volunteered]


def weight_of_each(groups: Iterable[Group]) -> dict[tuple[float, bool], float]:
    """For how many cases a drawn one stands, by its audit probability and whether somebody spoke of it unasked."""
    return {(g.probability, g.is_volunteered): weight for weight, g in weights(groups)}


def reply_rate(groups: Iterable[Group]) -> float:
    """The share of the drawn cases of the stratum `asked` that was judged; 1 where nobody had to be asked."""
    asked = [group for group in groups if group.is_audited and not group.is_volunteered]
    return _cases(_judged(asked)) / _cases(asked) if asked else 1.0


def _counted(groups: Sequence[Group]) -> Estimate:
    """Every case was judged: no sample, no weights."""
    n = _cases(groups)
    value = _share_right(groups)
    low, high = wilson(value, n)
    drawn = _cases([group for group in groups if group.is_audited])
    return Estimate(value=value, low=low, high=high, n=n, of=n, drawn=drawn, enough=True)


def _is_enough(drawn: Sequence[Group]) -> bool:
    """Whether enough of those that were asked have been judged, or nothing is left to ask."""
    judged, asked = _judged(drawn), [group for group in drawn if not group.is_volunteered]
    if _cases(judged) < MINIMUM_AUDITED:
        return False
    heard = _cases(_judged(asked))
    return heard >= MINIMUM_AUDITED or heard == _cases(asked)


def _weighted(drawn: Sequence[Group]) -> tuple[float, float]:
    """The weighted share of right answers among drawn cases and its effective sample size."""
    reply = reply_rate(drawn)
    weighted = [(_weight(group, reply), group) for group in _judged(drawn)]
    total = math.fsum(weight * group.cases for weight, group in weighted)
    right = math.fsum(weight * group.cases for weight, group in weighted if group.is_right)
    squares = math.fsum(weight * weight * group.cases for weight, group in weighted)
    return min(right / total, 1.0), total * total / squares


def _weight(group: Group, reply: float) -> float:
    return 1 / group.probability / (1.0 if group.is_volunteered else reply)


def _within_the_known(
    value: float, effective: float, groups: Sequence[Group]
) -> tuple[float, float, float]:
    """The value and its interval, corrected by what is known for certain of all cases."""
    n = _cases(groups)
    floor = sum(group.cases for group in groups if group.is_right) / n
    ceiling = 1 - sum(group.cases for group in groups if group.is_right is False) / n
    lowest, highest = wilson(floor, n)[0], wilson(ceiling, n)[1]
    low, high = (_clamp(end, lowest, highest) for end in wilson(value, effective))
    value = _clamp(value, floor, ceiling)
    return value, min(low, value), max(high, value)


def _share_right(judged: Sequence[Group]) -> float:
    return sum(group.cases for group in judged if group.is_right) / _cases(judged)


def _judged(groups: Iterable[Group]) -> list[Group]:
    return [group for group in groups if group.is_right is not None]


def _cases(groups: Iterable[Group]) -> int:
    return sum(group.cases for group in groups)


def _clamp(value: float, floor: float, ceiling: float) -> float:
    return min(max(value, floor), ceiling)
