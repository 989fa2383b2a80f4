"""A choice that was written as columns of 0 and 1 is one field again, and has one bar."""

from __future__ import annotations

import pytest
from arithmetic_models import ArithmeticModel, number, request, table

from explanations.contract import Explanation
from explanations.explaining import explain
from explanations.methods import methods
from explanations.shapley.players import find_players
from mds_client.prediction import Answer
from mds_client.signature import Values

SHAPLEY = methods()["shapley"]
AGES = [20.0, 30.0, 40.0, 50.0, 60.0, 70.0]


def _one_hot(mark: str) -> dict[str, list[float]]:
    """A contract that is monthly, yearly or for two years, and an age."""
    return {
        "age": AGES,
        f"contract{mark}monthly": [1.0, 0.0, 0.0, 1.0, 0.0, 1.0],
        f"contract{mark}yearly": [0.0, 1.0, 0.0, 0.0, 1.0, 0.0],
        f"contract{mark}two_years": [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    }


def _names(columns: dict[str, list[float]], row: Values) -> list[tuple[str, ...]]:
    signature = table(columns)
    return [each.names for each in find_players(signature, row, signature.example_rows)]


@pytest.mark.parametrize("mark", ["=", "_", "__", "."])
def test_columns_of_one_choice_are_one_player_under_their_common_name(mark: str) -> None:
    columns = _one_hot(mark)
    signature = table(columns)
    row = dict(zip(columns, [33.0, 1.0, 0.0, 0.0], strict=True))
    alone, together = find_players(signature, row, signature.example_rows)
    assert (alone.name, together.name, together.title) == ("age", "contract", "Contract")
    assert together.names == tuple(columns)[1:]
    assert together.value_text == "monthly"


def test_the_chosen_bar_has_what_all_its_columns_bring_and_rows_stay_possible() -> None:
    columns = _one_hot("=")

    def formula(row: Values) -> Answer:
        monthly, yearly, two = (float(row[f"contract={c}"]) for c in ("monthly", "yearly", "two_years"))  # type: ignore[arg-type]  # fmt: skip
        assert monthly + yearly + two == 1
        return number(10 * monthly + 4 * yearly + float(row["age"]) / 10)  # type: ignore[arg-type]

    signature, model = table(columns), ArithmeticModel(formula)
    row = dict(zip(columns, [33.0, 1.0, 0.0, 0.0], strict=True))
    asked = request("shapley", signature, row, formula(row), SHAPLEY.cost(signature))
    found: Explanation = explain(asked, SHAPLEY, model)
    amounts = {each.field: each.amount for each in found.attributions}
    assert amounts == pytest.approx({"contract": 10 - (3 * 10 + 2 * 4) / 6, "age": 3.3 - 4.5})
    assert "contract = monthly" in found.sentence


def test_what_happens_to_begin_alike_stays_apart() -> None:
    columns = {
        "has_car": [1.0, 1.0, 0.0, 0.0, 1.0, 0.0],
        "has_house": [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        "size_small": [3.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        "size_large": [0.0, 1.0, 0.0, 1.0, 1.0, 1.0],
    }
    assert [len(names) for names in _names(columns, dict.fromkeys(columns, 0.0))] == [1] * 4


def test_none_of_the_choices_is_possible_only_where_names_say_that_they_are_choices() -> None:
    for mark, together in (("=", 3), ("_", 1)):
        columns = _one_hot(mark)
        row = dict(zip(columns, [33.0, 0.0, 0.0, 0.0], strict=True))
        assert max(len(names) for names in _names(columns, row)) == together


def test_a_few_rows_do_not_make_a_choice() -> None:
    columns = {name: values[:3] for name, values in _one_hot("_").items()}
    row = dict(zip(columns, [20.0, 1.0, 0.0, 0.0], strict=True))
    assert max(len(names) for names in _names(columns, row)) == 1
