"""Error rates by groups of a protected field: each group beside all others, over all answers and over each true class.

Rates are weighted as every figure of Health (health/weighted.py). A difference of two rates has Newcombe's hybrid score
interval (1998, method 10) of Wilson's on Kish's effective numbers. It is clear where the two-sided test of two shares is below
0.05 divided by how many differences were looked at (Bonferroni). Equal rates over a true class are what Hardt, Price and Srebro
(2016) call equalised odds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from health.domains import Classes, numbered, share_within
from health.slices import LEAST, LEVEL, Inside, Part, chance, is_enough, parts
from health.titles import NO_WORDS, FieldWords
from health.weighted import Floats, Share
from health.wording import share_text

MOST_GROUPS = 12
OTHERS = "other values"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The rate of a group less that of the others, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GroupRate:
    """One group: the share of its answers that is `wrong`, that of all `others`, and the difference. `value` is as cases have it,
    and `word` what people call it; `truth` is the class that its cases truly are, None for all of them. `is_clear`: more than
    chance explains."""

    value: str
    truth: str | None
    wrong: Share
    others: Share
    difference: Difference
    p: float
    is_clear: bool = False
    bounds: tuple[float, float] | None = None
    word: str = ""

    @property
    def is_worse(self) -> bool:
        """Whether it is clearly served worse than the others."""
        return self.is_clear and self.difference.value > 0


@dataclass(frozen=True, kw_only=True)
class FieldGroups:
    """The groups of one field, the worst first. `too_small` are groups with too few checked cases and how many those are;
    `is_hidden`: its values are sensitive, so no list of cases is made of them. `sentence` says what is found or missing."""

    field: str
    rates: tuple[GroupRate, ...]
    too_small: tuple[tuple[str, int], ...]
    is_hidden: bool
    sentence: str


def by_groups(
    columns: Mapping[str, Sequence[object]],
    right: Sequence[bool],
    weights: Sequence[float],
    truths: Sequence[str | None] = (),
    hidden: frozenset[str] = frozenset(),
    words: FieldWords = NO_WORDS,
    classes: Sequence[Hashable] = (),
) -> list[FieldGroups]:
    """The groups of each field.

    `columns` are the values (n,) by field, `right` says of each case whether it was answered rightly, `weights` for how many
    cases it stands, `truths` which class it truly is, None where nobody knows; `hidden` names fields with sensitive values,
    `words` are what values are called, and `classes` in which class of the estimate each case is (health/domains.py).
    """
    hits, given = np.asarray(right, dtype=bool), np.asarray(weights, dtype=float)
    true = np.asarray(truths if len(truths) else [None] * len(hits), dtype=object)
    cut = {field: _parts(values) for field, values in columns.items()}
    of = (given, numbered(classes, len(hits)))
    rates = {field: list(_rates(found, hits, of, true)) for field, found in cut.items()}
    looked_at = sum(len(found) for found in rates.values())
    return [
        _of_field(
            field,
            cut[field],
            rates[field],
            LEVEL / max(1, looked_at),
            is_hidden=field in hidden,
            words=words.get(field, {}),
        )
        for field in columns
    ]


def difference(first: Share, second: Share) -> Difference:
    """The first share less the second. Raises ValueError where one of them is not known."""
    if first.value is None or second.value is None:
        raise ValueError("a share of no case has no difference to another")
    gap = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Difference(value=gap, low=max(-1.0, gap - below), high=min(1.0, gap + above))


def _parts(values: Sequence[object]) -> list[Part]:
    """One for each value or quarter; of many words the most frequent ones, and all others together."""
    if found := parts(values):
        return found
    return [] if any(isinstance(v, Mapping | list) for v in values) else _of_words(values)


def _of_words(values: Sequence[object]) -> list[Part]:
    words = [v if isinstance(v, str) and v else None for v in values]
    often = [word for word, _ in Counter(filter(None, words)).most_common(MOST_GROUPS - 1)]
    if not often:
        return []
    rest = np.array([word is not None and word not in often for word in words])
    shown = [Part(value=w[:60], inside=np.array([word == w for word in words])) for w in often]
    return [*shown, Part(value=OTHERS, inside=rest)]


def _rates(
    found: Sequence[Part],
    hits: Inside,
    weighed: tuple[Floats, Classes],
    truths: NDArray[np.object_],
) -> Iterator[GroupRate]:
    """Over all answers, then over each true class of which there are enough. `weighed` are the weights and the classes of the cases."""
    classes = [t for t, n in Counter(filter(None, truths)).most_common() if n >= 2 * LEAST]
    known = np.zeros(len(hits), dtype=bool)
    for part in found:
        known = known | part.inside
    alike = [part for part in found if part.value != OTHERS]  # those have nothing in common
    for truth in (None, *classes):
        of = known if truth is None else known & (truths == truth)
        rates = []
        for part in alike:
            own, rest = part.inside & of, ~part.inside & of
            wrong, others = share_within(~hits, *weighed, own), share_within(~hits, *weighed, rest)
            if is_enough(wrong) and is_enough(others):
                rates.append(_rate(part, truth, wrong, others))
        is_pair = len(found) == len(rates) == 2
        # Of two groups each is the other's others: the one that is answered wrongly more often says it.
        yield from [max(rates, key=lambda rate: rate.difference.value)] if is_pair else rates


def _rate(part: Part, truth: str | None, wrong: Share, others: Share) -> GroupRate:
    return GroupRate(
        value=part.value,
        truth=truth,
        wrong=wrong,
        others=others,
        difference=difference(wrong, others),
        p=chance(wrong, others),
        bounds=part.bounds,
    )


def _of_field(
    field: str,
    cut: Sequence[Part],
    rates: Sequence[GroupRate],
    level: float,
    *,
    is_hidden: bool,
    words: Mapping[str, str],
) -> FieldGroups:
    judged = [
        replace(rate, is_clear=rate.p < level, word=words.get(rate.value, rate.value))
        for rate in rates
    ]
    shown = sorted(judged, key=lambda r: (not r.is_worse, r.truth is not None, -r.difference.value))
    sizes = [(words.get(part.value, part.value), int(part.inside.sum())) for part in cut]
    small = tuple((word, n) for word, n in sizes if 0 < n < LEAST)
    return FieldGroups(
        field=field,
        rates=tuple(shown),
        too_small=small,
        is_hidden=is_hidden,
        sentence=f"{_sentence(shown, len(cut), small)} {_left_out(cut)}".strip(),
    )


def _left_out(cut: Sequence[Part]) -> str:
    """How many checked cases are in no group, as those of a version without the field."""
    if not cut:
        return ""
    count = int((~np.any([part.inside for part in cut], axis=0)).sum())
    has = "1 checked case has" if count == 1 else f"{count:,} checked cases have"
    return f"{has} no value here and stay out." if count else ""


def _sentence(rates: Sequence[GroupRate], groups: int, small: Sequence[tuple[str, int]]) -> str:
    if not groups:
        return "No checked case has a value here that cases could be grouped by."
    parts_ = []
    if groups == 1:
        parts_.append("All checked cases are of one group: there is nothing to compare it with.")
    elif not rates:
        parts_.append(
            f"The groups are too small to compare: each needs {LEAST} checked cases, and not one or two that stand for most answers."
        )
    else:
        worse = [rate for rate in rates if rate.is_worse]
        parts_.append(worst_words(worse[0]) if worse else "No group is answered wrongly more often than chance explains.")  # fmt: skip
    if small and rates:
        listed = ", ".join(f"{word} ({n})" for word, n in small[:5])
        parts_.append(f"Too small to compare, with fewer than {LEAST} checked cases: {listed}.")
    return " ".join(parts_)


def worst_words(rate: GroupRate) -> str:
    """What is different of a group, in a sentence."""
    of = f" of those that truly are {rate.truth}" if rate.truth is not None else ""
    gap = rate.difference
    return (
        f"{rate.word} is answered wrongly more often{of}: {share_text(rate.wrong)}; the others "
        f"{share_text(rate.others)}; {gap.value * 100:.0f} percentage points more ({gap.low * 100:.0f} to {gap.high * 100:.0f})."
    )
