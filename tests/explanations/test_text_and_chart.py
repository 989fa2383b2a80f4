"""What an explanation says and what its chart shows are the same: every sentence is held to its bars."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from arithmetic_models import ArithmeticModel, number, request, table, yes
from hypothesis import given, settings
from hypothesis import strategies as st

from charts import rule
from charts.attributions import Part
from explanations import formatting, narration
from explanations.behaviour import summary
from explanations.behaviour.sample import Sample
from explanations.contract import Attribution, Explanation, Progress
from explanations.explaining import explain
from explanations.methods import methods
from explanations.shapley.game import Estimate
from explanations.shapley.players import Player
from explanations.shapley.result import to_explanation
from explanations.target import Target
from mds_client.errors import InvalidValues, Problem
from mds_client.prediction import Answer, Prediction
from mds_client.signature import Signature, Values
from ui.explanations.kinds import attribution, importance, spans
from ui.results.label import how_sure
from ui.text import percent

TARGETS = (
    Target(kind="probability", answer="yes"),
    Target(kind="number", unit="mm"),
    Target(kind="score", answer="yes"),
    Target(kind="seconds", unit="s"),
)
AMOUNTS = st.floats(-1.0, 1.0).map(lambda value: round(value, 5))
# How wide an interval is beside its amount; none where no range is known.
WIDTHS = st.one_of(st.none(), st.floats(0.0, 2.0).map(lambda value: round(value, 3)))
FIELDS = st.lists(st.tuples(AMOUNTS, WIDTHS), min_size=1, max_size=40)


def _attributions(fields: list[tuple[float, float | None]]) -> list[Attribution]:
    return [
        Attribution(
            field=f"f{place}",
            title=f"Field{place:02d}",
            value_text=str(place),
            amount=amount,
            span=(place * 8.0, place * 8.0 + 7),
            low=None if width is None else amount - width * abs(amount),
            high=None if width is None else amount + width * abs(amount),
        )
        for place, (amount, width) in enumerate(fields)
    ]


class _Method:
    NAME, TITLE, KIND = "shapley", "What speaks for and against", "attribution"


class _Context:
    method = _Method

    def __init__(self, target: Target) -> None:
        self.target = target


def _explained(target: Target, fields: list[tuple[float, float | None]]) -> Explanation:
    """As the methods make it: from an estimate, by the code that they share."""
    some = _attributions(fields)
    players = [
        Player(names=(a.field,), name=a.field, title=a.title, value_text=a.value_text) for a in some
    ]
    amounts = np.array([a.amount for a in some])
    half = np.array([np.inf if w is None else w * abs(x) for x, w in fields])
    estimate = Estimate(amounts=amounts, half_width=half, base=0.25, typical=1, pairs=1)
    reached = 0.25 + float(amounts.sum())
    return to_explanation(_Context(target), players, estimate, case_answer=reached, how="")  # type: ignore[arg-type]


def _plain(words: str) -> str:
    return " ".join(words.split())


def _own_bars(found: Explanation, bars: list[Part]) -> list[Part]:
    return bars[: len(narration.shown(found.attributions))]


def _is_named(sentence: str, bar: Part) -> bool:
    return bar.title.split(" = ")[0].lower() in sentence.lower()


@given(st.sampled_from(TARGETS), FIELDS)
@settings(max_examples=300, deadline=None)
def test_a_sentence_names_the_longest_bars_with_their_amounts(target: Target, fields: list) -> None:
    found = _explained(target, fields)
    bars = attribution.bars(found)
    own = _own_bars(found, bars)
    reasons = _plain(narration.reasons(target, found.attributions))
    assert reasons in found.sentence
    named = [bar for bar in own if _is_named(reasons, bar)]
    others = [bar for bar in own if bar not in named]
    shortest = min((abs(bar.amount) for bar in named), default=0.0)
    if named:
        longest = max((abs(bar.amount) for bar in others), default=0.0)
        # Of many long bars only so many are named, and then they are the longest of all.
        assert longest <= shortest
    for bar in named:
        assert _plain(bar.words.split(";")[0]) in reasons


@given(st.sampled_from(TARGETS), FIELDS)
@settings(max_examples=300, deadline=None)
def test_the_longest_bar_is_never_without_a_word(target: Target, fields: list) -> None:
    """Pooled bars too: they are said to be pooled, with their sum."""
    found = _explained(target, fields)
    bars = attribution.bars(found)
    assert sum(bar.amount for bar in bars) == pytest.approx(
        sum(a.amount for a in found.attributions), abs=1e-9
    )
    for pooled in bars[len(_own_bars(found, bars)) :]:
        if pooled.words.startswith("±"):
            continue
        assert pooled.words in narration.pooled(target, found.attributions)
        assert _plain(pooled.words) in found.sentence
    longest = max(bars, key=lambda bar: abs(bar.amount))
    if not longest.words.startswith("±"):
        assert _plain(longest.words.split(";")[0]) in found.sentence


@given(st.sampled_from(TARGETS[:2]), FIELDS, st.sampled_from(["accuracy", "error", "moved"]))
@settings(max_examples=300, deadline=None)
def test_the_sentence_of_an_importance_names_its_longest_bar(
    target: Target, fields: list, measure: str
) -> None:
    some = tuple(sorted(_attributions(fields), key=lambda each: -each.amount))
    sample = Sample(rows=[{}], facts=[], truths=[], given=1, unanswered=0)
    sentence = summary.importance(target, measure, some, 0.5, sample)
    found = Explanation(
        method="m", title="t", kind="importance", target=target, attributions=some,
        sentence=sentence, alt="",
    )  # fmt: skip
    bars = importance.strongest(found)
    longest = max(bars, key=lambda bar: abs(bar.amount))
    if not target.amount_text(longest.amount).startswith("±"):
        assert longest.title.lower() in sentence.lower()
    for bar in bars:
        if f"{bar.title.lower()} (" in sentence.lower():
            assert _plain(bar.words.split(";")[0]) in sentence


@given(st.sampled_from(TARGETS), FIELDS)
@settings(max_examples=200, deadline=None)
def test_the_words_of_a_text_have_bars_for_all_that_are_named(target: Target, fields: list) -> None:
    some = tuple(_attributions(fields))
    sentence = narration.reasons(target, some)
    found = Explanation(
        method="m", title="t", kind="spans", target=target, attributions=some, sentence=sentence, alt=""
    )  # fmt: skip
    titles = {bar.title for bar in spans.bars(found)}
    named = set(re.findall(r"field\d\d", sentence, flags=re.IGNORECASE))
    assert {name.capitalize() for name in named} <= titles


@given(st.floats(0.0, 1.0))
def test_a_share_and_the_rest_of_it_add_up(share: float) -> None:
    one, other = (formatting.percent(each) for each in (share, 1 - share))
    if "than" in one or "than" in other:
        return
    numbers = [float(text.rstrip("%").strip()) for text in (one, other)]
    assert sum(numbers) == pytest.approx(100)


@pytest.mark.parametrize(("share", "words"), [(0.985, "98 %"), (0.015, "2 %"), (0.003, "0.3 %")])
def test_shares_are_written_alike_at_both_ends(share: float, words: str) -> None:
    assert formatting.percent(share).replace(formatting.GAP, " ") == words


@given(st.floats(0.0, 1.0))
def test_half_is_not_more_likely_than_not(share: float) -> None:
    if percent(share) == percent(0.5):
        assert how_sure(share) == "Uncertain"


@given(st.floats(0.0, 1.0))
def test_a_rule_s_chart_has_the_numbers_of_its_sentence(share: float) -> None:
    _full, bar = rule.figure({"holds": share}, percent).data
    assert list(bar.text) == [formatting.percent(share)]


class OneRow(ArithmeticModel):
    """Refuses several rows as our own client does: before anything is sent."""

    def predict(self, signature: Signature, values: list[Values]) -> Prediction:
        if len(values) > 1:
            raise InvalidValues([Problem(field="", sentence="This model takes one row at a time.")])
        return super().predict(signature, values)


CHANCE = np.random.default_rng(2)
COLUMNS = {name: [float(v) for v in CHANCE.integers(0, 50, 30)] for name in "abcd"}
SIGNATURE = table(COLUMNS)
CASE: Values = {"a": 45.0, "b": 10.0, "c": 20.0, "d": 5.0}


def _class(row: Values) -> Answer:
    return yes(0.9 if float(str(row["a"])) > 25 else 0.2)


def _sum(row: Values) -> Answer:
    return number(2 * float(str(row["a"])) - float(str(row["b"])), "mm")


@pytest.mark.parametrize(
    ("name", "formula", "options"),
    [
        ("shapley", _sum, {}),
        ("shapley", _class, {}),
        ("anchor", _class, {}),
        ("counterfactual", _class, {}),
        ("shap_kernel", _sum, {}),
        ("shap_exact", _sum, {}),
    ],
)
@pytest.mark.slow
def test_operations_of_one_row_are_explained_by_single_calls(
    name: str, formula: object, options: dict[str, object]
) -> None:
    model, method = OneRow(formula), methods()[name]  # type: ignore[arg-type]
    budget = replace(method.cost(SIGNATURE), seconds=None)  # the machine of a test may be busy
    asked = replace(
        request(name, SIGNATURE, CASE, formula(CASE), budget),  # type: ignore[operator]
        options=options,
    )
    found = explain(asked, method, model)
    assert found.sentence
    assert model.largest == 1
    assert model.calls == model.rows == found.calls
    assert found.calls <= (budget.calls or 0)
    if found.kind == "attribution":
        assert sum(a.amount for a in found.attributions) == pytest.approx(
            (found.prediction or 0) - (found.base or 0)
        )
    if found.kind == "rule":
        assert any("a" in condition.lower() for condition in found.conditions)
        assert found.precision is not None


@pytest.mark.parametrize("name", ["permutation_importance", "partial_dependence"])
def test_studies_of_one_row_operations_end_within_their_calls(name: str) -> None:
    model, method = OneRow(_sum), methods()[name]
    rows = [{key: column[i] for key, column in COLUMNS.items()} for i in range(30)]
    asked = replace(
        request(name, SIGNATURE, CASE, _sum(CASE), replace(method.cost(SIGNATURE), seconds=None)),
        values={},
        answer=None,
        target=Target(kind="number", unit="mm"),
        cohort=rows,
    )
    found = explain(asked, method, model)
    assert model.largest == 1
    assert found.calls <= (method.cost(SIGNATURE).calls or 0)


def test_a_bad_value_does_not_turn_a_study_into_single_calls() -> None:
    class Picky(ArithmeticModel):
        def predict(self, signature: Signature, values: list[Values]) -> Prediction:
            if any(row["a"] == 13.5 for row in values):
                raise InvalidValues([Problem(field="a", sentence="A is no number that fits.")])
            return super().predict(signature, values)

    model, method = Picky(_sum), methods()["permutation_importance"]
    rows = [{key: column[i % 30] for key, column in COLUMNS.items()} for i in range(60)]
    rows[7]["a"] = 13.5
    asked = replace(
        request("permutation_importance", SIGNATURE, CASE, _sum(CASE), replace(method.cost(SIGNATURE), seconds=None)),
        values={}, answer=None, target=Target(kind="number", unit="mm"), cohort=rows,
    )  # fmt: skip
    explain(asked, method, model)
    assert model.largest > 1
    assert model.calls < 60


@pytest.mark.slow
def test_a_rule_that_hardly_any_case_follows_says_that_it_cannot_know() -> None:
    """The answer holds in one corner of the typical cases: nobody like it can be asked about."""
    rows = {**COLUMNS, "e": [0.0] * 30}
    signature = table(rows)
    case = {**CASE, "e": 1e6}

    def corner(row: Values) -> Answer:
        return yes(0.9 if float(str(row["e"])) > 1e5 else 0.1)

    method = methods()["anchor"]
    asked = request(
        "anchor", signature, case, corner(case), replace(method.cost(signature), seconds=None)
    )
    found = explain(asked, method, ArithmeticModel(corner))
    assert "too few to know" in found.sentence
    assert found.precision is None
    assert not found.is_complete


def test_a_rough_explanation_says_what_it_has_cost_by_now() -> None:
    """Figures do not jump from nothing: while it runs they are those of the model that was asked."""
    seen: list[Progress] = []
    method = methods()["shapley"]
    signature = table(dict.fromkeys("abcdefghijklmnop", COLUMNS["a"]))
    case: Values = dict.fromkeys("abcdefghijklmnop", 40.0)
    asked = request(
        "shapley", signature, case, _sum(case), replace(method.cost(signature), seconds=None)
    )
    found = explain(asked, method, ArithmeticModel(_sum), report=seen.append)
    rough = [progress.rough for progress in seen if progress.rough]
    assert rough
    assert all(each.is_rough and each.rows and each.calls for each in rough)
    assert [each.rows for each in rough] == sorted(each.rows for each in rough)
    assert not found.is_rough
