"""Rates with intervals, and an accuracy that survives people reporting mostly what is wrong.

The share of thumbs that are up is not the accuracy: a wrong answer is reported several times more
often than a right one. But every case was drawn for audit, or not, by a logged lottery before
anybody saw its answer. So the drawn cases are a fair sample of all cases, and only they carry the
estimate. How often a drawn case is judged differs: people look at some versions more than at others,
and at rows of a file less than at what they asked themselves. So answers are in classes, one for each
version and for its rows of files. In each, drawn cases are in two strata, because silence is not
equally likely in both:

    spoken   drawn, and somebody spoke without being asked: judged by definition, weight 1/p
    asked    the other drawn cases, of which a share r was judged when asked: weight 1/(p r)

    accuracy of a class = sum(w y) / sum(w),   n_eff = sum(w)^2 / sum(w^2)

(the Hajek ratio of Horvitz-Thompson sums, 1952 and 1971, with weighting-class adjustment for those
who did not reply, Little and Rubin, 2002, 3.3; Kish's effective sample size, 1965). A class counts
with its share of the answers, which is known (post-stratification, Holt and Smith, 1979):

    accuracy = sum(N_c accuracy_c) / sum(N_c)

Its interval adds up those of the classes, Wilson's (1927) on n_eff, in squares (Newcombe, 1998,
method 10; Zou and Donner, 2008): with one class it is Wilson's. Classes with fewer than ten judged
cases have one interval together, on n_eff = sum(N_c)^2 / sum(N_c^2 / n_eff_c), each with its own reply
rate and its share of the answers. A class of which nobody replied is left out, and told: nothing is
known of it.

Cases that were not drawn but judged all the same cannot be averaged in: their selection depends on
the answer. They are facts, though: with R cases known to be right and W known to be wrong among N,
the accuracy on these N is not below R/N and not above 1 - W/N. The value stays within that, and the
interval within Wilson's limits around it. When every case has been judged there is nothing left to
estimate but the model behind the cases: Wilson's interval on all N.

Assumption: within the stratum `asked` of a class, whether a case was judged does not depend on its
answer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

Z_95 = 1.959963984540054
MINIMUM_AUDITED = 10
NOT_ENOUGH = "not enough evidence"
# Its version, whether it is a row of a file, its audit probability, and whether somebody spoke of it unasked.
WeightKey = tuple[str, bool, float, bool]


def share_words(value: float) -> str:
    """`94 %`; 100 and 0 are for what is exactly so."""
    if 0 < value < 0.005 or 0.995 <= value < 1:
        return f"{value * 100:.1f} %"
    return f"{value * 100:.0f} %"


def _ends_words(low: float, high: float) -> str:
    return f"{low * 100:.0f}–{high * 100:.0f} %"


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
        return f"{share_words(self.value)} ({_ends_words(self.low, self.high)}), n={self.n:,}"


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """`cases` answers of a version that the estimate does not speak for: of those drawn, nobody judged any when asked.
    `kind`: only its rows of files, only what was asked singly, or all of its answers. `judged` were reported unasked, and
    `waiting` are drawn and not judged."""

    version: str
    kind: Literal["all", "rows", "single"]
    cases: int
    judged: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An accuracy with its 95 % interval: from `n` judged cases, for `of` answered cases.

    `drawn` of these were drawn for audit. `enough` is false below the minimum of evidence; then there is no
    value and no interval. `left_out` are answers that it does not speak for.
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
    left_out: tuple[LeftOut, ...] = ()

    @property
    def unknown(self) -> int:
        """Of how many answers nothing is known."""
        return sum(each.cases for each in self.left_out)

    def __str__(self) -> str:
        if self.value is None or self.low is None or self.high is None:
            return f"{self.n:,} of {self.drawn:,} drawn cases judged so far"
        share = f"{share_words(self.value)} ({_ends_words(self.low, self.high)})"
        return f"{share}, n={self.n:,} of {self.of:,}"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Answered cases that are alike: same version and way of asking, same audit probability, same lottery, same verdict or
    none. `is_row`: a row of a file."""

    version: str = ""
    is_row: bool = False
    probability: float
    is_audited: bool
    is_volunteered: bool
    is_right: bool | None
    cases: int

    @property
    def key(self) -> WeightKey:
        """By what its judged drawn cases are weighed."""
        return self.version, self.is_row, self.probability, self.is_volunteered


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
    if is_census(answered):
        return _counted(answered)
    heard, _ = _classes(_eligible(answered))
    found = estimate_of(answered, _together(heard), weight_of_each(answered))
    if not found.enough:
        return found
    value, low, high = _within_the_known(found, list(chain.from_iterable(heard)))
    return replace(found, value=value, low=low, high=high)


def is_census(groups: Sequence[Group]) -> bool:
    """Whether every case was judged, and they are enough to say something."""
    return len(_judged(groups)) == len(groups) and _cases(groups) >= MINIMUM_AUDITED


def estimate_of(
    groups: Iterable[Group], found: Drawn, weights: Mapping[WeightKey, float]
) -> Estimate:
    """What the drawn cases of these show, with how many they are and what is left out; `weights` are of the classes that are spoken for.
    Too few show nothing."""
    eligible = _eligible(groups)
    known = {key[:2] for key in weights}
    spoken_for = [group for group in eligible if (group.version, group.is_row) in known]
    drawn = [group for group in spoken_for if group.is_audited]
    if not _is_enough(drawn):
        every = [group for group in eligible if group.is_audited]
        return Estimate(
            value=None,
            low=None,
            high=None,
            n=_cases(_judged(every)),
            of=_cases(eligible),
            drawn=_cases(every),
            enough=False,
        )
    silent = [group for group in eligible if (group.version, group.is_row) not in known]
    return Estimate(
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        of=_cases(spoken_for),
        drawn=_cases(drawn),
        enough=True,
        effective=found.effective,
        left_out=_left_out(_by_class(silent), spoken_for),
    )


def naive(groups: Iterable[Group]) -> float | None:
    """The share of thumbs that are up. Only to show why it is not the headline."""
    judged = _judged(groups)
    return _share_right(judged) if judged else None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The share of right answers that judged drawn cases show, without the limits that others give it. Without any there is
    no value: [0, 1]."""

    value: float | None
    low: float
    high: float
    n: int
    effective: float


def drawn_share(groups: Iterable[Group]) -> Drawn:
    """The share of right answers of the classes of which somebody judged drawn cases."""
    heard, _ = _classes(_eligible(groups))
    return _together(heard)


def weight_of_each(groups: Iterable[Group]) -> dict[WeightKey, float]:
    """For how many answers a judged drawn case stands, by version, whether it is a row of a file, its audit probability and
    whether somebody spoke of it unasked. Those of a class add up to its answers; a class of which nobody replied has none."""
    heard, _ = _classes(_eligible(groups))
    found: dict[WeightKey, float] = {}
    for each in heard:
        reply, scale = reply_rate(each), _cases(each) / _total(each)
        for group in each:
            if group.is_audited:
                found[group.key] = scale * _weight(group, reply)
    return found


def reply_rate(groups: Iterable[Group]) -> float:
    """The share of the drawn cases of the stratum `asked` of a class that was judged; 1 where nobody had to be asked."""
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


def _classes(eligible: Iterable[Group]) -> tuple[list[list[Group]], list[list[Group]]]:
    """The classes that somebody judged drawn cases of when asked, and the others."""
    heard: list[list[Group]] = []
    silent: list[list[Group]] = []
    for each in _by_class(eligible):
        is_heard = _checked(each) > 0 and reply_rate(each) > 0
        (heard if is_heard else silent).append(each)
    return heard, silent


def _by_class(groups: Iterable[Group]) -> list[list[Group]]:
    found: dict[tuple[str, bool], list[Group]] = defaultdict(list)
    for group in groups:
        found[group.version, group.is_row].append(group)
    return list(found.values())


def _eligible(groups: Iterable[Group]) -> list[Group]:
    return [group for group in groups if group.probability > 0]


def _left_out(silent: Iterable[list[Group]], heard: Iterable[Group]) -> tuple[LeftOut, ...]:
    """The most cases first; one for both classes of a version."""
    by_version: dict[str, list[Group]] = defaultdict(list)
    for group in chain.from_iterable(silent):
        by_version[group.version].append(group)
    spoken_for = {group.version for group in heard}
    found = []
    for version, groups in by_version.items():
        drawn = [group for group in groups if group.is_audited]
        part: Literal["rows", "single"] = "rows" if groups[0].is_row else "single"
        found.append(
            LeftOut(
                version=version,
                kind=part if version in spoken_for else "all",
                cases=_cases(groups),
                judged=_cases(_judged(groups)),
                waiting=_cases(drawn) - _cases(_judged(drawn)),
            )
        )
    return tuple(sorted(found, key=lambda each: -each.cases))


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """A class, or several as one: for how many `answers` it stands, its share of right ones, the effective number of cases behind that, and
    how many were judged."""

    answers: float
    share: float
    effective: float
    n: int


def combined(classes: Sequence[Stratum]) -> Drawn:
    """The classes by their shares of the answers; those with few judged cases have one interval together."""
    if not classes:
        return Drawn(value=None, low=0.0, high=1.0, n=0, effective=0.0)
    few = [each for each in classes if each.n < MINIMUM_AUDITED]
    strata = [each for each in classes if each.n >= MINIMUM_AUDITED]
    strata += [_pooled(few)] if few else []
    total = math.fsum(each.answers for each in strata)
    value = min(math.fsum(each.answers * each.share for each in strata) / total, 1.0)
    low, high = _ends(strata, total, value)
    effective = strata[0].effective if len(strata) == 1 else _as_wide(value, (high - low) / 2)
    n = sum(each.n for each in classes)
    return Drawn(value=value, low=low, high=high, n=n, effective=effective)


def _together(heard: Sequence[list[Group]]) -> Drawn:
    return combined([_of_class(each) for each in heard])


def _of_class(groups: Sequence[Group]) -> Stratum:
    share, effective = _weighted(groups)
    return Stratum(answers=_cases(groups), share=share, effective=effective, n=_checked(groups))


def _checked(groups: Iterable[Group]) -> int:
    """How many drawn cases were judged."""
    return _cases(_judged(group for group in groups if group.is_audited))


def _ends(strata: Sequence[Stratum], total: float, value: float) -> tuple[float, float]:
    """The interval: those of the strata, added up in squares."""
    ends = [(s.answers / total, s.share, wilson(s.share, s.effective)) for s in strata]
    below = math.hypot(*(part * (share - low) for part, share, (low, _) in ends))
    above = math.hypot(*(part * (high - share) for part, share, (_, high) in ends))
    return max(0.0, value - below), min(1.0, value + above)


def _pooled(classes: Sequence[Stratum]) -> Stratum:
    """Classes as one."""
    total = math.fsum(each.answers for each in classes)
    return Stratum(
        answers=total,
        share=math.fsum(each.answers * each.share for each in classes) / total,
        effective=total**2 / math.fsum(each.answers**2 / each.effective for each in classes),
        n=sum(each.n for each in classes),
    )


def _as_wide(share: float, half: float) -> float:
    """With how many cases Wilson's interval has half this width: the root of half^2 (n + z^2)^2 = z^2 (n s (1 - s) + z^2 / 4)."""
    z = Z_95 * Z_95
    a, b = half * half, 2 * half * half * z - z * share * (1 - share)
    return (-b + math.sqrt(b * b + a * z * z * (1 - 4 * half * half))) / (2 * a)


def _weighted(groups: Sequence[Group]) -> tuple[float, float]:
    """The weighted share of right answers among the drawn cases of a class and its effective sample size."""
    drawn = [group for group in groups if group.is_audited]
    reply = reply_rate(drawn)
    weighted = [(_weight(group, reply), group) for group in _judged(drawn)]
    total = math.fsum(weight * group.cases for weight, group in weighted)
    right = math.fsum(weight * group.cases for weight, group in weighted if group.is_right)
    squares = math.fsum(weight * weight * group.cases for weight, group in weighted)
    return min(right / total, 1.0), total * total / squares


def _total(groups: Sequence[Group]) -> float:
    """What the weights of the judged drawn cases of a class add up to."""
    drawn = [group for group in groups if group.is_audited]
    reply = reply_rate(drawn)
    return math.fsum(_weight(group, reply) * group.cases for group in _judged(drawn))


def _weight(group: Group, reply: float) -> float:
    return 1 / group.probability / (1.0 if group.is_volunteered else reply)


def _within_the_known(found: Estimate, groups: Sequence[Group]) -> tuple[float, float, float]:
    """The value and its interval, corrected by what is known for certain of all cases."""
    n = _cases(groups)
    floor = sum(group.cases for group in groups if group.is_right) / n
    ceiling = 1 - sum(group.cases for group in groups if group.is_right is False) / n
    lowest, highest = wilson(floor, n)[0], wilson(ceiling, n)[1]
    low, high = (_clamp(end or 0.0, lowest, highest) for end in (found.low, found.high))
    value = _clamp(found.value or 0.0, floor, ceiling)
    return value, min(low, value), max(high, value)


def _share_right(judged: Sequence[Group]) -> float:
    return sum(group.cases for group in judged if group.is_right) / _cases(judged)


def _judged(groups: Iterable[Group]) -> list[Group]:
    return [group for group in groups if group.is_right is not None]


def _cases(groups: Iterable[Group]) -> int:
    return sum(group.cases for group in groups)


def _clamp(value: float, floor: float, ceiling: float) -> float:
    return min(max(value, floor), ceiling)
