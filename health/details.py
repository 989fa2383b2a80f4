"""What the judged, drawn cases say one by one: classes, probabilities, sizes of errors, slices, groups, and what a fall comes
from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar

import numpy as np

import db.health_cases
from db.engine import Session
from db.health import Selection
from db.health_cases import JudgedCase, JudgedNumber
from health.calibration import Calibration, calibration
from health.causes import Causes, Checked, causes
from health.classification import ClassFigures, Confusion, Verdict, by_class, confusion
from health.estimates import Group, WeightKey, is_census, weight_of_each
from health.groups import FieldGroups, by_groups
from health.regression import NumberErrors, far_truths, number_errors, without_median
from health.slices import Slice, slices
from health.status import Status
from health.summary import ROW
from health.titles import NO_WORDS, FieldWords

# How many cases are looked at one by one.
MOST_JUDGED = 5_000
_Judged = TypeVar("_Judged", bound=JudgedNumber)


@dataclass(frozen=True, kw_only=True)
class FarTruth:
    """A truth that is far from anything that the model answers, with its case and what was answered there."""

    case_id: str
    answer: float
    truth: float


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How far numbers are from the truth: of `all`, and where truths are `far`, of those that are `near` alone. Of `confirmed` nobody gave
    a truth: they were called right as they are, and count as without an error."""

    all: NumberErrors
    near: NumberErrors | None
    far: Sequence[FarTruth]
    confirmed: int = 0


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the judged, drawn cases say, one by one; what does not apply is empty or None. `is_cut`: only the newest of them, `is_census`:
    every case was judged, and all of them count."""

    n: int
    is_cut: bool
    is_census: bool
    confusion: Confusion
    classes: Sequence[ClassFigures]
    calibration: Calibration
    sizes: Sizes
    slices: Sequence[Slice]
    groups: Sequence[FieldGroups]


def sizes(session: Session, selection: Selection, counted: Sequence[Group]) -> Sizes:
    """How far the numbers of a model that answers numbers are from the truth, as its details have it, without looking at any other
    case."""
    judged = db.health_cases.judged_numbers(session, selection, MOST_JUDGED)
    return _sizes(*_drawn_cases(judged, counted))


def details(
    judged: Sequence[JudgedCase],
    counted: Sequence[Group],
    protected: Sequence[str],
    words: FieldWords = NO_WORDS,
) -> Details:
    """What judged cases say; `counted` are all cases of their versions and days, by which they are weighed. `protected` are the fields
    whose groups are compared, `words` what values of fields are called."""
    drawn, weight = _drawn_cases(judged, counted)
    right = [case.judgement == "correct" for case in drawn]
    verdicts = list(_verdicts(drawn, weight))
    is_of_all = is_census(counted)
    classes = [] if is_of_all else [_alike(case)[:2] for case in drawn]
    hidden = frozenset(name for case in drawn for name in case.sensitive)
    columns = {
        name: [case.sensitive.get(name, case.entered.get(name)) for case in drawn]
        for name in protected
    }
    return Details(
        n=len(drawn),
        is_cut=len(judged) == MOST_JUDGED,
        is_census=is_of_all,
        confusion=confusion(verdicts),
        classes=by_class(verdicts),
        calibration=calibration([_probability(case) for case in drawn], right, weight),
        sizes=_sizes(drawn, weight),
        slices=slices([case.entered for case in drawn], right, weight, words, classes),
        groups=by_groups(
            columns, right, weight, [_truth(case) for case in drawn], hidden, words, classes
        ),
    )


def _drawn_cases(
    judged: Iterable[_Judged], counted: Sequence[Group]
) -> tuple[list[_Judged], list[float]]:
    """The drawn ones, and for how many cases each stands: as those that were counted do (health/estimates.py). A class that the
    estimate leaves out has none. Where every case was judged, each stands for itself."""
    if is_census(counted):
        every = list(judged)
        return every, [1.0] * len(every)
    known = weight_of_each(counted)
    weighed = [(case, known.get(_alike(case))) for case in judged if case.is_audited]
    found = [(case, weight) for case, weight in weighed if weight is not None]
    return [case for case, _ in found], [weight for _, weight in found]


def _alike(case: JudgedNumber) -> WeightKey:
    return case.version, case.purpose == ROW, case.probability, case.is_volunteered


def causes_of(
    session: Session,
    selection: Selection,
    status: Status,
    counted: Sequence[Group],
    titles: Mapping[str, str],
    words: FieldWords = NO_WORDS,
) -> Causes | None:
    """What a fall of the right answers that goes on comes from; None where there is none. `selection` are the cases that the
    status is of, and `counted` they counted; the sentence calls fields by their `titles`, and values by their `words`."""
    fall = next((f for f in status.findings if f.kind == "accuracy" and not f.is_over), None)
    if fall is None or fall.since is None or status.baseline is None:
        return None
    judged = db.health_cases.judged_cases(session, selection, MOST_JUDGED)
    drawn, weight = _drawn_cases(judged, counted)
    checked = Checked(
        days=[case.created_at.astimezone(UTC).date() for case in drawn],
        versions=[case.version for case in drawn],
        rows=[case.entered for case in drawn],
        right=[case.judgement == "correct" for case in drawn],
        weights=weight,
    )
    return causes(checked, fall.since, status.baseline.share, titles, words)


def _verdicts(drawn: Sequence[JudgedCase], weight: Sequence[float]) -> Iterator[Verdict]:
    for case, stands_for in zip(drawn, weight, strict=True):
        if case.answer_label is not None:
            yield Verdict(answer=case.answer_label, truth=_truth(case), weight=stands_for)


def _sizes(drawn: Sequence[JudgedNumber], weight: Sequence[float]) -> Sizes:
    """Of those with a number as the truth. Who says that a number is right says so of this very number: such cases count as
    without an error, so that errors are rather larger than this says; and where they are half of all, the median says nothing."""
    known = [
        (case.id, case.answer_number, case.truth_number, stands_for, _is_confirmed(case))
        for case, stands_for in zip(drawn, weight, strict=True)
        if case.answer_number is not None and case.truth_number is not None
    ]
    columns = np.array([row[1:] for row in known], dtype=float).reshape(-1, 4).T
    answers, truths, weights, confirmed = columns
    own = [case.answer_number for case in drawn if case.answer_number is not None]
    is_far = far_truths(answers, truths, own)
    places = np.flatnonzero(is_far)
    every = number_errors(answers, truths, weights)
    near = number_errors(answers[~is_far], truths[~is_far], weights[~is_far])
    if float(confirmed @ weights) >= float(weights.sum()) / 2:
        every, near = without_median(every), without_median(near)
    return Sizes(
        all=every,
        near=near if len(places) else None,
        far=[
            FarTruth(case_id=known[n][0], answer=float(answers[n]), truth=float(truths[n]))
            for n in places
        ],
        confirmed=int(confirmed.sum()),
    )


def _is_confirmed(case: JudgedNumber) -> bool:
    """Whether somebody called the number right without giving another."""
    return case.judgement == "correct" and case.answer_number == case.truth_number


def _truth(case: JudgedCase) -> str | None:
    """What is right: the answer where it was confirmed."""
    return case.answer_label if case.judgement == "correct" else case.truth_label


def _probability(case: JudgedCase) -> float:
    """How probable the model called its answer; not a number where it does not say."""
    said = case.answer.get("probabilities")
    found = said.get(case.answer_label) if isinstance(said, dict) else None
    return float(found) if isinstance(found, int | float) else float("nan")


NO_SIZES = _sizes([], [])
