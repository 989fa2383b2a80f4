"""How well the reviewers of a model agree: over all, class by class, and each with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

import db.cases
import db.review
from db.engine import Sessions, reading
from db.feedback import FeedbackView
from db.ids import utc_now
from feedback.agreement_measures import (
    Measure,
    cohens_kappa,
    fleiss_kappa,
    krippendorffs_alpha,
    krippendorffs_alpha_of_numbers,
)

DAYS = 90
MOST = 2_000
# What a reader holds to be right: a class, no such class where they do not say which one, or a judgement of what is none.
IS, IS_NOT, JUDGED = "is", "is not", "judged"
Value = tuple[str, str]
# Each reader's value of a case, by their name.
Readings = Sequence[Mapping[str, Value]]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Of cases that were read twice without sight of each other. A measure that does not fit is None: Cohen's kappa
    where more than two people read, and alpha of the truths where these are no numbers.

    `classes` is one against all others: of cases where both readers say something of that class, so that who says that it
    is not Adelie, and not what it is, counts for Adelie alone. `readers` is each reader with whoever read the same cases.
    """

    cases: int
    differ: int
    cohen: Measure | None
    fleiss: Measure
    alpha: Measure
    numbers: Measure | None
    classes: Mapping[str, Measure]
    readers: Mapping[str, Measure]


def agreement(
    sessions: Sessions,
    server: str = "",
    model: str = "",
    *,
    clock: Callable[[], datetime] = utc_now,
) -> Agreement:
    """The agreement on a model, or on all that who asks reviews, of the last 90 days. The third reading, which saw the
    others, is no part of it. Raises StorageError."""
    since = clock() - timedelta(days=DAYS)
    with reading(sessions) as session:
        ids = db.review.decided(session, server, model, since, MOST)
        blind = db.review.blind_readings(session, ids)
        answers = {i: c.answer_label for i, c in db.cases.by_ids(session, ids).items()}
    readings = [_values(each, answers.get(case_id)) for case_id, each in blind.items()]
    numbers = [_numbers(each) for each in blind.values()]
    return _agreement([each for each in readings if len(each) > 1], numbers)


def _agreement(readings: Readings, numbers: Sequence[Sequence[float]]) -> Agreement:
    values = [list(each.values()) for each in readings]
    people = sorted({person for each in readings for person in each})
    known = [each for each in numbers if len(each) > 1]
    return Agreement(
        cases=len(readings),
        differ=sum(len(set(each)) > 1 for each in values),
        cohen=_of_two(readings, people),
        fleiss=fleiss_kappa([each for each in values if len(each) == 2]),
        alpha=krippendorffs_alpha(values),
        numbers=krippendorffs_alpha_of_numbers(known) if known else None,
        classes=_of_classes(values),
        readers={person: _of_reader(readings, person) for person in people},
    )


def _of_two(readings: Readings, people: Sequence[str]) -> Measure | None:
    """Cohen's kappa is of two people who read all of it."""
    if len(people) != 2:
        return None
    return cohens_kappa([(each[people[0]], each[people[1]]) for each in readings])


def _values(said: Iterable[FeedbackView], answer: str | None) -> dict[str, Value]:
    """What each reader holds to be right; who cannot tell says nothing."""
    return {each.person: _value(each, answer) for each in said if each.judgement != "unsure"}


def _value(said: FeedbackView, answer: str | None) -> Value:
    if said.truth_label is not None:
        return IS, said.truth_label
    if answer is not None and said.judgement == "incorrect":
        return IS_NOT, answer
    return JUDGED, said.judgement


def _numbers(said: Iterable[FeedbackView]) -> list[float]:
    return [each.truth_number for each in said if each.truth_number is not None]


def _of_classes(values: Sequence[Sequence[Value]], most: int = 20) -> dict[str, Measure]:
    """Alpha of each class against all others, the most frequent first."""
    counts = Counter(name for each in values for kind, name in each if kind == IS)
    return {
        name: krippendorffs_alpha([pair for each in values if len(pair := _says(each, name)) > 1])
        for name, _ in counts.most_common(most)
    }


def _says(values: Sequence[Value], name: str) -> list[bool]:
    """What each reader of a case says of one class, as far as they say it."""
    return [value == (IS, name) for value in values if value[0] == IS or value == (IS_NOT, name)]


def _of_reader(readings: Readings, person: str) -> Measure:
    """A reader with whoever read the same cases."""
    theirs = [each for each in readings if person in each]
    pairs = [
        (each[one], each[other])
        for each in theirs
        for one, other in combinations(each, 2)
        if person in (one, other)
    ]
    return krippendorffs_alpha(pairs)
