"""Where a model does worse: the values of a field whose checked cases are right less often than all others.

Numbers are cut at the quartiles of the checked cases. Each slice with at least `LEAST` cases, worth at least `LEAST_EFFECTIVE`
of equal weight, is held against the other cases with a value of the field by the two-sided test of two shares (pooled, on Kish's effective numbers), at 0.05 divided by how many slices were looked at
(Bonferroni): what is listed as `is_worse` is more than the worst of many.

Cases without a value of a field are a slice of their own, held against all that have one, and never among the others of a value.
Of a free text its length in characters is cut, as if it were a field of its own (health/titles.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from health.domains import numbered, share_within
from health.outliers.encoding import as_number
from health.titles import NO_WORDS, FieldWords, length_name, word_for
from health.weighted import Share

Inside = NDArray[np.bool_]

LEAST = 10
# Where one or two checked cases stand for most answers, the interval of fewer held 0.89 of 0.95 (simulated in benchmarks/health.py).
LEAST_EFFECTIVE = 5.0
# Up to so many values of a field are parts of their own, and more of them ranges.
MOST_VALUES = 12
_LONGEST = 40
# What cases without a value of a field have of it.
MISSING, _MISSING_WORD = "", "without a value"
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Part:
    """The cases (n,) in which a field has one value, or a number above the first of `bounds` and up to the second; `value`
    says so in words."""

    value: str
    inside: Inside
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Cases in which a field has a value, or lies within `bounds`; `value` is as cases have it, or the range in words, and `word` what
    people call it. Of its checked cases so many are `wrong`. `right` is the share of right answers among its checked cases, `rest` that of the others
    with a value of the field; `inside` says of every
    checked case (n,) whether it is one of them."""

    field: str
    value: str
    word: str
    right: Share
    rest: Share
    p: float
    is_worse: bool
    wrong: int = 0
    inside: Inside = attribute(compare=False, repr=False)
    bounds: tuple[float, float] | None = None

    @property
    def is_below(self) -> bool:
        """Whether it is right less often than the others, be it by chance."""
        return (self.right.value or 0.0) < (self.rest.value or 0.0)


def slices(
    rows: Sequence[Mapping[str, object]],
    right: Sequence[bool],
    weights: Sequence[float],
    words: FieldWords = NO_WORDS,
    classes: Sequence[Hashable] = (),
) -> list[Slice]:
    """Every slice with enough cases, the worst first. Sequences of one length; `words` are what values are called, and `classes` in which
    class of the estimate each case is (health/domains.py), all in one unless told."""
    hits = np.asarray(right, dtype=bool)
    share_of = partial(
        share_within, hits, np.asarray(weights, dtype=float), numbered(classes, len(hits))
    )
    looked_at = [
        (field, part, others)
        for field, cut, missing in _fields(rows)
        for part, others in _with_others(cut, missing)
        if part.inside.sum() >= LEAST and others.sum() >= LEAST
    ]
    found = [_slice(*each, share_of, hits, len(looked_at), words) for each in looked_at]
    found = [each for each in found if is_enough(each.right) and is_enough(each.rest)]
    return sorted(found, key=lambda each: (not each.is_worse, not each.is_below, each.p))


def _fields(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, list[Part], Inside]]:
    """Each field, or the length of its texts where these are free, with its parts and the cases (n,) in which it has no value."""
    names = dict.fromkeys(name for row in rows for name in row)
    for name in names:
        values = [row.get(name) for row in rows]
        missing = np.array([value in (None, "") for value in values])
        # A name that cannot be printed is of no field, as that of versions (health/causes.py).
        is_field = name.isprintable() and length_name(name) not in names
        if is_field and _are_free_texts(values):
            yield length_name(name), list(_by_quartile(_lengths(values))), missing
        else:
            yield name, parts(values), missing


def can_be_cut(values: Sequence[object]) -> bool:
    """Whether the values of a field have parts, or are free texts of several lengths."""
    lengths = set(_lengths(values)) if _are_free_texts(values) else set()
    return bool(parts(values)) or len(lengths - {None}) > 1


def _lengths(values: Sequence[object]) -> list[int | None]:
    """Of texts, in characters; None of what is none, or empty."""
    return [len(value) if isinstance(value, str) and value else None for value in values]


def _are_free_texts(values: Sequence[object]) -> bool:
    """Whether they are texts, too many or too long to be parts of their own."""
    known = [value for value in values if _is_there(value)]
    return bool(known) and all(isinstance(value, str) for value in known) and not parts(values)


def _with_others(cut: Sequence[Part], missing: Inside) -> Iterator[tuple[Part, Inside]]:
    """The parts of a field, and the cases without a value, each with what it is held against: the other cases with a value."""
    if cut:
        known = np.any([part.inside for part in cut], axis=0)
        yield from ((part, known & ~part.inside) for part in cut)
        yield Part(value=MISSING, inside=missing), known


def _slice(
    field: str,
    part: Part,
    others: Inside,
    share_of: Callable[[Inside], Share],
    hits: Inside,
    looked_at: int,
    words: FieldWords,
) -> Slice:
    inside = part.inside
    own, rest = share_of(inside), share_of(others)
    p = chance(own, rest)
    return Slice(
        field=field,
        value=part.value,
        word=_MISSING_WORD if part.value == MISSING else word_for(words, field, part.value),
        right=own,
        rest=rest,
        p=p,
        inside=inside,
        wrong=int((inside & ~hits).sum()),
        is_worse=(own.value or 0) < (rest.value or 0) and p < LEVEL / looked_at,
        bounds=part.bounds,
    )


def is_enough(found: Share) -> bool:
    """Whether so many cases, worth so many of equal weight, have an interval that holds."""
    return found.n >= LEAST and found.effective >= LEAST_EFFECTIVE


def chance(first: Share, second: Share) -> float:
    """The two-sided test of two shares, pooled; 1 where one of them is not known."""
    if first.value is None or second.value is None:
        return 1.0
    n, m = first.effective, second.effective
    pooled = (first.value * n + second.value * m) / (n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return 2 * float(ndtr(-abs(first.value - second.value) / spread)) if spread else 1.0


def parts(values: Sequence[object], most: int = MOST_VALUES) -> list[Part]:
    """The parts into which the values (n,) of a field cut the cases: one for each value where there are at most `most`,
    else quarters of the numbers; none of anything else."""
    distinct = {str(value) for value in values if _is_there(value)}
    if not distinct or not all(_is_plain(value) for value in values if _is_there(value)):
        return []
    if len(distinct) > most:
        return list(_by_quartile(values)) if _are_numbers(values) else []
    return list(_by_value(values, distinct)) if max(map(len, distinct)) <= _LONGEST else []


def _by_value(values: Sequence[object], distinct: set[str]) -> Iterator[Part]:
    for value in sorted(distinct):
        words = {"True": "true", "False": "false"}.get(value, value)
        yield Part(value=words, inside=np.array([str(each) == value for each in values]))


def _is_there(value: object) -> bool:
    """Whether it says something: what is infinite or no number does not."""
    is_number = not isinstance(value, float) or math.isfinite(value)
    return is_number and value is not None and value != ""


def _is_plain(value: object) -> bool:
    """Not a table, nor a mark in the place of a value that is not shown."""
    return isinstance(value, str | bool | int | float)


def _are_numbers(values: Sequence[object]) -> bool:
    known = [value for value in values if _is_there(value)]
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _by_quartile(values: Sequence[object]) -> Iterator[Part]:
    numbers = np.array([as_number(value) for value in values])
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return
    edges = np.unique(np.quantile(finite, [0.25, 0.5, 0.75]))
    for low, high in pairwise([-math.inf, *edges.tolist(), math.inf]):
        inside = (numbers > low) & (numbers <= high)
        yield Part(value=range_words(low, high), inside=inside, bounds=(low, high))


def range_words(low: float, high: float) -> str:
    """`up to 181`, `181 to 190`, `above 213`: above the first, and up to the second."""
    if math.isinf(low):
        return f"up to {high:g}"
    return f"above {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"
