"""What if: changed copies of a case, recorded and found again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import queries
from cases.errors import KeyReused, NoSuchCase
from cases.scenarios import MOST_LISTED, ask_scenario, origin, scenarios
from mds_client import errors
from mds_client.prediction import Answer
from tests.recorded import NOON, add_case
from tests.stub_predictor import StubPredictor

MODEL = StubPredictor(lambda values: Answer(kind="number", number=2 * values["bill"]))


def test_a_scenario_is_a_case_of_its_own(sessions):
    first = add_case(sessions)
    asked = ask_scenario(MODEL, {"bill": 21.0}, of=first.id, sessions=sessions, key="k", person="a")
    assert queries.case(sessions, asked.case_id) == asked.case
    assert (asked.case.answer_number, asked.case.entered) == (42.0, {"bill": 21.0})
    (found,) = scenarios(sessions, first.id)
    assert (found.name, found.case) == ("Scenario 1", asked.case)
    assert origin(sessions, asked.case_id) == ("Scenario 1", first.id)
    assert origin(sessions, first.id) is None


def test_it_is_never_drawn_for_a_check(sessions):
    first = add_case(sessions)
    asked = ask_scenario(MODEL, {"bill": 21.0}, of=first.id, sessions=sessions, key="k")
    assert (asked.case.audit_probability, asked.case.is_audited) == (0, False)


def test_names_are_given_or_counted_within_the_case(sessions):
    first, other = add_case(sessions), add_case(sessions)
    for number, name in enumerate(["", "  Longer \n bill ", ""]):
        ask_scenario(
            MODEL,
            {"bill": number},
            of=first.id,
            sessions=sessions,
            key=f"k{number}",
            name=name,
            clock=lambda number=number: NOON + timedelta(minutes=number),
        )
    ask_scenario(MODEL, {"bill": 1}, of=other.id, sessions=sessions, key="other")
    assert [each.name for each in scenarios(sessions, first.id)] == [
        "Scenario 1",
        "Longer bill",
        "Scenario 3",
    ]


def test_the_same_key_twice_is_one_scenario(sessions):
    first, model = add_case(sessions), StubPredictor()
    twice = [
        ask_scenario(model, {"bill": 1.0}, of=first.id, sessions=sessions, key="k").case_id
        for _ in range(2)
    ]
    assert len(set(twice)) == len(scenarios(sessions, first.id)) == len(model.calls) == 1
    with pytest.raises(KeyReused):
        ask_scenario(model, {"bill": 2.0}, of=first.id, sessions=sessions, key="k")


def test_a_failure_is_a_scenario_too(sessions):
    first = add_case(sessions)
    model = StubPredictor(errors.EndpointFailed("The server broke."))
    asked = ask_scenario(model, {"bill": 1.0}, of=first.id, sessions=sessions, key="k")
    assert asked.error is not None
    assert [each.case.outcome for each in scenarios(sessions, first.id)] == ["failed"]


def test_there_is_no_scenario_of_nothing(sessions):
    model = StubPredictor()
    with pytest.raises(NoSuchCase):
        ask_scenario(model, {"bill": 1.0}, of="01AAAAAAAAAAAAAAAAAAAAAAAA", sessions=sessions, key="k")  # fmt: skip
    assert model.calls == []


def test_the_newest_are_listed_in_their_order(sessions):
    first = add_case(sessions)
    for number in range(MOST_LISTED + 2):
        ask_scenario(MODEL, {"bill": number}, of=first.id, sessions=sessions, key=f"k{number}")
    names = [each.name for each in scenarios(sessions, first.id)]
    assert names == [f"Scenario {number}" for number in range(3, MOST_LISTED + 3)]
