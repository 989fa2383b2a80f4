"""Anchor rules: what they claim must hold."""

from __future__ import annotations

import numpy as np
import pytest
from arithmetic_models import ArithmeticModel, request, table, yes

from explanations.contract import Budget
from explanations.explaining import explain
from explanations.methods import methods
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Values

ANCHOR = methods()["anchor"]
GENERATOR = np.random.default_rng(1)
SIGNATURE = table(
    {
        "age": [float(v) for v in GENERATOR.integers(18, 80, 30)],
        "income": [float(v) for v in GENERATOR.integers(10, 90, 30)],
        "region": [["north", "south", "west"][v] for v in GENERATOR.integers(0, 3, 30)],
    },
    region="category",
)


def _formula(row: Values) -> Answer:
    return yes(0.9 if float(row["age"]) > 50 and row["region"] == "north" else 0.1)  # type: ignore[arg-type]


ROW = {"age": 70.0, "income": 30.0, "region": "north"}


@pytest.mark.slow
def test_a_rule_names_what_decides_and_holds() -> None:
    model = ArithmeticModel(_formula)
    found = explain(
        request("anchor", SIGNATURE, ROW, _formula(ROW), ANCHOR.cost(SIGNATURE)), ANCHOR, model
    )
    assert found.kind == "rule"
    said = " ".join(found.conditions)
    assert "region" in said
    assert "north" in said
    assert "age" in said
    assert "income" not in said
    assert found.precision is not None
    assert found.precision >= 0.9
    assert found.coverage is not None
    assert 0 < found.coverage < 1
    assert all(condition in found.sentence for condition in found.conditions)
    assert found.rows == model.rows <= 20_000


@pytest.mark.slow
def test_it_repeats_to_the_bit() -> None:
    asked = request("anchor", SIGNATURE, ROW, _formula(ROW), ANCHOR.cost(SIGNATURE))
    runs = [explain(asked, ANCHOR, ArithmeticModel(_formula)) for _ in range(2)]
    assert runs[0].conditions == runs[1].conditions
    assert runs[0].precision == runs[1].precision


@pytest.mark.parametrize("rows", [1, 60, 400])
def test_a_budget_ends_it_and_is_said(rows: int) -> None:
    def noisy(row: Values) -> Answer:
        return yes(0.9 if hash(tuple(row.items())) % 2 else 0.1)

    model = ArithmeticModel(noisy)
    asked = request("anchor", SIGNATURE, ROW, noisy(ROW), Budget(rows=rows, calls=30, seconds=20))
    try:
        found = explain(asked, ANCHOR, model)
    except MdsError as error:
        assert error.sentence  # noqa: PT017
    else:
        assert found.note or not found.is_complete
    assert model.rows <= rows


def test_a_rule_that_could_not_be_tried_on_fresh_cases_says_so() -> None:
    asked = request("anchor", SIGNATURE, ROW, _formula(ROW), Budget(rows=2010, calls=2))
    found = explain(asked, ANCHOR, ArithmeticModel(_formula))
    assert "The rule was not tried on fresh cases: it ended after 2 calls." in found.note
    assert not found.is_complete
