"""Partial dependence and local effects against formulas, against each other where fields go together, and
against alibi's own."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
from cohort_models import YES, Model, columns, linear, of, studied

from explanations.contract import Curve, Explanation, Progress
from explanations.errors import ExplanationFailed
from explanations.methods import methods
from explanations.target import Target
from mds_client.errors import EndpointUnreachable
from mds_client.prediction import Answer
from mds_client.signature import Values
from ui.explanations.kinds.curves import table as drawn

PARTIAL, LOCAL = "partial_dependence", "ale"
BOTH = pytest.mark.parametrize("method", [PARTIAL, LOCAL])


def _curve(found: Explanation, name: str) -> Curve:
    return next(curve for curve in found.curves if curve.field == name)


def _slope(curve: Curve) -> np.ndarray:
    return np.diff(curve.numbers) / np.diff(np.array(curve.places, dtype=float))


def _product(row: Values) -> Answer:
    return Answer(kind="number", number=float(row["a"]) * float(row["b"]))  # type: ignore[arg-type]


@BOTH
def test_an_additive_model_gives_its_parts(method: str) -> None:
    rows = columns(1, 300, "abc", likeness=0.6)
    found = studied(method, Model(linear(a=2.0, b=-0.5)), rows)
    assert _slope(_curve(found, "a")) == pytest.approx(2.0)
    assert _slope(_curve(found, "b")) == pytest.approx(-0.5)
    assert np.ptp(_curve(found, "c").numbers) == pytest.approx(0, abs=1e-9)
    assert [curve.field for curve in found.curves] == ["a", "b", "c"]
    assert found.base == pytest.approx(np.mean([2 * r["a"] - 0.5 * r["b"] for r in rows]))  # type: ignore[operator]


def test_local_effects_are_the_additive_part_itself() -> None:
    """a² + b: the effect of a is a², but for a constant height (the wide stretches at both ends are coarse)."""
    rows = columns(2, 2000, "ab", likeness=0.8)
    square = Model(lambda r: Answer(kind="number", number=float(r["a"]) ** 2 + float(r["b"])))  # type: ignore[arg-type]
    found = studied(LOCAL, square, rows, options={"places": 40})
    curve = _curve(found, "a")
    places = np.array(curve.places, dtype=float)
    apart = (np.array(curve.numbers) - places**2)[np.abs(places) < 1.5]
    assert np.ptp(apart) < 1e-9
    assert np.mean(apart) == pytest.approx((found.base or 0.0) - 1.0, abs=0.2)


def test_where_fields_go_together_the_two_differ_as_theory_says() -> None:
    """For a·b partial dependence is a·E(b) = 0; the local effect is a²·r/2, as b goes with r·a."""
    rows = columns(3, 2000, "ab", likeness=0.9)
    partial = studied(PARTIAL, Model(_product), rows, options={"fields": ["a"]})
    local = _curve(studied(LOCAL, Model(_product), rows, options={"places": 30}), "a")
    assert np.ptp(_curve(partial, "a").numbers) < 0.35
    places, numbers = np.array(local.places, dtype=float), np.array(local.numbers)
    inner = np.abs(places) < 1.5
    shift = (numbers - 0.45 * places**2)[inner]
    assert np.ptp(shift) < 0.2
    assert re.search(r"A and B are correlated \(rank correlation 0\.\d+\)", partial.note)
    assert "local effects are the safer reading" in partial.note


def test_single_rows_that_go_apart_make_a_wide_band_and_others_none() -> None:
    rows = columns(4, 400, "ab")
    apart = _curve(studied(PARTIAL, Model(_product), rows), "a")
    same = _curve(studied(PARTIAL, Model(linear(a=1.0, b=3.0)), rows), "a")
    assert max(np.subtract(apart.most, apart.least)) > 4
    assert max(np.subtract(same.most, same.least)) < 1e-9


def test_the_interval_of_a_mean_covers() -> None:
    """Over 200 cohorts of 60 rows the level of b's curve at 0 is 0.3 in truth."""
    inside = 0
    for seed in range(200):
        rows = [{**row, "a": float(row["a"]) + 0.3} for row in columns(seed, 60, "ab")]  # type: ignore[arg-type]
        found = studied(PARTIAL, Model(linear(a=1.0)), rows, options={"fields": ["b"], "places": 2})
        curve = _curve(found, "b")
        inside += curve.low[0] <= 0.3 <= curve.high[0]
    assert 183 <= inside <= 198


def test_shares_say_where_the_rows_lie() -> None:
    rows = columns(5, 500, "ab")
    for method in (PARTIAL, LOCAL):
        curve = _curve(studied(method, Model(linear(a=1.0)), rows), "a")
        assert sum(curve.shares) == pytest.approx(1.0)
        assert len(curve.places) == 20
        few = studied(method, Model(linear(a=1.0)), rows, options={"places": 5})
        assert len(_curve(few, "a").places) == 5
    even = _curve(studied(PARTIAL, Model(linear(a=1.0)), rows), "a")
    assert max(even.shares[5:15]) > 3 * max(even.shares[1], even.shares[-2])


def _mixed(row: Values) -> Answer:
    score = {"u": 0.2, "v": 0.7, None: 0.4}[row["k"]] + 0.1 * bool(row["on"])  # type: ignore[index]
    return Answer(kind="class", label="yes", probabilities={"yes": score, "no": 1 - score})


def test_choices_are_bars_and_local_effects_say_that_they_have_no_order() -> None:
    kinds = {"k": "category", "on": "boolean", "n": "integer"}
    rows = [
        {"k": ("u", "v", None)[i % 3], "on": i % 4 == 0, "n": i % 7, "x": float(i)}
        for i in range(120)
    ]
    signature = of(rows, **kinds)
    for method in (PARTIAL, LOCAL):
        model = Model(_mixed, bad=lambda row: not isinstance(row["n"], int))
        found = studied(method, model, rows, target=YES, signature=signature)
        choice, on = _curve(found, "k"), _curve(found, "on")
        assert choice.places == ("u", "v", "unknown")
        assert choice.numbers == pytest.approx((0.225, 0.725, 0.425))
        assert choice.shares == pytest.approx((1 / 3, 1 / 3, 1 / 3))
        assert on.places == ("no", "yes")
        assert on.numbers[1] - on.numbers[0] == pytest.approx(0.1)
        assert _curve(found, "n").places == (0, 1, 2, 3, 4, 5, 6)
        assert "for u" in found.sentence
        assert ("K and On have no order" in found.note) == (method == LOCAL)
        assert "left out" not in found.note


def test_labels_without_scores_give_the_share_of_rows_with_that_answer() -> None:
    rows = columns(6, 400, "ab")
    label = Model(lambda r: Answer(kind="class", label="yes" if float(r["a"]) > 0 else "no"))  # type: ignore[arg-type]
    target = Target(kind="agreement", answer="yes")
    curve = _curve(studied(PARTIAL, label, rows, target=target), "a")
    assert (curve.numbers[0], curve.numbers[-1]) == (0.0, 1.0)
    assert curve.least == ()


@BOTH
def test_rows_that_the_model_errs_on_are_left_out_and_said(method: str) -> None:
    rows = columns(7, 200, "ab")
    model = Model(
        linear(a=1.0), bad=lambda row: float(row["b"]) > 1.5 and abs(float(row["a"])) > 1.2
    )  # type: ignore[arg-type]
    found = studied(method, model, rows, options={"fields": ["a"]})
    assert re.search(
        r"(1 row was|\d+ rows were) left out: the model gave no answer there\.", found.note
    )
    assert _slope(_curve(found, "a")) == pytest.approx(1.0)


@BOTH
def test_a_field_that_cannot_be_changed_is_named_and_the_others_stay(method: str) -> None:
    rows = [{**row, "c": row["b"]} for row in columns(8, 200, "ab")]
    strict = Model(linear(a=1.0), bad=lambda row: row["b"] != row["c"])
    found = studied(method, strict, rows)
    assert [curve.field for curve in found.curves] == ["a"]
    assert "B could not be changed: The model broke." in found.note or "B: too few" in found.note


@BOTH
def test_a_field_that_is_the_same_everywhere_has_no_curve(method: str) -> None:
    rows = [{**row, "b": 4.0} for row in columns(9, 100, "ab")]
    found = studied(method, Model(linear(a=1.0)), rows)
    assert [curve.field for curve in found.curves] == ["a"]
    assert "B is the same in all rows." in found.note
    with pytest.raises(ExplanationFailed, match="No curve could be drawn"):
        studied(method, Model(linear(a=1.0)), rows, options={"fields": ["b"]})


@BOTH
def test_what_ends_it_half_way_leaves_the_curves_found(method: str) -> None:
    rows = columns(10, 100, "abc")
    gone = EndpointUnreachable("Nobody answers.")
    one_and_a_half = 100 + 1.5 * 100 * (20 if method == PARTIAL else 1.8)
    options = {"fields": ["a", "b", "c"]}
    dying = Model(linear(a=1.0), dies_at=one_and_a_half, dies_with=gone)
    moving = Model(linear(a=1.0), moves_at=one_and_a_half)
    for model, words in ((dying, "The model stopped answering: Nobody"), (moving, "version v2")):
        found = studied(method, model, rows, options=options)
        assert words in found.note
        assert "Not reached: " in found.note
        assert 1 <= len(found.curves) <= 2
        assert not found.is_complete


@BOTH
def test_what_it_asks_is_no_more_than_planned_and_repeats_to_the_bit(method: str) -> None:
    rows = columns(11, 900, "abcdefgh")
    model, again = Model(linear(a=1.0, b=2.0)), Model(linear(a=1.0, b=2.0))
    seen: list[Progress] = []
    found = studied(method, model, rows, report=seen.append)
    assert found.curves == studied(method, again, rows).curves
    plan = methods()[method].planned(of(rows), 900, {})  # type: ignore[attr-defined]
    assert model.rows <= plan.rows <= 20_000
    assert model.calls <= plan.calls
    rough = [progress.rough for progress in seen if progress.rough]
    assert len(rough[0].curves) == 1
    assert not rough[0].is_complete


@BOTH
def test_what_the_sentence_says_stands_in_the_table(method: str) -> None:
    rows = columns(12, 300, "abc")
    found = studied(method, Model(linear(a=1.0, b=0.4)), rows)
    said = {f"{row['Answer']} at {row['Place']}" for row in drawn(found).to_dict("records")}
    named = re.findall(r"([−\d.]+ at [−\d.]+\d)", found.sentence)
    assert len(named) == 4
    assert set(named) <= said


def _library() -> ModuleType:
    sys.modules.setdefault("ray", ModuleType("ray"))
    with warnings.catch_warnings():  # it brings libraries that use what others will take away
        warnings.simplefilter("ignore")
        from alibi import explainers

        return explainers


def _bent(rows: np.ndarray) -> np.ndarray:
    return np.sin(rows[:, 0]) * rows[:, 1] + rows[:, 2] ** 2


def _as_model(formula: Callable[[np.ndarray], np.ndarray]) -> Model:
    return Model(
        lambda row: Answer(
            kind="number",
            number=float(formula(np.array([[row["a"], row["b"], row["c"]]], dtype=float))[0]),
        )
    )


@pytest.mark.filterwarnings("ignore:the `interpolation=` argument:DeprecationWarning")
@BOTH
def test_the_numbers_are_those_of_alibi_itself(method: str) -> None:
    rows = columns(13, 250, "abc", likeness=0.7)
    matrix = np.array([list(row.values()) for row in rows], dtype=float)
    found = studied(method, _as_model(_bent), rows)
    for column, name in enumerate("abc"):
        mine = _curve(found, name)
        grid = {column: np.array(mine.places, dtype=float)}
        if method == PARTIAL:
            peer = _library().PartialDependence(
                predictor=lambda x: _bent(x)[:, None], verbose=False
            )
            theirs = peer.explain(matrix, features=[column], grid_points=grid).pd_values[0].ravel()
        else:
            peer = _library().ALE(_bent, feature_names=list("abc"), target_names=["y"])
            told = peer.explain(matrix, features=[column], grid_points=grid)
            theirs = told.ale_values[0].ravel() + _bent(matrix).mean()
        assert mine.numbers == pytest.approx(theirs, abs=1e-9)
