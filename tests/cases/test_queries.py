"""Cases found again."""

from datetime import timedelta

import pytest

from cases import queries
from cases.errors import NoSuchCase
from db.ids import new_id
from tests.recorded import FAILED, NOON, NOT_THERE, add_case, add_cases, case_of


@pytest.mark.parametrize("case_id", ["", "nonsense", "\x00" * 26, "' OR 1=1 --", NOT_THERE])
def test_a_link_to_nothing_is_nothing(sessions, case_id: str):
    assert queries.case(sessions, case_id) is None
    assert queries.wire(sessions, case_id) is None


def test_the_newest_come_first_a_page_at_a_time(sessions):
    hours = [case_of(created_at=NOON + timedelta(hours=hour)) for hour in (2, 0, 3, 1)]
    same_moment = [case_of(created_at=NOON + timedelta(hours=2)) for _ in range(2)]
    add_cases(sessions, *hours, *same_moment)
    expected = [c.id for c in sorted(hours + same_moment, key=lambda c: (c.created_at, c.id))][::-1]
    assert [case.id for case in queries.recent(sessions)] == expected
    found, before = [], ""
    while page := queries.recent(sessions, before=before, limit=2):
        found += [case.id for case in page]
        before = page[-1].id
    assert found == expected


def test_cases_are_found_by_server_model_and_person(sessions):
    mine = add_case(sessions, server="a", model="m", person="ada")
    add_case(sessions, server="b", model="m", person="ada")
    add_case(sessions, server="a", model="n", person="ada")
    add_case(sessions, server="a", model="m", person="bob")
    assert queries.recent(sessions, server="a", model="m", person="ada") == [mine]


def test_the_last_answered_case_is_not_a_failed_one(sessions):
    answered = add_case(sessions)
    add_case(sessions, created_at=NOON + timedelta(hours=1), **FAILED)
    assert queries.last_answered(sessions, server="shelf", model="penguins") == answered
    assert queries.last_answered(sessions, server="shelf", model="wines") is None


def test_explanations_of_a_case_the_newest_first(sessions):
    case = add_case(sessions)
    for number in range(3):
        queries.save_explanation(
            sessions,
            case_id=case.id,
            method="kernel_shap",
            status="done",
            rows=100 * number,
            seed=2**40,
            result={"bill": 0.5, "baseline": float("nan"), "pair": (1, 2)},
            clock=lambda number=number: NOON + timedelta(hours=number),
        )
    found = queries.explanations(sessions, case.id)
    assert [explanation.rows for explanation in found] == [200, 100, 0]
    assert found[0].result["pair"] == [1, 2]
    assert found[0].seed == 2**40


def test_a_result_that_is_too_large_is_left_out_and_said_to_be(sessions):
    case = add_case(sessions)
    kept = queries.save_explanation(
        sessions, case_id=case.id, method="m", status="done", result={"map": "x" * 2_000_000}
    )
    assert kept.result is None
    assert "too large" in kept.error


def test_an_explanation_needs_its_case(sessions):
    with pytest.raises(NoSuchCase):
        queries.save_explanation(sessions, case_id=new_id(), method="m", status="done")
