"""Permutation importance against formulas: what is lost, how sure that is, and what an irrelevant field is worth."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest
from cohort_models import NUMBER, YES, Model, columns, linear, of, studied

from explanations.behaviour import summary
from explanations.behaviour.permutation_loss import interval
from explanations.budgeted_model import BudgetedModel
from explanations.contract import Attribution, Budget, ExplainContext, Explanation, Progress
from explanations.errors import ExplanationFailed, ExplanationTooDear
from explanations.methods import methods, suited
from explanations.target import Target
from mds_client.errors import EndpointUnreachable
from mds_client.prediction import Answer
from mds_client.signature import Values
from ui.explanations.kinds.importance import table as drawn

IMPORTANCE = "permutation_importance"


def _by_field(found: Explanation) -> dict[str, Attribution]:
    return {each.field: each for each in found.attributions}


def _class(row: Values) -> Answer:
    chance = 1 / (1 + np.exp(-4 * float(row["a"])))  # type: ignore[arg-type]
    label = "yes" if chance > 0.5 else "no"
    return Answer(kind="class", label=label, probabilities={"yes": chance, "no": 1 - chance})


def _label(row: Values) -> Answer:
    return Answer(kind="class", label=_class(row).label)


def test_the_error_grows_by_what_the_formula_says() -> None:
    """Truth and answer are a: shuffled, the error is |a' − a|, whose mean is 2/√π for normal numbers."""
    rows = columns(1, 1500, "abc")
    found = studied(IMPORTANCE, Model(linear(a=1.0)), rows, truths=[r["a"] for r in rows])  # type: ignore[misc]
    lost = _by_field(found)
    assert lost["a"].amount == pytest.approx(2 / np.pi**0.5, rel=0.05)
    assert lost["a"].low is not None
    assert lost["a"].low <= 2 / np.pi**0.5 <= (lost["a"].high or 0)
    assert (lost["b"].amount, lost["b"].is_clear) == (0.0, False)
    assert found.base == pytest.approx(0.0)
    assert "error added" in found.title
    assert found.sentence.startswith("The model is off by 0 on average over 1,")


def test_accuracy_is_lost_where_the_right_answers_are_known() -> None:
    """Right always, and half of the time once its only field is shuffled."""
    rows = columns(2, 1000, "abc")
    truths = [_class(row).label for row in rows]
    found = studied(IMPORTANCE, Model(_class), rows, target=YES, truths=truths)
    assert found.base == 1.0
    assert _by_field(found)["a"].amount == pytest.approx(0.5, abs=0.03)
    assert "accuracy lost" in found.title
    assert "right in 100" in found.sentence
    assert "2 fields have no clear effect." in found.sentence


@pytest.mark.parametrize(
    ("target", "formula", "title", "amount"),
    [
        (YES, _class, "how far the answer moves", 0.448),  # by quadrature
        (Target(kind="agreement", answer="yes"), _label, "how often the answer changes", 0.5),
        (NUMBER, linear(a=1.0), "how far the answer moves", 1.128),
    ],
)
def test_without_right_answers_it_says_that_it_is_how_far_answers_move(
    target: Target, formula: object, title: str, amount: float
) -> None:
    rows = columns(3, 1000, "ab")
    found = studied(IMPORTANCE, Model(formula), rows, target=target)  # type: ignore[arg-type]
    assert title in found.title
    assert "right answers are not known" in found.note
    assert found.base is None
    assert _by_field(found)["a"].amount == pytest.approx(amount, rel=0.06)


def test_a_few_truths_are_too_few_and_rows_without_one_are_left_out() -> None:
    rows = columns(4, 200, "ab")
    some: list[str | float | None] = [r["a"] if i < 9 else None for i, r in enumerate(rows)]  # type: ignore[misc]
    assert "not known" in studied(IMPORTANCE, Model(linear(a=1.0)), rows, truths=some).note
    some[9:60] = [row["a"] for row in rows[9:60]]  # type: ignore[misc]
    found = studied(IMPORTANCE, Model(linear(a=1.0)), rows, truths=some)
    assert "over 60 rows" in found.sentence


def test_the_interval_covers_and_one_over_rows_alone_does_not() -> None:
    """400 cohorts of 100 rows from one world, whose importance is worked out on 200,000."""
    chance = np.random.default_rng(5)
    covered, narrow = [], []
    for _ in range(400):
        field_, noise = chance.normal(size=(2, 100))
        base = np.abs(noise)
        orders = np.array([chance.permutation(100) for _ in range(5)])
        losses = np.abs(2 * (field_[orders] - field_) - noise)
        amount, half = interval(losses, orders, base)
        covered.append(abs(amount - _true_loss()) <= half)
        gains = losses.mean(axis=0) - base
        narrow.append(abs(amount - _true_loss()) <= 1.984 * gains.std(ddof=1) / 10)
    assert 0.93 <= np.mean(covered) <= 0.99
    assert np.mean(narrow) < 0.88


def _true_loss() -> float:
    """E|2(a' − a) − e| − E|e|: a normal number with variance 9, less one with variance 1."""
    return float((2 / np.pi) ** 0.5 * (3 - 1))


def test_an_irrelevant_field_covers_zero_in_nearly_all_cohorts() -> None:
    """The model looks at b, but b tells nothing of the truth: shuffling it neither helps nor harms."""
    missed = 0
    for seed in range(60):
        rows = columns(100 + seed, 80, "ab")
        truths = np.random.default_rng(seed).normal(size=80).tolist()
        found = studied(IMPORTANCE, Model(linear(b=1.0)), rows, truths=truths)
        missed += _by_field(found)["b"].is_clear
    assert missed <= 7


def test_it_repeats_to_the_bit_and_fits_into_its_budget() -> None:
    rows, model = columns(6, 1500, "abcd", likeness=0.5), Model(linear(a=1.0, b=-2.0))
    budget = Budget(rows=4000, calls=100)
    found = studied(IMPORTANCE, model, rows, budget=budget)
    again = studied(IMPORTANCE, Model(linear(a=1.0, b=-2.0)), rows, budget=budget)
    assert found.attributions == again.attributions
    assert model.rows == found.rows <= 4000
    assert re.search(r"Over \d+ of 1,500 rows, drawn by chance", found.note)
    assert found.is_complete


def test_what_it_asks_is_no_more_than_planned() -> None:
    rows = columns(7, 600, "abcde")
    for options in ({}, {"fields": ["a", "b"], "repetitions": 9}):
        model = Model(linear(a=1.0))
        studied(IMPORTANCE, model, rows, options=options)
        plan = methods()[IMPORTANCE].planned(of(rows), 600, options)  # type: ignore[attr-defined]
        assert model.rows <= plan.rows
        assert plan.rows <= 1.6 * model.rows
        assert model.calls <= plan.calls


def test_the_first_repetition_is_told_while_the_others_run() -> None:
    seen: list[Progress] = []
    rows = columns(8, 600, "abc")
    studied(IMPORTANCE, Model(linear(a=1.0)), rows, report=seen.append)
    rough = [progress.rough for progress in seen if progress.rough]
    assert len(rough[0].attributions) == 1
    assert not rough[0].is_complete
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)


def test_rows_that_the_model_errs_on_are_left_out_and_said() -> None:
    rows = columns(9, 300, "ab")
    model = Model(linear(a=1.0), bad=lambda row: float(row["b"]) > 2.2)  # type: ignore[arg-type]
    bad = sum(model.bad(row) for row in rows)
    assert bad > 1
    found = studied(IMPORTANCE, model, rows)
    assert f"{bad} rows were left out: the model gave no answer there." in found.note
    assert _by_field(found)["a"].amount == pytest.approx(1.128, rel=0.1)


def test_rows_that_err_only_when_changed_are_counted_too() -> None:
    rows = columns(10, 300, "ab", likeness=1.0)
    apart = Model(linear(a=1.0), bad=lambda r: abs(float(r["a"]) - float(r["b"])) > 4.4)  # type: ignore[arg-type]
    found = studied(IMPORTANCE, apart, rows)
    assert re.search(r"\d+ rows were left out|1 row was left out", found.note)
    assert found.is_complete


def test_a_field_that_the_model_does_not_bear_changed_is_named_and_the_others_stay() -> None:
    rows = columns(11, 200, "ab", likeness=1.0)
    strict = Model(linear(a=1.0), bad=lambda row: row["a"] != row["b"])
    wide = [{**row, "c": float(i)} for i, row in enumerate(rows)]
    found = studied(IMPORTANCE, strict, wide, budget=Budget(calls=2000))
    assert [each.field for each in found.attributions] == ["c"]
    assert "A: The model broke." in found.note


def test_a_model_that_changes_version_half_way_ends_it_with_what_it_has() -> None:
    found = studied(IMPORTANCE, Model(linear(a=1.0), moves_at=2500), columns(12, 500, "ab"))
    assert "the model changed from version v1 to version v2" in found.note
    assert not found.is_complete
    assert _by_field(found)["a"].amount > 1
    with pytest.raises(ExplanationFailed, match="version v1 to version v2"):
        studied(IMPORTANCE, Model(linear(a=1.0), moves_at=520), columns(12, 500, "ab"))


def test_a_server_that_goes_away_ends_it_with_what_it_has() -> None:
    gone = EndpointUnreachable("Nobody answers.")
    model = Model(linear(a=1.0), dies_at=1400, dies_with=gone)
    found = studied(IMPORTANCE, model, columns(13, 500, "abc"))
    assert "Not reached: C. The model stopped answering: Nobody answers." in found.note
    assert not found.is_complete
    early = Model(linear(a=1.0), dies_at=500, dies_with=gone)
    with pytest.raises(EndpointUnreachable):
        studied(IMPORTANCE, early, columns(13, 500, "abc"))


def test_the_budget_ends_it_with_what_it_has() -> None:
    rows = columns(14, 600, "abcdef")
    found = studied(IMPORTANCE, Model(linear(a=1.0)), rows, budget=Budget(calls=6))
    assert not found.is_complete
    assert "It ended after 6 calls." in found.note
    assert len(found.attributions) == 6


def test_a_model_that_is_slower_than_the_budget_tells_what_it_could() -> None:
    """Half a second a row, which the clock of the test runs through at once: a few fields over a few rows."""
    now = [0.0]

    def slow(row: Values) -> Answer:
        now[0] += 0.5
        return linear(a=1.0)(row)

    rows = columns(19, 500, "abcdefgh")
    ask = BudgetedModel(
        lambda some: [slow(row) for row in some],
        NUMBER,
        budget=Budget(rows=20_000, seconds=60),
        clock=lambda: now[0],
    )
    method = methods()[IMPORTANCE]
    found = method.explain(
        ExplainContext(
            method=method, ask=ask, signature=of(rows), values={}, cohort=rows,
            budget=Budget(rows=20_000, seconds=60),
        )
    )  # fmt: skip
    assert now[0] < 75
    assert len(found.attributions) == 8
    assert "It ended after 60 seconds." in found.note
    assert re.search(r"Over 1\d of 500 rows, drawn by chance", found.note)


def test_a_slow_first_request_does_not_make_a_study_small() -> None:
    """Two seconds for whatever is asked first, and nothing after: all rows that the budget has take part."""
    now = [0.0]

    def predict(some: list[Values]) -> list[Answer]:
        now[0] += 2.0 if not now[0] else 0.0
        return [linear(a=1.0)(row) for row in some]

    rows = columns(20, 24, "abcdefgh")
    budget = Budget(rows=20_000, seconds=60)
    ask, method = (
        BudgetedModel(predict, NUMBER, budget=budget, clock=lambda: now[0]),
        methods()[IMPORTANCE],
    )
    found = method.explain(
        ExplainContext(
            method=method, ask=ask, signature=of(rows), values={}, cohort=rows, budget=budget,
            options={"repetitions": 20},
        )
    )  # fmt: skip
    assert found.is_complete
    assert "Over 24 rows, each field shuffled 20 times" in found.note


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_rows_are_said(count: int) -> None:
    rows = columns(15, 20, "ab")
    with pytest.raises(ExplanationFailed, match=f"there are {count}\\."):
        studied(IMPORTANCE, Model(linear(a=1.0)), rows[:count], signature=of(rows))


def test_a_budget_for_hardly_any_row_is_said() -> None:
    with pytest.raises(ExplanationTooDear, match=r"Its limit of 80 rows leaves room for \d rows"):
        studied(IMPORTANCE, Model(linear(a=1.0)), columns(16, 300, "ab"), budget=Budget(rows=80))


def test_what_the_sentence_says_stands_in_the_table() -> None:
    rows = columns(17, 400, "abc")
    found = studied(IMPORTANCE, Model(linear(a=2.0, b=0.5)), rows, truths=[r["a"] for r in rows])  # type: ignore[misc]
    said = drawn(found)["When shuffled"].tolist()
    named: Sequence[str] = re.findall(r"\(([^)]+could be[^)]+)\)", found.sentence)
    assert named
    assert all(words in said for words in named)
    assert summary.size(found.target, found.attributions[0]) == said[0]


def test_it_never_stands_under_a_case() -> None:
    signature = of(columns(18, 20, "ab"))
    offered = {method.NAME for method in suited(signature, "cohort")}
    assert {IMPORTANCE, "partial_dependence", "ale"} <= offered
    assert not offered & {method.NAME for method in suited(signature)}
