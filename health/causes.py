"""What a fall of the right answers comes from: the slices, and the version, in which the additional wrong answers lie. Versions are a
field like any other: one of several that answer since then may carry the errors, however long it has been there. Where one took the
place of all others about when the fall began, its cases since then are held against theirs of before, unless it was better itself
when it answered earlier: then it is not the version.

With the share b that was right before, a slice S of the checked cases since then has sum_S w (wrong) - (1 - b) sum_S w more
wrong answers than it would have had; divided by the same of all cases it is the part of the fall that lies in S (between 0
and 1, with Fieller's interval for a baseline that is known; slices overlap, so these do not add up). Only slices are named that are worse than all other cases since then by more
than chance explains (health/slices.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, pairwise

import numpy as np

from health.baselines import in_words
from health.slices import LEAST, LEVEL, Inside, Slice, can_be_cut, chance, slices
from health.titles import NO_WORDS, FieldWords, title_of
from health.weighted import Floats, Share, ratio_interval, share

MOST = 3
# So many inputs are named in a sentence.
_MOST_NAMED = 2
# The name under which versions are a field; none of a model has it.
_VERSION = "\0version"
# An alarm knows the day of a change to about a week.
_NEAR = timedelta(days=7)
_ALPHA = 0.05
# Whoever has no checked case for longer was not in use.
_AWAY = timedelta(days=14)
_NO_TITLES: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Which part of something lies in some of the cases, between 0 and 1, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A slice of the cases since the fall, or a version (`is_version`): the share that is right in it and among the others,
    and which part of the additional wrong answers lies in it. `word` is what people call its `value`. The others of a version that took
    their place are those before the day `since`, and its own are from then on. So many of its own are `wrong`."""

    field: str
    value: str
    word: str
    right: Share
    rest: Share
    part: Portion
    bounds: tuple[float, float] | None = None
    wrong: int = 0
    is_version: bool = False
    since: date | None = None

    @property
    def own_words(self) -> str:
        """What it is called, and of which days: `v1 since 4 November`."""
        return f"{self.word} since {in_words(self.since)}" if self.since else self.word

    @property
    def rest_words(self) -> str:
        """`the others`, or `other versions until 3 November`."""
        if not self.is_version:
            return "the others"
        day = f" until {in_words(self.since - timedelta(days=1))}" if self.since else ""
        return f"other versions{day}"


_NOTHING = Portion(value=0.0, low=0.0, high=1.0)


@dataclass(frozen=True, kw_only=True)
class Causes:
    """Since when, what was found, the largest part first, and that in a sentence. `n` are the checked cases since then."""

    since: date
    n: int
    found: tuple[Cause, ...]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The checked cases (n,): day, version, what was entered, whether it is right, and for how many cases it stands."""

    days: Sequence[date]
    versions: Sequence[str]
    rows: Sequence[Mapping[str, object]]
    right: Sequence[bool]
    weights: Sequence[float]


def causes(
    checked: Checked,
    since: date,
    baseline: float,
    titles: Mapping[str, str] = _NO_TITLES,
    words: FieldWords = NO_WORDS,
) -> Causes:
    """What accounts for the wrong answers since a day; `baseline` is the share that was right before, `titles` what fields are
    called, by their names, and `words` what their values are."""
    is_since = _since(checked, since)
    hits, weights = np.asarray(checked.right, dtype=bool), np.asarray(checked.weights, dtype=float)
    places = np.flatnonzero(is_since)
    given = weights[is_since]
    extra = given * (np.where(hits[is_since], 0.0, 1.0) - (1 - baseline))
    with_version = [{**checked.rows[place], _VERSION: checked.versions[place]} for place in places]
    listed = slices(with_version, hits[is_since].tolist(), given.tolist(), words)
    found = [_cause(each, _portion(extra, each.inside, given)) for each in listed if each.is_worse]
    found.sort(key=lambda cause: -cause.part.value)
    versions = [cause for cause in found if cause.is_version][:MOST]
    if not versions and (newer := _version(checked, since, hits, weights)):
        own = _inside(checked, newer.value)[is_since]
        part = _with_all(own, hits[is_since], _portion(extra, own, given))
        versions = [replace(newer, part=part)]
    shown = (*versions, *[cause for cause in found if not cause.is_version][:MOST])
    sentence = _sentence(shown, len(places), titles) or _spread(with_version, listed, titles)
    return Causes(since=since, n=len(places), found=shown, sentence=sentence)


def _portion(extra: Floats, inside: Inside, weights: Floats) -> Portion:
    """Which part of the wrong answers beyond those of the baseline, which are `extra` (n,), lies in the cases that are `inside`."""
    more, own = float(np.sum(extra)), np.where(inside, extra, 0.0)
    if more <= 0:
        return _NOTHING
    ends = ratio_interval(own, extra, weights)
    value, low, high = (min(1.0, max(0.0, end)) for end in (float(np.sum(own)) / more, *ends))
    return Portion(value=value, low=low, high=high)


def _with_all(inside: Inside, hits: Inside, part: Portion) -> Portion:
    """Where all checked cases are `inside`, none says what is elsewhere: the least share is that of Clopper and Pearson, of as many wrong
    answers as there are."""
    wrong = int((~hits).sum())
    if not inside.all() or not wrong:
        return part
    return replace(part, low=min(part.low, (_ALPHA / 2) ** (1 / wrong)))


def _cause(found: Slice, part: Portion) -> Cause:
    is_version = found.field == _VERSION
    return Cause(
        field="version" if is_version else found.field,
        value=found.value,
        word=found.word,
        right=found.right,
        rest=found.rest,
        part=part,
        bounds=found.bounds,
        wrong=found.wrong,
        is_version=is_version,
    )


def _inside(checked: Checked, version: str) -> Inside:
    return np.array([of == version for of in checked.versions], dtype=bool)


def _since(checked: Checked, since: date) -> Inside:
    return np.array([day >= since for day in checked.days], dtype=bool)


def _called(cause: Cause, titles: Mapping[str, str]) -> str:
    return "the version" if cause.is_version else title_of(titles, cause.field)


def _version(checked: Checked, since: date, hits: Inside, weights: Floats) -> Cause | None:
    """The version that began to answer about when the fall began, for the first time or again, where it is worse than the others."""
    days = {v: [d for d, of in zip(checked.days, checked.versions, strict=True) if of == v] for v in set(checked.versions)}  # fmt: skip
    begun = {version: _came(sorted(of)) for version, of in days.items()}
    near = {version: first for version, first in begun.items() if abs(first - since) <= _NEAR}
    for version, first in sorted(near.items(), key=lambda each: each[1], reverse=True):
        own, rest, was = _held(checked, version, (first, since), hits, weights)
        if min(own.n, rest.n) >= LEAST and _is_below(own, rest) and not _is_below(own, was):
            return Cause(
                field="version",
                value=version,
                word=version,
                right=own,
                rest=rest,
                part=_NOTHING,
                wrong=int((~hits & _inside(checked, version) & _since(checked, since)).sum()),
                is_version=True,
                since=since,
            )
    return None


def _held(
    checked: Checked, version: str, began: tuple[date, date], hits: Inside, weights: Floats
) -> list[Share]:
    """The right answers of a version since the fall, of the others before it, and of its own before it came back: it came, and the fall began,
    on the two days."""
    first, since = began
    inside, days = _inside(checked, version), np.array(checked.days, dtype="datetime64[D]")
    is_since, is_earlier = days >= np.datetime64(since), days < np.datetime64(min(first, since))
    return [
        share(hits[some], weights[some])
        for some in (inside & is_since, ~inside & ~is_since, inside & is_earlier)
    ]


def _is_below(own: Share, other: Share) -> bool:
    """Whether it is right less often, by more than chance explains."""
    return (own.value or 0.0) < (other.value or 0.0) and chance(own, other) < LEVEL


def _came(days: Sequence[date]) -> date:
    """The day on which a version came, or came back after some weeks without a checked case; days in their order."""
    back = (day for before, day in pairwise(days) if day - before > _AWAY)
    return max(back, default=days[0])


def _sentence(found: Sequence[Cause], n: int, titles: Mapping[str, str]) -> str:
    """What was found, or why so few cases say nothing; empty where there were enough and nothing was found."""
    if found:
        fields = dict.fromkeys(_called(cause, titles) for cause in found)
        return f"What accounts for it: {', '.join(fields)}."
    if n < 2 * LEAST:
        cases = f"Only {n} checked case{'' if n == 1 else 's'}" if n else "No checked case"
        return f"{cases} since then: too few to say which inputs account for it."
    return ""


def _spread(
    rows: Sequence[Mapping[str, object]], listed: Sequence[Slice], titles: Mapping[str, str]
) -> str:
    """What it means that no slice is worse: nothing where none could be looked at, as in a free text."""
    if any(each.field != _VERSION for each in listed):
        return (
            "The wrong answers are spread over all inputs: no slice is worse than chance explains."
        )
    fields = [name for name in dict.fromkeys(chain.from_iterable(rows)) if name != _VERSION]
    if any(can_be_cut([row.get(name) for row in rows]) for name in fields):
        return "No slice could be compared: none has enough checked cases in it and outside it."
    called = " and ".join(titles.get(name, name) for name in fields[:_MOST_NAMED])
    if not called or len(fields) > _MOST_NAMED:
        return "No slice could be compared: no input has numbers or a few values to group by."
    has = "has" if len(fields) == 1 else "have"
    return (
        f"No slice could be compared: {called} {has} neither numbers nor a few values to group by."
    )
