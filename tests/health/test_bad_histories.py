"""Histories that no model should have: each gets a sentence, and nowhere a number that is wrong or none."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

import db.feedback
from api.v1.health.sizes import sizes_of
from api.v1.health.standing import Known
from api.v1.resources.health import Told, of_all, whole
from db.cases import CaseView
from db.engine import Sessions, close, make_sessions, writing
from db.feedback import FeedbackView
from db.ids import new_id
from feedback.first_call_figures import first_call_figures
from health import joint_drift, prediction_sets
from health.day_counts import fold
from health.details import details
from health.drift import joint
from health.drift.fields import compare
from health.drift.joint import Asked
from health.outliers.known import LEAST, known_inputs
from health.overview import Look, look
from health.report import HealthReport, page
from health.service import service
from health.standing import standings
from health.summary import recent_series, summarise
from health.titles import no_unit
from tests.recorded import add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MODEL = ("shelf", "penguins")
HUGE = 10**400
ODD = (math.inf, -math.inf, math.nan, 1e308, -1e308, HUGE, -HUGE, 5e-324, 0.0)
# As a word of its own; `information` is none.
SIZES = ("mae", "rmse", "bias")
NO_NUMBER = re.compile(r"(?<![\w.])[-+]?(nan|inf|infinity)(?![\w])", re.I)


@dataclass(frozen=True, kw_only=True)
class Bad:
    """One history: cases with what was said of each, the word that Health has for it, and what it says somewhere, in its
    sentence or in its report. `truths` are numbers that somebody called right, by the place of the case."""

    cases: Sequence[tuple[CaseView, str]]
    word: str
    says: Sequence[str]
    truths: Mapping[int, float] = field(default_factory=dict)


def _case(number: int, of: int, **changes: object) -> CaseView:
    """One of so many over sixty days, drawn for a check."""
    at = NOW - timedelta(days=60 * (of - number) / of)
    known = {"is_audited": True, "audit_draw": 0.01, "created_at": at, "entered": _row(number)}
    return case_of(**(known | changes))


def _row(number: int) -> dict[str, object]:
    return {"bill": 40.0 + number % 7, "island": ("Biscoe", "Dream")[number % 2]}


def _many(count: int, **changes: object) -> list[tuple[CaseView, str]]:
    return [(_case(n, count, **changes), "correct") for n in range(count)]


def _number(value: object) -> dict[str, object]:
    found = {"kind": "number", "number": value}
    return {"answer": found, "answer_label": None, "answer_number": value}


def _odd_numbers() -> list[tuple[CaseView, str]]:
    """What is entered, answered and called probable is infinite, no number, or longer than any float."""
    found = []
    for n in range(120):
        odd, value = ODD[n % len(ODD)], (math.inf, 41.5, -math.inf, 1e308)[n % 4]
        found.append((_case(n, 120, entered={"bill": odd, "depth": value}, **_number(value)), "correct"))  # fmt: skip
    return found


def _dated(moment: datetime) -> list[tuple[CaseView, str]]:
    """Every third case is dated by a clock that is wrong."""
    cases = _many(120)
    return [
        (_case(n, 120, created_at=moment + timedelta(minutes=n)) if n % 3 == 0 else case, said)
        for n, (case, said) in enumerate(cases)
    ]


def _went_back() -> list[tuple[CaseView, str]]:
    """v2 takes the place of v1 for ten days, and is taken back."""
    found: list[tuple[CaseView, str]] = []
    for n in range(240):
        is_new = 140 <= n < 180
        is_wrong = n % 20 == 7 or (is_new and n % 2 == 0)
        case = _case(n, 240, version="v2" if is_new else "v1")
        found.append((case, "incorrect" if is_wrong else "correct"))
    return found


def _does_not_fit() -> list[tuple[CaseView, str]]:
    """In the last two weeks one field has another kind, one is gone, and one is new."""
    found = []
    for n in range(160):
        row: dict[str, object] = _row(n) | {"bill": "long" if n % 2 else "short", "mass": 4_000.0 + n % 9}  # fmt: skip
        row.pop("island")
        found.append((_case(n, 160, entered=row if n >= 124 else _row(n)), "correct"))
    return found


def _categories() -> list[tuple[CaseView, str]]:
    """Every case has an answer and a value of its own."""
    found: list[tuple[CaseView, str]] = []
    for n in range(240):
        label = f"species {n}"
        answer = {"kind": "class", "label": label, "probabilities": {label: 0.5}}
        more = {"entered": {"name": f"<b>{n}</b>", "site": f"site {n}"}, "answer_label": label}
        found.append((_case(n, 240, answer=answer, **more), "correct"))
    return found


def _prices() -> list[tuple[CaseView, str]]:
    """Numbers from 100 to 148, of which every tenth is called wrong."""
    return [
        (_case(n, 240, **_number(100.0 + 2 * (n % 25))), "incorrect" if n % 10 == 3 else "correct")
        for n in range(240)
    ]


def _absurd(truth: float) -> Bad:
    """All that are wrong are 4 off, but for one whose truth is absurd."""
    cases = _prices()
    truths = {n: 104.0 + 2 * (n % 25) for n in range(3, 240, 10)} | {63: truth}
    return Bad(cases=cases, word="Healthy", says=["90 % of answers are right"], truths=truths)


ABSURD = {
    "a truth of minus infinity, nearly": -1e308,
    "a truth of many nines": 9e99,
    "a truth without its point": 122_000.0,
}

HISTORIES: dict[str, Callable[[], Bad]] = {
    "one case": lambda: Bad(
        cases=[(_case(0, 1), "incorrect")],
        word="Not enough evidence",
        says=["1 of 1 drawn cases are checked so far."],
    ),
    "one class": lambda: Bad(
        cases=_many(120),
        word="Healthy",
        says=["100 % of answers are right (95 % interval 97–100 %)."],
    ),
    "all missing": lambda: Bad(
        cases=_many(120, entered={"bill": None, "island": ""}, answer={"kind": "class"}, answer_label=None),
        word="Healthy",
        says=["100 % of answers are right"],
    ),
    "infinities": lambda: Bad(
        cases=_odd_numbers(),
        word="Healthy",
        says=["100 % of answers are right"],
    ),
    "a clock that is ahead": lambda: Bad(
        cases=_dated(NOW + timedelta(days=36_500)),
        word="Healthy",
        says=["40 cases are dated after today, up to 8 May 2125", "100 % of answers are right"],
    ),
    "a clock that is behind": lambda: Bad(
        cases=_dated(datetime(1970, 1, 1, tzinfo=UTC)),
        word="Healthy",
        says=["100 % of answers are right"],
    ),
    "a version that went back": lambda: Bad(
        cases=_went_back(),
        word="Watch",
        says=["They are as good again as at first"],
    ),
    "a reference that does not fit": lambda: Bad(
        cases=_does_not_fit(),
        word="Watch",
        says=[
            "bill: 36 of 36 have a value that was never there before: long, short",
            "island: no recent case has it any more",
            "mass: no earlier case has it",
        ],
    ),
    "ten thousand categories": lambda: Bad(
        cases=_categories(),
        word="Healthy",
        says=["100 % of answers are right", "others"],
    ),
    **{name: partial(_absurd, truth) for name, truth in ABSURD.items()},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", HISTORIES)
def test_a_bad_history_gives_a_sentence_and_no_wrong_number(name: str, sessions: Sessions) -> None:
    given = HISTORIES[name]()
    record(sessions, given)
    (standing,) = standings(sessions, clock=lambda: NOW).values()
    assert standing.status.word == given.word, standing.status.sentence
    assert standing.status.action
    before = _looked(sessions)
    fold(sessions)
    joint_drift.bring_up_to_date(sessions, clock=lambda: NOW)
    prediction_sets.bring_up_to_date(sessions, clock=lambda: NOW)
    found = _looked(sessions)
    assert found.standing.status.word == standing.status.word
    assert (found.answered, found.weeks) == (before.answered, before.weeks)
    _check(found)
    rows = summarise(sessions)
    _check(rows)
    assert sum(row.cases for row in rows) == found.standing.cases == len(given.cases)
    _check(recent_series(sessions, clock=lambda: NOW))
    printed = page(HealthReport(look=found, rows=rows, titles={}, chosen=(), at=NOW))
    served = service(sessions, standing.server, standing.model, clock=lambda: NOW)
    called = first_call_figures(sessions, standing.server, standing.model)
    known = Known(owners={}, units=no_unit)
    for words in (
        printed,
        whole(found, Told(served=served, called=called), known, 0).model_dump_json(),
        of_all([standing], known).model_dump_json(),
    ):
        assert not NO_NUMBER.search(words), NO_NUMBER.search(words)
    for words in given.says:
        assert words in printed
    for case, _ in given.cases[:: max(1, len(given.cases) // 5)]:
        _check(prediction_sets.of_case(sessions, case))


@pytest.mark.slow
@pytest.mark.parametrize("truth", ABSURD.values())
def test_an_absurd_truth_is_named_and_the_figures_stand_without_it(
    truth: float, sessions: Sessions
) -> None:
    given = _absurd(truth)
    record(sessions, given)
    looked = _looked(sessions)
    found = looked.details.sizes
    (far,) = found.far
    assert (far.case_id, far.answer, far.truth) == (given.cases[63][0].id, 126.0, truth)
    assert found.all.n == found.near.n + 1
    assert found.all.mae.value > 1.0e5 / 240
    assert 0.3 < found.near.mae.value < 0.5
    # Nine of ten numbers were only called right: half of the errors are 0, whatever they were.
    assert found.near.median.value is found.all.median.value is None
    assert found.confirmed > 200
    each = [getattr(sizes, name) for sizes in (found.all, found.near) for name in SIZES]
    assert all(math.isfinite(end) for mean in each for end in (mean.value, mean.low, mean.high))
    printed = page(HealthReport(look=looked, rows=[], titles={}, chosen=(), at=NOW))
    for words in (
        "1 truth is far from anything",
        "Root of the mean squared error, at least",
        "far, n=239",
    ):
        assert words in printed
    told = sizes_of(found)
    assert told is not None
    assert (told.far, told.far_truths[0].case, told.far_truths[0].truth) == (1, far.case_id, truth)
    assert (told.errors.n, told.errors_without_far.n) == (240, 239)
    assert told.errors_without_far.median_absolute.value is None
    assert "so there is no median" in told.sentence
    assert "edian absolute" not in printed
    assert f"is answered (case {far.case_id}). Look at it" in told.sentence


@pytest.mark.slow
def test_sentences_call_fields_as_people_do(sqlite_url: str) -> None:
    sessions = make_sessions(sqlite_url)
    record(sessions, HISTORIES["a reference that does not fit"]())
    named = {"titles": lambda *_: {"mass": "Body mass", "bill": "Bill length"}}
    (standing,) = standings(sessions, clock=lambda: NOW, **named).values()
    assert "has changed: island, Body mass and Bill length differ" in standing.status.sentence
    found = look(sessions, *MODEL, clock=lambda: NOW, **named)
    assert found is not None
    assert found.standing.status.sentence == standing.status.sentence
    close(sessions)


def test_of_no_case_nothing_is_said(sessions: Sessions) -> None:
    assert standings(sessions, clock=lambda: NOW) == {}
    assert summarise(sessions) == []
    assert look(sessions, *MODEL, clock=lambda: NOW) is None
    assert fold(sessions) == joint_drift.bring_up_to_date(sessions) == 0
    _check(details([], [], ["sex"]))
    assert compare([], []) == joint.compare([], []) == []
    assert known_inputs([]) is None


@pytest.mark.parametrize("name", HISTORIES)
def test_what_is_compared_case_by_case_stands_bad_rows(name: str) -> None:
    """Drift, joint drift and outliers of the rows themselves, each side of which may be the reference."""
    rows = [case.entered for case, _ in HISTORIES[name]().cases]
    sides = (rows[: len(rows) // 2], rows[len(rows) // 2 :])
    for before, after in (sides, sides[::-1], (rows, []), ([], rows)):
        _check(compare(before, after))
        _check(joint.compare(_asked(before), _asked(after)))
    known = known_inputs((rows * LEAST)[: 3 * LEAST])
    for words in known.unlike(rows, {}) if known else ():
        assert not NO_NUMBER.search(words)


def record(sessions: Sessions, given: Bad) -> None:
    kept = add_cases(sessions, *(case for case, _ in given.cases))
    with writing(sessions) as session:
        for place, (case, (_, judgement)) in enumerate(zip(kept, given.cases, strict=True)):
            right = case.answer_number if judgement == "correct" else None
            db.feedback.add(session, _said(case, judgement, given.truths.get(place, right)))


def _said(case: CaseView, judgement: str, number: float | None) -> FeedbackView:
    return FeedbackView(
        id=new_id(),
        created_at=case.created_at,
        case_id=case.id,
        person="reviewer-1",
        channel="audit",
        judgement=judgement,
        truth_label="Gentoo" if judgement == "incorrect" and number is None else None,
        truth_number=number,
        idempotency_key=f"{case.id}-said",
    )


def _looked(sessions: Sessions) -> Look:
    found = look(sessions, *MODEL, protected=["island", "bill", "gone"], clock=lambda: NOW)
    assert found is not None
    return found


def _asked(rows: Sequence[Mapping[str, object]]) -> list[Asked]:
    return [Asked(id=str(place), row=row) for place, row in enumerate(rows)]


def _check(found: object) -> None:
    """No number in it is NaN, and each value lies within its interval, of no more cases than there are."""
    for each in _parts(found):
        if isinstance(each, float):
            assert not math.isnan(each), found
        known = {f.name: getattr(each, f.name) for f in fields(each)} if is_dataclass(each) else {}
        if {"value", "low", "high"} <= set(known) and isinstance(known["value"], float):
            assert known["low"] <= known["value"] <= known["high"], each
            assert math.isfinite(known["value"]), each
        if {"n", "of", "drawn"} <= set(known):
            assert known["n"] <= known["of"], each
            assert known["drawn"] <= known["of"], each


def _parts(found: object) -> Iterator[object]:
    """The thing and everything in it, however deep."""
    yield found
    if is_dataclass(found):
        members: Sequence[object] = [getattr(found, f.name) for f in fields(found)]
    elif isinstance(found, Mapping):
        members = list(found.values())
    else:
        members = list(found) if isinstance(found, list | tuple | frozenset) else []
    for each in members:
        yield from _parts(each)
