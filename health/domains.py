"""How often answers of some of the cases are right, with the weights and the classes of all of them: cases that are chosen by what was
entered or answered, or by what is said of them, are a domain of a sample that was drawn from all.

    share of a domain D = sum over D of (w y) / sum over D of w

with the weights of health/estimates.py, worked out on all cases of the chosen versions and days (the ratio estimator of the mean of a
domain: Saerndal, Swensson and Wretman, 1992, 5.8; Lohr, 2010, 4.2). Its interval adds up those of the classes in squares, as that of
all cases does, each class with the weight that it has within the domain. So a slice has one figure, in the table and chosen alone, and a
domain that is all cases has that of all.

What is known for certain of cases that were not drawn bounds the figure of all cases alone. Where every case was judged there is nothing
to estimate, of a domain neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from health.estimates import (
    Drawn,
    Estimate,
    Group,
    Stratum,
    accuracy,
    combined,
    estimate_of,
    is_census,
    weight_of_each,
)
from health.weighted import Floats, Share, effective

Classes = NDArray[np.intp]


def accuracy_within(part: Iterable[Group], whole: Iterable[Group]) -> Estimate:
    """The accuracy on the cases of a part, of which `whole` has all that were asked of its versions in its days."""
    some, every = list(part), list(whole)
    if is_census(every):
        return accuracy(some)
    return estimate_of(some, drawn_share_within(some, every), weight_of_each(every))


def drawn_share_within(part: Iterable[Group], whole: Iterable[Group]) -> Drawn:
    """The share of right answers among the drawn cases of a part; without any there is no value."""
    weights = weight_of_each(whole)
    found: dict[tuple[str, bool], list[tuple[float, Group]]] = defaultdict(list)
    for group in part:
        weight = weights.get(group.key)
        if group.is_audited and group.is_right is not None and weight is not None:
            found[group.version, group.is_row].append((weight, group))
    return combined([_of_groups(each) for each in found.values()])


def share_within(
    hits: NDArray[np.bool_], weights: Floats, classes: Classes, part: NDArray[np.bool_]
) -> Share:
    """The same of judged drawn cases one by one: four arrays (n,), with the numbers of their classes, and which of them are the part."""
    hits, weights, classes = hits[part], weights[part], classes[part]
    found = combined(
        [
            _of_cases(hits[of], weights[of])
            for of in (classes == each for each in np.unique(classes))
        ]
    )
    return Share(
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        effective=effective(weights),
        total=float(np.sum(weights)),
    )


def numbered(classes: Sequence[Hashable], n: int) -> Classes:
    """The classes of n cases as numbers; one for all where none are told."""
    places = {each: place for place, each in enumerate(dict.fromkeys(classes))}
    return np.array([places[each] for each in classes] or [0] * n, dtype=np.intp)


def _of_groups(found: Sequence[tuple[float, Group]]) -> Stratum:
    total = sum(weight * group.cases for weight, group in found)
    right = sum(weight * group.cases for weight, group in found if group.is_right)
    squares = sum(weight * weight * group.cases for weight, group in found)
    return Stratum(
        answers=total,
        share=min(right / total, 1.0),
        effective=total * total / squares,
        n=sum(group.cases for _, group in found),
    )


def _of_cases(hits: NDArray[np.bool_], weights: Floats) -> Stratum:
    total = float(np.sum(weights))
    return Stratum(
        answers=total,
        share=min(float(np.sum(weights[hits])) / total, 1.0),
        effective=effective(weights),
        n=len(weights),
    )
