"""What a model answers is compared with what it answered before: classes and numbers, beside the inputs and never more than Watch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from db.engine import Sessions
from health import input_drift
from health.chosen_reference import of_rows, window
from health.day_counts import fold
from health.drift.fields import FieldDrift
from health.drift.levels import level_of
from health.joint_drift import bring_up_to_date as compare_as_a_whole
from health.overview import Look, look
from health.standing import standings
from mds_client.signature import Field, ModelRef, Signature
from tests.recorded import NUMBER, add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MODEL = ("shelf", "penguins")
# The answer to the n-th case of a day.
Answering = Callable[[int], object]
A_DAY = 10


@pytest.fixture(autouse=True)
def _nothing_is_known() -> None:
    input_drift.forget()


def _ask(sessions: Sessions, days: Sequence[int], answer: Answering, mass: float = 4_000.0) -> None:
    """So many cases a day of the same inputs, so many days after NOW."""
    cases = []
    for day in days:
        for n in range(A_DAY):
            said = answer((n + day) % A_DAY)
            of = {"answer_label": said}
            if isinstance(said, float):
                of = NUMBER | {"answer_number": said}
            cases.append(
                case_of(
                    created_at=NOW + timedelta(days=day, minutes=n),
                    entered={"mass": mass + (7 * n) % 11},
                    **of,
                )
            )
    add_cases(sessions, *cases)


def _look(sessions: Sessions) -> Look:
    found = look(sessions, *MODEL, units=lambda *_: "g", clock=lambda: NOW)
    assert found is not None
    return found


def _compared(found: Look) -> FieldDrift:
    assert found.answer_drift is not None
    return found.answer_drift


def _few(n: int) -> str:
    return "Gentoo" if n < 2 else "Adelie"


def _many(n: int) -> str:
    return "Gentoo" if n < 7 else "Adelie"


@pytest.fixture
def other_answers(sessions: Sessions) -> Sessions:
    """Of the same inputs as ever, 70 instead of 20 in 100 are called Gentoo for the last ten days."""
    _ask(sessions, range(-60, -10), _few)
    _ask(sessions, range(-10, 0), _many)
    fold(sessions)
    return sessions


def test_other_answers_to_the_same_inputs_are_told(other_answers: Sessions) -> None:
    found = _look(other_answers)
    status = found.standing.status
    assert status.word == "Watch"
    said = "Its answers have changed since 22 May: 75 % are Gentoo now, 20 % were before."
    began = (NOW - timedelta(days=10)).date()
    compared = _compared(found)
    grown = compared.grown
    assert grown is not None
    share = f"{grown.after / compared.after * 100:.0f} %"
    assert said.replace("75 %", share) in status.sentence
    assert "What is asked about" not in status.sentence
    assert status.action.startswith("Look at the newest cases: do other people ask")
    (finding,) = status.findings
    assert (finding.kind, finding.since) == ("inputs", began)
    assert [(field.name, field.is_flagged) for field in found.drift] == [("mass", False)]
    assert (compared.is_flagged, compared.since, grown.words) == (True, began, "Gentoo")
    assert found.compared == [compared, *found.drift]
    assert standings(other_answers, clock=lambda: NOW)[MODEL].status == status


def test_what_a_job_kept_says_the_same_of_answers(other_answers: Sessions) -> None:
    before = _look(other_answers)
    assert compare_as_a_whole(other_answers, clock=lambda: NOW) == 1
    input_drift.forget()
    assert _compared(_look(other_answers)) == _compared(before)


def test_the_same_answers_change_nothing(sessions: Sessions) -> None:
    _ask(sessions, range(-60, 0), _few)
    fold(sessions)
    found = _look(sessions)
    assert not _compared(found).is_flagged
    assert "answers have changed" not in found.standing.status.sentence


def test_numbers_are_told_by_range_with_their_unit(sessions: Sessions) -> None:
    _ask(sessions, range(-60, -10), lambda n: 100.0 + n)
    _ask(sessions, range(-10, 0), lambda n: 120.0 + n)
    fold(sessions)
    found = _look(sessions)
    assert _compared(found).is_number
    assert "% are above 108.1 g now, 10 % were before." in found.standing.status.sentence


def test_inputs_and_answers_that_changed_are_one_finding(sessions: Sessions) -> None:
    _ask(sessions, range(-60, -10), _few)
    _ask(sessions, range(-10, 0), _many, mass=9_000.0)
    fold(sessions)
    status = _look(sessions).standing.status
    (finding,) = status.findings
    asked, answered = finding.sentence.split(" Its ")
    assert asked == "What is asked about has changed: mass differs from before, since 22 May."
    assert answered.startswith("answers have changed, too, since 22 May: ")
    assert status.action == "Look at the newest cases: has a sensor, a form or a unit changed?"


def test_rows_of_a_file_have_no_answers_to_compare(other_answers: Sessions) -> None:
    signature = Signature(
        model=ModelRef(server=MODEL[0], name=MODEL[1]),
        inputs=(Field(name="mass", kind="number"),),
    )
    rows = [{"mass": 4_000.0 + n % 11} for n in range(100)]
    of_rows(other_answers, signature, rows, name="march.csv", person="olga", clock=lambda: NOW)
    found = _look(other_answers)
    assert found.answer_drift is None
    assert found.drift_unfit == ()
    assert "answers have changed" not in found.standing.status.sentence


def test_answers_of_chosen_days_are_compared_as_far_as_they_are_of_one_kind(
    other_answers: Sessions,
) -> None:
    """Another version may have answered numbers then."""
    days = (NOW - timedelta(days=60)).date(), (NOW - timedelta(days=20)).date()
    window(other_answers, *MODEL, *days, person="olga", clock=lambda: NOW)
    found = _look(other_answers)
    assert "were in the cases of 2 April to 12 May 2025." in found.standing.status.sentence
    add_cases(
        other_answers,
        *(
            case_of(created_at=NOW - timedelta(days=100, minutes=n), entered={"mass": 4_000.0 + n % 11}, **NUMBER)
            for n in range(60)
        ),
    )  # fmt: skip
    long_ago = (NOW - timedelta(days=101)).date(), (NOW - timedelta(days=99)).date()
    window(other_answers, *MODEL, *long_ago, person="olga", clock=lambda: NOW)
    found = _look(other_answers)
    assert (found.answer_drift, found.drift_unfit) == (None, ())


def test_the_answer_is_one_more_of_the_fields_that_share_the_level(
    other_answers: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def noted(fields: int, day: int) -> float:
        asked.append(fields)
        return level_of(fields, day)

    monkeypatch.setattr("health.drift.fields.level_of", noted)
    _look(other_answers)
    assert asked == [2]
