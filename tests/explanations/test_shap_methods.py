"""shap's own explainers behind our budget: right, repeatable, and ended with what they have."""

from __future__ import annotations

import numpy as np
import pytest
from arithmetic_models import ArithmeticModel, number, request, table, weighted

from explanations.contract import Budget, Explanation, Progress
from explanations.errors import ExplanationTooDear
from explanations.explaining import explain, quiet
from explanations.methods import methods, suited
from mds_client.prediction import Answer
from mds_client.signature import Values

NAMES = ["shap_exact", "shap_kernel", "shap_partition", "shap_permutation"]
COLUMNS = {"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 2.0], "c": [0.0, 0.0, 3.0]}
WIDE = {f"x{place}": np.random.default_rng(place).normal(size=20).tolist() for place in range(10)}
CASE = dict.fromkeys(WIDE, 1.5)


@pytest.fixture(autouse=True, scope="module")
def _is_warm() -> None:
    """The library is loaded, as it is in the process that explains."""
    with quiet():
        for name in NAMES:
            methods()[name].warm()  # type: ignore[attr-defined]


def _bent(row: Values) -> Answer:
    values = np.array(list(row.values()), dtype=float)
    return number(float(np.tanh(values[:5].sum()) * values[5:].sum() + values[0] * 3))


def _explained(
    name: str, *, budget: Budget | None = None, seen: list[Progress] | None = None
) -> Explanation:
    method, signature = methods()[name], table(WIDE)
    asked = request(name, signature, CASE, _bent(CASE), budget or Budget(rows=3400, calls=300))
    seen = [] if seen is None else seen
    return explain(asked, method, ArithmeticModel(_bent), report=seen.append)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_an_additive_model_gets_its_weights(name: str) -> None:
    signature, row = table(COLUMNS), {"a": 5.0, "b": 5.0, "c": 5.0}
    method, model = methods()[name], ArithmeticModel(weighted)
    found = explain(
        request(name, signature, row, weighted(row), method.cost(signature)), method, model
    )
    amounts = {each.field: each.amount for each in found.attributions}
    assert amounts == pytest.approx({"a": 2 * 4.0, "b": 3 * 4.0, "c": -4.0})
    assert found.base == pytest.approx(2 + 3 - 1)
    assert found.gap == pytest.approx(0, abs=1e-9)
    assert (found.rows, found.is_complete, found.method) == (model.rows, True, name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_categories_unknown_values_and_the_case_itself_survive_the_library(name: str) -> None:
    signature = table(
        {"island": ["A", "B", "A"], "mass": [1.0, None, 3.0], "big": [True, False, True]},
        island="category",
        big="boolean",
    )
    row: Values = {"island": "B", "mass": None, "big": True}

    def formula(asked: Values) -> Answer:
        assert asked["island"] in ("A", "B")
        assert asked["big"] in (True, False)
        return number(0.5 * (asked["island"] == "B") + 0.2 * (asked["mass"] is None))

    method = methods()[name]
    asked = request(name, signature, row, formula(row), Budget(rows=3400))
    found = explain(asked, method, ArithmeticModel(formula))
    amounts = {each.field: each.amount for each in found.attributions}
    assert amounts == pytest.approx(
        {"island": 0.5 * 2 / 3, "mass": 0.2 * 2 / 3, "big": 0}, abs=1e-9
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_same_case_gets_the_same_bits_and_nobody_elses_chance_is_touched(name: str) -> None:
    np.random.seed(7)
    first = _explained(name)
    between = np.random.random()
    assert _explained(name).attributions == first.attributions
    np.random.seed(7)
    assert np.random.random() == between


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_the_budget_ends_it_with_what_it_has_and_it_says_so(name: str) -> None:
    seen: list[Progress] = []
    # Too few for all that it would do, enough for a beginning: calls are what runs out.
    found = _explained(name, budget=Budget(rows=3400, calls=10), seen=seen)
    assert not found.is_complete
    assert "It ended after 10 calls." in found.note
    assert found.calls <= 10
    assert found.gap == pytest.approx(0, abs=1e-6)
    rough = [progress.rough for progress in seen if progress.rough]
    assert rough
    assert not any(each.is_complete for each in rough)
    with pytest.raises(ExplanationTooDear, match="was not ready within 8 rows"):
        _explained(name, budget=Budget(rows=8))


@pytest.mark.slow
def test_they_come_after_ours() -> None:
    offered = [method.NAME for method in suited(table(COLUMNS))]
    assert offered[-4:] == NAMES


def test_exact_is_offered_where_all_combinations_fit() -> None:
    wide = table({f"x{place}": [0.0, 1.0] for place in range(12)})
    assert [m.NAME for m in suited(wide) if m.NAME in NAMES] == NAMES[1:]
