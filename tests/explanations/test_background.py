"""The typical rows that cases are compared with, and what is unusual beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from arithmetic_models import table

from cases.queries import recent
from db.engine import Sessions, writing
from db.tables import Case
from explanations.background import store
from explanations.background.store import CASES, EXAMPLES, FILE
from explanations.errors import NoTypicalRows
from explanations.outliers import outliers, sentence
from mds_client.signature import ModelRef, Signature
from tests.recorded import FAILED, NOON, add_case, add_cases, case_of

SIGNATURE = table(
    {"age": [20.0 + place for place in range(30)], "city": ["Bonn", "Ulm", "Bonn"] * 10},
    city="category",
)
MODEL = SIGNATURE.model


def _ask(sessions: Sessions, *rows: dict[str, object]) -> None:
    add_cases(
        sessions,
        *(
            case_of(
                server=MODEL.server,
                model=MODEL.name,
                entered=row,
                created_at=NOON + timedelta(minutes=place),
            )
            for place, row in enumerate(rows)
        ),
    )


def test_the_examples_count_until_somebody_chooses(sessions: Sessions) -> None:
    found = store.current(sessions, SIGNATURE)
    assert (found.source, len(found.rows)) == (EXAMPLES, 30)
    assert found.words == "30 examples of the model"


def test_what_was_chosen_counts_and_can_be_given_back(sessions: Sessions) -> None:
    _ask(sessions, *({"age": float(age), "city": "Ulm"} for age in (30, 40, 50, 40)))
    drawn = store.of_cases(sessions, SIGNATURE)
    store.choose(sessions, MODEL, drawn, person="ada", clock=lambda: NOON)
    found = store.current(sessions, SIGNATURE)
    assert (found.source, found.person, found.created_at) == (CASES, "ada", NOON)
    assert sorted(row["age"] for row in found.rows) == [30.0, 40.0, 50.0]
    assert found.words == "3 cases, drawn from the newest 4"
    store.choose(sessions, MODEL, store.of_examples(SIGNATURE))
    assert store.current(sessions, SIGNATURE).source == EXAMPLES


def test_scenarios_are_made_up_and_not_typical(sessions: Sessions) -> None:
    _ask(sessions, *({"age": float(age), "city": "Ulm"} for age in (30, 40, 50)))
    first, *_ = recent(sessions)
    with writing(sessions) as session:
        session.get_one(Case, first.id).purpose = "scenario"
    drawn = store.of_cases(sessions, SIGNATURE)
    assert [row["age"] for row in drawn.rows] == [40.0, 30.0]


def test_a_choice_is_of_one_model(sessions: Sessions) -> None:
    other = table({"age": [1.0, 2.0], "city": ["Bonn", "Ulm"]}, city="category")
    rows = [{"age": 1.0, "city": "Ulm"}, {"age": 2.0, "city": "Ulm"}]
    elsewhere = ModelRef(server=MODEL.server, name="another")
    store.choose(sessions, elsewhere, store.of_rows(rows, other, "rows.csv"))
    assert store.current(sessions, SIGNATURE).source == EXAMPLES


def test_many_rows_are_drawn_from_and_the_draw_repeats(sessions: Sessions) -> None:
    rows = [{"age": float(age), "city": "Ulm"} for age in range(500)]
    first, second = (store.of_rows(rows, SIGNATURE, "people.csv") for _ in range(2))
    assert first == second
    assert (first.source, len(first.rows)) == (FILE, store.MOST_ROWS)
    assert max(row["age"] for row in first.rows) > 400


@pytest.mark.slow
def test_failed_cases_and_rows_that_do_not_fit_are_left_out(sessions: Sessions) -> None:
    _ask(sessions, {"age": "<b>", "city": "Ulm"}, {"city": "Ulm"}, {"age": 3.0, "city": "Ulm"})
    add_case(
        sessions,
        **{"server": MODEL.server, "model": MODEL.name, "entered": {"age": 1.0, "city": "Ulm"}},
        **FAILED,
    )
    with pytest.raises(NoTypicalRows):
        store.of_cases(sessions, SIGNATURE)


def test_chosen_rows_of_a_model_that_takes_something_else_by_now_do_not_count(
    sessions: Sessions,
) -> None:
    rows = [{"age": 1.0, "city": "Ulm"}, {"age": 2.0, "city": "Ulm"}]
    store.choose(sessions, MODEL, store.of_rows(rows, SIGNATURE, "rows.csv"))
    now = table({"age": [1.0, 2.0, 3.0], "height": [1.5, 1.6, 1.7]})
    assert now.model == MODEL
    assert store.current(sessions, now).source == EXAMPLES


def test_without_a_registry_there_are_no_rows_of_one() -> None:
    with pytest.raises(NoTypicalRows):
        store.of_registry(SIGNATURE)


# What is unusual


def _words(signature: Signature, values: dict[str, object]) -> str:
    rows = signature.example_rows
    return sentence(outliers(signature, values, rows), len(rows))


def test_what_is_usual_is_not_named() -> None:
    assert _words(SIGNATURE, {"age": 30.0, "city": "Ulm"}) == ""


def test_the_most_unusual_is_named_first() -> None:
    assert _words(SIGNATURE, {"age": 90.0, "city": "Kiel"}) == (
        "Unusual compared with 30 typical cases: age = 90 (higher than in all of them) and "
        "city = Kiel (the same in none of them)."
    )
    assert "lower than in all of them" in _words(SIGNATURE, {"age": 3.0, "city": "Ulm"})


def test_an_end_of_the_range_counts_by_how_many_reach_it() -> None:
    many = table({"age": [float(age) for age in range(200)]})
    assert "higher than in 198 of them" in _words(many, {"age": 198.0})
    assert _words(many, {"age": 190.0}) == ""


def test_unknown_is_unusual_where_it_is_seldom() -> None:
    assert "unknown in none of them" in _words(SIGNATURE, {"age": None, "city": "Ulm"})
    holes = table({"age": [*[float(a) for a in range(20)], *[float("nan")] * 10]})
    assert _words(holes, {"age": None}) == ""


def test_of_few_rows_nothing_is_said() -> None:
    assert _words(table({"age": [1.0, 2.0, 3.0]}), {"age": 1e9}) == ""
