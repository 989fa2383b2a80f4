"""Sets of answers and intervals hold what is right as often as they say, and are not there where too little is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import update

from cli.workbench import possible_words
from db.engine import Sessions, limited, writing
from db.scope import Models, Scope
from db.tables import HealthCalibration
from feedback.submission import submit
from health.conformal import CONFIDENCE, held, label_set, scores_of
from health.day_counts import fold
from health.prediction_sets import PredictionSet, bring_up_to_date, of_case
from health.weighted import share
from mds_client.workbench import Possible
from tests.health.simulated import REPLY, Answers, class_answers, number_answers
from tests.recorded import NOON, NUMBER, add_cases, case_of
from ui.prediction_set import words
from ui.text import percent

DRAWN = {"is_audited": True, "audit_draw": 0.01}


@pytest.mark.slow
@pytest.mark.parametrize("answers", [class_answers, number_answers])
def test_nine_in_ten_hold_what_is_right_however_cases_are_drawn(
    answers: Callable[[int, np.random.Generator], Answers],
) -> None:
    random = np.random.default_rng(17)
    covered, unweighted = [], []
    for _ in range(150):
        known, new = answers(6_000, random), answers(2_000, random)
        each = 1 / known.chances / np.where(known.is_spoken, 1.0, REPLY)
        found = scores_of(known.scores[known.is_judged], each[known.is_judged])
        ends = {c: found.threshold(1 / (c * REPLY)) for c in np.unique(new.chances)}
        covered.append(np.mean(new.scores <= np.vectorize(ends.__getitem__)(new.chances)))
        plain = scores_of(found.scores, np.ones(found.n))
        unweighted.append(np.mean(new.scores <= plain.threshold(1.0)))
    assert CONFIDENCE - 0.005 <= np.mean(covered) <= CONFIDENCE + 0.03
    # As if every case had been drawn with the same chance.
    assert np.mean(unweighted) < CONFIDENCE - 0.02


def test_with_the_fewest_cases_it_holds_exactly_and_with_fewer_says_nothing() -> None:
    random = np.random.default_rng(3)
    draws = random.random((20_000, 10))
    hits = [draw[9] <= scores_of(draw[:9], np.ones(9)).threshold(1.0) for draw in draws[:4_000]]
    assert abs(np.mean(hits) - 0.9) < 0.015
    assert np.isinf(scores_of(draws[0, :8], np.ones(8)).threshold(1.0))
    assert np.isinf(scores_of([], []).threshold(1.0))
    # One that stands for many more than those that were checked.
    assert np.isinf(scores_of(draws[0], np.ones(10)).threshold(5.0))
    for n in range(9, 60):
        place = int(np.ceil((n + 1) * 0.9)) - 1
        assert scores_of(np.arange(n), np.ones(n)).threshold(1.0) == place


def test_the_likeliest_class_is_always_there() -> None:
    shares = {"a": 0.2, "b": 0.5, "c": 0.3}
    assert label_set(shares, 0.0) == ("b",)
    assert label_set(shares, 0.7) == ("b", "c")
    assert label_set(shares, 1.0) == ("b", "c", "a")


def test_what_held_before_is_looked_for_in_what_came_later() -> None:
    steady, worse = (
        np.tile(np.linspace(0, 1, 50), 2),
        np.r_[np.linspace(0, 1, 50), np.full(50, 5.0)],
    )
    assert held(steady[:18], np.ones(18)) is None
    assert held(steady, np.ones(100)).value == pytest.approx(0.92)  # type: ignore[union-attr]
    assert held(worse, np.ones(100)).value == 0.0  # type: ignore[union-attr]


def test_what_newer_cases_refute_is_not_promised() -> None:
    """35 of 52 are 67 %, and at most 78 %; 44 of 52 may as well be 92 %."""
    for possible in ({"labels": ("no", "yes")}, {"labels": ("no",)}, {"bounds": (1.0, 2.0)}):
        kept = PredictionSet(n=104, held=share(np.arange(52) < 44), **possible)  # type: ignore[arg-type]
        assert not kept.is_refuted
        assert percent(CONFIDENCE) in words(kept)
        said = words(replace(kept, held=share(np.arange(52) < 35)))
        assert said.startswith(
            f"What else is possible can no longer be said: of the newer 52 checked cases only {percent(35 / 52)} were"
        )
        assert "confidence" not in said
        assert not replace(kept, held=None).is_refuted


def test_the_command_promises_no_more_than_the_page() -> None:
    kept = Possible(labels=("no", "yes"), confidence=0.9, n=104, held=0.85, held_high=0.92)
    assert possible_words(kept, "").startswith("with 90% confidence it is no or yes (")
    said = possible_words(replace(kept, held=0.67, held_high=0.78), "")
    assert said.startswith("what else is possible can no longer be said: 67% of the newer")
    assert "confidence" not in said


def _answer(sure: float) -> dict[str, object]:
    rest = (1 - sure) / 2
    shares = {"Adelie": sure, "Gentoo": rest * 1.5, "Chinstrap": rest * 0.5}
    return {"answer": {"kind": "class", "label": "Adelie", "probabilities": shares}}


def _check(sessions: Sessions, count: int, **facts: object) -> None:
    """Drawn cases of which every tenth is wrong."""
    cases = [
        case_of(created_at=NOON + timedelta(minutes=i), **DRAWN, **{**_answer(0.8), **facts})
        for i in range(count)
    ]
    for i, case in enumerate(add_cases(sessions, *cases)):
        other = "Gentoo" if case.answer_number is None else case.answer_number + 4.0
        is_wrong = i % 10 == 3
        submit(
            sessions,
            case_id=case.id,
            person="rita",
            judgement="incorrect" if is_wrong else "correct",
            truth=other if is_wrong else None,
            channel="review",
            key=f"f{case.id}",
        )


def test_a_case_is_held_against_the_checked_ones_of_its_version(sessions: Sessions) -> None:
    new = case_of(**_answer(0.55))
    assert of_case(sessions, new) is None
    _check(sessions, 40)
    _check(sessions, 40, version="v2", **NUMBER)
    _check(sessions, 8, version="v3")
    _check(sessions, 20, version="v4", purpose="demo")
    assert of_case(sessions, new) is None  # nothing is worked out while a page is drawn
    fold(sessions)
    assert bring_up_to_date(sessions) == 1
    assert bring_up_to_date(sessions) == 0
    with writing(sessions) as session:  # as the release before kept it
        session.execute(update(HealthCalibration).values(demonstration=None))
    assert bring_up_to_date(sessions) == 1

    found = of_case(sessions, new)
    # Wrong in 1 of 10, where Gentoo had 0.15: 40 cases and the new one need more than 36.9 of them.
    assert found is not None
    assert (found.labels, found.n) == (("Adelie", "Gentoo", "Chinstrap")[:2], 40)
    made_up = of_case(sessions, replace(new, version="v4"))
    assert made_up is not None
    assert (found.demonstration, made_up.n, made_up.demonstration) == (0, 20, 20)
    assert found.held is not None
    assert (found.held.value, found.held.n) == (1.0, 20)
    assert of_case(sessions, case_of(**_answer(0.97))).labels == ("Adelie",)  # type: ignore[union-attr]
    number = of_case(sessions, case_of(version="v2", **NUMBER))
    assert number is not None
    assert number.bounds == (37.5, 45.5)
    for nothing in (
        {"version": "v3"},
        {"version": "v9"},
        {"audit_probability": 0.0},
        {"audit_probability": 0.001},
        {"answer": None},
        {"answer": {"kind": "class", "label": "Adelie"}},
    ):
        assert of_case(sessions, replace(new, **nothing)) is None, nothing

    analyst = Scope(person="ann", seen=(Models(server="shelf", name="penguins"),))
    assert of_case(limited(sessions, analyst), new) == found
    stranger = Scope(person="ann", seen=(Models(server="shelf", name="other"),))
    assert of_case(limited(sessions, stranger), new) is None
