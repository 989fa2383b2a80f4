"""Shapley values against models whose true values can be worked out."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from arithmetic_models import ArithmeticModel, number, request, table, weighted, yes

from explanations import narration
from explanations.contract import Budget, Explanation, Progress
from explanations.errors import ExplanationFailed
from explanations.explaining import explain
from explanations.methods import methods, shapley
from explanations.shapley.game import Estimate, between_rows, steady
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values

SHAPLEY = methods()["shapley"]
COLUMNS = {"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 2.0], "c": [0.0, 0.0, 3.0]}


def _explain(
    formula: Callable[[Values], Answer],
    signature: Signature,
    row: Values,
    budget: Budget | None = None,
) -> tuple[Explanation, ArithmeticModel]:
    model = ArithmeticModel(formula)
    asked = request("shapley", signature, row, formula(row), budget or SHAPLEY.cost(signature))
    return explain(asked, SHAPLEY, model), model


def _truth(
    score: Callable[[Values], float], row: Values, background: list[Values]
) -> dict[str, float]:
    """Shapley's formula, term by term (Shapley 1953), for an interventional background."""
    names, result = list(row), dict.fromkeys(row, 0.0)
    for name in names:
        others = [other for other in names if other != name]
        for size in range(len(names)):
            weight = (
                math.factorial(size)
                * math.factorial(len(names) - size - 1)
                / math.factorial(len(names))
            )
            for chosen in itertools.combinations(others, size):
                gain = [
                    score({**b, **{n: row[n] for n in (*chosen, name)}})
                    - score({**b, **{n: row[n] for n in chosen}})
                    for b in background
                ]
                result[name] += weight * float(np.mean(gain))
    return result


def _amounts(found: Explanation) -> dict[str, float]:
    return {attribution.field: attribution.amount for attribution in found.attributions}


def test_an_additive_model_gets_its_weights() -> None:
    signature = table(COLUMNS)
    found, _ = _explain(weighted, signature, {"a": 5.0, "b": 5.0, "c": 5.0})
    assert _amounts(found) == pytest.approx({"a": 2 * 4.0, "b": 3 * 4.0, "c": -4.0})
    assert found.base == pytest.approx(2 + 3 - 1)
    assert found.prediction == pytest.approx(20)
    assert "mm" in found.sentence


@pytest.mark.parametrize("fields", [1, 2, 3, 6])
def test_few_fields_cost_no_more_than_all_their_combinations(fields: int) -> None:
    columns = {f"x{i}": list(np.random.default_rng(i).normal(size=60)) for i in range(fields)}
    signature, row = table(columns), dict.fromkeys(columns, 1.0)
    found, model = _explain(lambda r: number(math.prod(map(float, r.values()))), signature, row)  # type: ignore[arg-type]
    assert "Exact against 50 typical cases" in found.note
    assert model.rows <= (SHAPLEY.cost(signature).rows or 0) <= 3400


def _interacting(row: Values) -> float:
    return float(row["a"]) * float(row["b"]) + (2.0 if float(row["c"]) > 1 else 0.0)  # type: ignore[arg-type]


def test_a_model_with_interactions_gets_shapleys_values() -> None:
    signature = table(COLUMNS)
    row = {"a": 3.0, "b": 4.0, "c": 2.0}
    found, _ = _explain(lambda r: number(_interacting(r)), signature, row)
    assert _amounts(found) == pytest.approx(
        _truth(_interacting, row, signature.example_rows), abs=1e-6
    )


def test_amounts_add_up_to_the_difference_and_the_check_is_kept() -> None:
    generator = np.random.default_rng(3)
    columns = {f"x{i}": list(generator.normal(size=20)) for i in range(30)}
    weights = generator.normal(size=30)

    def formula(row: Values) -> Answer:
        total = sum(w * float(row[f"x{i}"]) for i, w in enumerate(weights))  # type: ignore[arg-type]
        return yes(1 / (1 + math.exp(-total)))

    row = {f"x{i}": float(v) for i, v in enumerate(generator.normal(size=30))}
    found, model = _explain(formula, table(columns), row)
    assert found.base is not None
    assert sum(_amounts(found).values()) == pytest.approx(found.prediction - found.base, abs=1e-6)
    assert found.gap == pytest.approx(0, abs=1e-6)
    assert (found.rows, found.calls) == (model.rows, model.calls)
    assert model.rows <= 3400
    assert model.calls <= 16
    assert model.largest <= 500


def test_the_strongest_three_of_twelve_fields_are_found() -> None:
    generator = np.random.default_rng(11)
    columns = {f"x{i}": list(generator.normal(size=10)) for i in range(12)}
    signature, right = table(columns), 0
    for _trial in range(20):
        weights = generator.normal(size=12) * np.arange(1, 13) ** 1.5

        def score(row: Values, weights: np.ndarray = weights) -> float:
            x = np.array([float(row[f"x{i}"]) for i in range(12)])  # type: ignore[arg-type]
            return float(weights @ x + 0.5 * x[0] * x[11])

        row = {f"x{i}": float(v) for i, v in enumerate(generator.normal(size=12))}
        found, _ = _explain(lambda r, s=score: number(s(r)), signature, row)
        mean = {name: float(np.mean(values)) for name, values in columns.items()}
        linear = {f"x{i}": weights[i] * (row[f"x{i}"] - mean[f"x{i}"]) for i in range(12)}
        best = sorted(linear, key=lambda name: -abs(linear[name]))[:3]
        mine = sorted(_amounts(found), key=lambda name: -abs(_amounts(found)[name]))[:3]
        right += set(best) == set(mine)
    assert right >= 18


def test_categories_and_missing_values_are_values_like_others() -> None:
    signature = table(
        {"island": ["A", "B", "A"], "mass": [1.0, None, 3.0], "big": [True, False, True]},
        island="category",
        big="boolean",
    )

    def formula(row: Values) -> Answer:
        assert row["island"] in ("A", "B")
        assert row["big"] in (True, False)
        return yes(0.2 + 0.5 * (row["island"] == "B") + 0.2 * (row["mass"] is None))

    found, _ = _explain(formula, signature, {"island": "B", "mass": None, "big": True})
    amounts = _amounts(found)
    assert amounts["island"] == pytest.approx(0.5 * 2 / 3)
    assert amounts["mass"] == pytest.approx(0.2 * 2 / 3)
    assert amounts["big"] == pytest.approx(0)
    assert "unknown" in {attribution.value_text for attribution in found.attributions}


def test_the_budget_ends_it_with_a_first_estimate_that_says_so() -> None:
    generator = np.random.default_rng(5)
    columns = {f"x{i}": list(generator.normal(size=10)) for i in range(20)}
    row = dict.fromkeys(columns, 1.0)
    found, model = _explain(
        lambda r: number(sum(map(float, r.values()))),
        table(columns),
        row,
        Budget(rows=2000, calls=3),  # type: ignore[arg-type]
    )
    assert model.calls <= 3
    assert "first estimate" in found.note
    assert not found.is_complete


def test_without_typical_cases_it_says_what_is_missing() -> None:
    signature = table({"a": [], "b": []})
    with pytest.raises(ExplanationFailed, match="no typical cases"):
        _explain(lambda _: number(1.0), signature, {"a": 1.0, "b": 2.0})


@pytest.mark.slow
def test_two_processes_give_the_same_bits() -> None:
    code = (
        f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[2])!r}]\n"
        "from test_shapley import _explain, table, number\n"
        "import math\n"
        "columns = {f'x{i}': [float((i * k) % 7) for k in range(12)] for i in range(14)}\n"
        "f = lambda r: number(math.tanh(sum((i - 6) * float(v) for i, v in enumerate(r.values())) / 9))\n"
        "print([a.amount.hex() for a in _explain(f, table(columns), dict.fromkeys(columns, 2.5))[0].attributions])"
    )
    runs = [subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(2)]
    assert runs[0] == runs[1]


def test_an_explanation_survives_being_stored() -> None:
    found, _ = _explain(weighted, table(COLUMNS), {"a": 5.0, "b": 5.0, "c": 5.0})
    assert Explanation.from_json(found.to_json()) == found


def test_first_reasons_take_no_side_that_they_cannot_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that hangs on which typical rows were taken first: the rough bars say so, and none is on the wrong side."""
    monkeypatch.setattr(shapley, "REDRAW_SECONDS", 0.0)  # as of a slow model
    chance = np.random.default_rng(3)
    columns = {f"x{i}": list(chance.normal(size=25)) for i in range(16)}
    case: Values = dict.fromkeys(columns, 0.3)

    def score(row: Values) -> Answer:
        values = [float(row[name]) for name in columns]  # type: ignore[arg-type]
        return number(sum((i + 1) * values[i] * values[(i + 1) % 16] for i in range(16)))

    seen: list[Explanation] = []
    asked = request("shapley", table(columns), case, score(case), SHAPLEY.cost(table(columns)))

    def note(progress: Progress) -> None:
        if isinstance(progress.rough, Explanation):
            seen.append(progress.rough)

    found = explain(asked, SHAPLEY, ArithmeticModel(score), report=note)
    final = _amounts(found)
    first = seen[0]
    assert first.is_rough
    assert all(each.low is not None for each in first.attributions)
    assert narration.unclear(first.attributions)
    assert "not certain yet" in first.sentence
    assert "no clear effect" not in first.sentence
    assert "No single part" not in first.sentence
    for each in first.attributions:
        assert not each.is_clear or each.amount * final[each.field] > 0


def test_the_last_bits_of_an_answer_change_nothing() -> None:
    answers = np.array([0.0, 1 / 3, -2e9 / 3, 1e-9 / 3, 1.0])
    other = np.nextafter(answers, 1)
    assert (steady(answers) == steady(other))[1:4].all()
    assert steady(answers) == pytest.approx(answers, rel=1e-11)
    assert steady(np.array([0.0, 1.0, 0.25])).tolist() == [0.0, 1.0, 0.25]


def test_a_first_estimate_is_not_called_good_enough() -> None:
    flat = Estimate(
        amounts=np.array([1.0, 0.0]),
        half_width=np.zeros(2),
        base=0.0,
        typical=10,
        pairs=10,
        is_first=True,
    )
    assert not flat.is_narrow
    assert replace(flat, is_first=False).is_narrow


def test_two_typical_rows_that_agree_make_nothing_certain() -> None:
    same = np.ones((2, 3))
    assert np.isinf(between_rows(same, np.array([0.5, 0.5]))).all()
    three = np.array([[1.0], [2.0], [3.0]])
    (half,) = between_rows(three, np.full(3, 1 / 3))
    assert half == pytest.approx(4.3027 / math.sqrt(3))  # Student's t of 3 numbers, by hand
    (less,) = between_rows(three, np.full(3, 1 / 3), left=0.25)
    assert less == pytest.approx(half / 2)
