"""What a deployed explainer says: drawn like ours, compared with ours, and believed only where it can be."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from arithmetic_models import NOTHING_SENT, REF, SERVER, ArithmeticModel, number, table, yes

from explanations import (
    Budget,
    Explanation,
    ExplanationFailed,
    ExplanationRequest,
    InlineExplainers,
)
from explanations.deployed.answers import Amounts, Heat, Rule, Undrawn, read
from explanations.deployed.tree import MOST_LEAVES, tree
from explanations.methods import methods, suited, title_of
from mds_client.errors import EndpointTimedOut, NotReady
from mds_client.prediction import Answer, Prediction
from mds_client.protocols.explainers import Explained
from mds_client.signature import Explainer, Field, Signature, Values
from mds_client.transport.exchange import Exchange

BESIDE = Explainer(
    model=replace(REF, name="sums-explainer", version=""), route="POST /x", evidence="By its name."
)
ROWS = {"a": [0.0, 4.0, 8.0] * 10, "b": [1.0, 2.0, 3.0] * 10, "c": [0.0, 3.0, 6.0] * 10}
CASE = {"a": 8.0, "b": 1.0, "c": 0.0}


def _linear(row: Values) -> Answer:
    return number(2 * row["a"] + 3 * row["b"] - row["c"], "mm")


def _logistic(row: Values) -> Answer:
    return yes(1 / (1 + math.exp(-(row["a"] - 4 - 0.5 * row["c"]))))


def _above(row: Values) -> Answer:
    return yes(0.9 if row["a"] > 5 else 0.2)


@dataclass
class Both:
    """A model made of arithmetic, and an explainer beside it that says what the test wants."""

    formula: Callable[[Values], Answer]
    said: object
    seconds: float | None = None
    crossed: Exchange = NOTHING_SENT

    def predict(self, signature: Signature, values: Sequence[Values]) -> Prediction:
        return ArithmeticModel(self.formula).predict(signature, values)

    def explain(
        self, signature: Signature, values: Values, *, seconds: float | None = None
    ) -> Explained:
        self.seconds = seconds
        if isinstance(self.said, Exception):
            raise self.said
        return Explained(explainer=BESIDE, content=self.said, exchange=self.crossed)


def _signature(**kinds: str) -> Signature:
    return replace(table(ROWS, **kinds), explainer=BESIDE)


def _told(
    formula: Callable[[Values], Answer],
    said: object,
    case: Values = CASE,
    signature: Signature | None = None,
    budget: Budget | None = None,
    crossed: Exchange = NOTHING_SENT,
) -> Explanation:
    with InlineExplainers(Both(formula, said, crossed=crossed)) as explainers:
        return explainers.start(
            ExplanationRequest(
                method="native",
                server=SERVER,
                signature=signature or _signature(),
                values=case,
                answer=formula(case),
                budget=budget,
            )
        ).result()


def _shap(rows: Sequence[Sequence[float]], bases: Sequence[float], **raw: object) -> object:
    """alibi's envelope for amounts, one list for each output."""
    return {
        "meta": {"name": "KernelShap", "params": {"link": "identity"}},
        "data": {
            "shap_values": [[list(row)] for row in rows],
            "expected_value": list(bases),
            "feature_names": ["a", "b", "c"],
            "raw": raw,
        },
    }


# 2a + 3b − c for the case is 19; for the mean row (4, 2, 3) it is 11.
EXACT = _shap([[8.0, -3.0, 3.0]], [11.0])


def _rule(*conditions: str, precision: float = 1.0, **raw: object) -> object:
    data = {"anchor": list(conditions), "precision": precision, "coverage": 0.3, "raw": raw}
    return {"meta": {"name": "AnchorTabular"}, "data": data}


def test_it_is_offered_where_there_is_an_explainer_and_stands_behind_ours() -> None:
    offered = [method.NAME for method in suited(_signature())]
    assert offered.index("native") > offered.index("shapley")
    assert "native" not in [method.NAME for method in suited(table(ROWS))]
    assert "(sums-explainer)" in title_of(methods()["native"], _signature())


def test_amounts_that_add_up_to_the_answer_are_drawn_in_its_unit_and_agree_with_ours() -> None:
    told = _told(_linear, EXACT)
    assert (told.base, told.prediction, told.target.unit) == (11.0, 19.0, "mm")
    assert {a.field: a.amount for a in told.attributions} == {"a": 8.0, "b": -3.0, "c": 3.0}
    assert next(a.value_text for a in told.attributions) == "8"
    assert told.gap == pytest.approx(0)
    assert told.sentence.endswith(
        "The deployed explainer and ours agree on the three strongest fields."
    )
    assert told.rows > 3


def test_fields_that_pull_the_other_way_are_named() -> None:
    told = _told(_linear, _shap([[8.0, 3.0, 3.0]], [5.0]))
    assert "they differ on B, where one says for and the other against" in told.sentence


def test_other_strongest_fields_are_named() -> None:
    rows = {**ROWS, "d": [0.0, 1.0, 2.0] * 10}
    signature = replace(table(rows), explainer=BESIDE)
    said = {"shap_values": [0.0, 1.0, 2.0, 9.0], "feature_names": ["a", "b", "c", "d"]}
    told = _told(_linear, said, {**CASE, "d": 2.0}, signature)
    assert "agree on two of the three strongest fields" in told.sentence
    assert "it names D, ours A" in told.sentence


def test_amounts_that_lead_to_the_answer_as_log_odds_are_called_so() -> None:
    # a − 4 − c/2 is 2 for the case and −1.5 for the mean row.
    told = _told(_logistic, _shap([[2.0, 0.0, 1.5]], [-1.5]), {**CASE, "a": 6.0})
    assert told.target.unit == "log-odds"
    assert [a.amount for a in told.attributions] == [2.0, 1.5, 0.0]
    assert told.prediction is None
    assert "Its amounts are log-odds, ours are not" in told.sentence
    assert "agree on the two strongest fields" in told.sentence


def test_amounts_of_the_other_class_are_turned() -> None:
    share = _logistic(CASE).probabilities["yes"]
    told = _told(_logistic, _shap([[-0.5, 0.0, share * -1 + 0.5]], [1 - share + share]))
    assert told.base == pytest.approx(0.0)
    assert next(a.amount for a in told.attributions if a.field == "a") == 0.5


def test_of_several_outputs_the_answers_own_is_taken() -> None:
    outputs = (Field(name="p", kind="number", role="probabilities", labels=("no", "yes")),)
    signature = replace(_signature(), outputs=outputs)
    share = _logistic(CASE).probabilities["yes"]
    rows = [[-share, 0.0, 0.0], [share, 0.0, 0.0]]
    told = _told(_logistic, _shap(rows, [1.0, 0.0]), signature=signature)
    assert told.target.kind == "probability"
    assert told.attributions[0].amount == pytest.approx(share)


def test_amounts_of_no_known_unit_are_compared_by_their_order_alone() -> None:
    told = _told(_logistic, {"a": 9.0, "b": 0.0, "c": -4.0})
    assert "only their order is compared" in told.sentence
    assert "differ" not in told.sentence
    assert told.base is None


def test_a_rule_is_read_and_measured_on_typical_rows() -> None:
    told = _told(_above, _rule("a > 5.00", precision=0.99))
    assert told.conditions == ("A is above 5",)
    assert "It says 99 %; of " in told.sentence
    assert "typical rows that meet it, 100 % got the same answer." in told.sentence


def test_a_rule_that_does_not_hold_is_found_out() -> None:
    told = _told(_above, _rule("b <= 2.00"))
    share = float(
        told.sentence.rpartition("meet it, ")[2]
        .partition("\N{NO-BREAK SPACE}")[0]
        .partition(" ")[0]
    )
    assert share < 80
    assert "It says 100 %" in told.sentence


def test_conditions_on_both_sides_and_on_choices_are_read() -> None:
    rows = {**ROWS, "where": ["north", "south", "north"] * 10}
    signature = replace(table(rows, where="category"), explainer=BESIDE)
    case = {**CASE, "where": "north"}
    told = _told(_above, _rule("2.00 < a <= 9.00", "where = north"), case, signature)
    assert told.conditions == ("A is above 2 and at most 9", "where is north")
    assert not told.note.endswith("another row.")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (_rule("a > 100.00"), "too few to check it"),
        (_rule("a <= 1.00"), "This case itself does not meet its rule"),
        (_rule("colour = red"), "is nothing that we know of this model"),
        (_rule("a > 5.00", success=False), "calls its own rule weak"),
        (_rule(), "It needs no rule"),
    ],
)
def test_what_is_odd_about_a_rule_is_said(said: object, words: str) -> None:
    told = _told(_above, said)
    assert words in f"{told.sentence} {told.note}"


def test_a_field_is_found_by_its_place_where_its_name_is_unknown() -> None:
    told = _told(_above, _rule("column0 > 5.00", feature=[0]))
    assert told.conditions == ("A is above 5",)


ONE = [8.0, -3.0, 3.0]


@pytest.mark.parametrize(
    "said",
    [
        ONE,
        [ONE],
        {"explanations": [ONE]},
        {"explanations": [ONE], "names": ["a", "b", "c"]},
        {"explanations": [{"a": 8.0, "b": -3.0, "c": 3.0}]},
        {"data": {"names": ["a", "b", "c"], "ndarray": [ONE]}, "meta": {}},
        {"jsonData": EXACT},
        {"strData": json.dumps(EXACT)},
        {"explanation": json.dumps(EXACT)},
        [json.dumps(EXACT)],
        {"shap_values": [[[8.0], [-3.0], [3.0]]], "base_values": 11.0},
        {"feature_names": ["a", "b", "c"], "importances": ONE},
    ],
    ids=lambda said: str(said)[:40],
)
def test_what_servers_put_around_it_is_taken_off(said: object) -> None:
    found = read(said, 3)
    assert isinstance(found, Amounts)
    assert found.rows == (tuple(ONE),)
    assert found.names in ((), ("a", "b", "c"))


def test_captums_words_and_alibis_words_are_read() -> None:
    found = read([{"words": ["not", "bad"], "importances": [-0.4, 0.9], "delta": 0.01}], 1)
    assert found == Amounts(maker="Captum", names=("not", "bad"), rows=((-0.4, 0.9),), is_text=True)
    rule = {"meta": {"name": "AnchorText"}, "data": {"anchor": ["bad"], "precision": [0.9]}}
    assert read(rule, 1) == Rule(
        maker="AnchorText", conditions=("bad",), precision=0.9, is_text=True
    )


def test_words_of_a_text_are_bars_in_reading_order() -> None:
    signature = Signature(
        model=REF, inputs=(Field(name="text", kind="text"),), explainer=BESIDE, layout="tensors"
    )
    said = [{"words": ["good", "but", "slow"], "importances": [0.9, 0.0, -0.2]}]

    def reads(row: Values) -> Answer:
        return yes(0.9 if "good" in str(row["text"]) else 0.3)

    told = _told(reads, said, {"text": "good but slow"}, signature)
    assert told.kind == "spans"
    assert [a.title for a in told.attributions] == ["good", "but", "slow"]
    assert "strongest word" in told.sentence


def test_amounts_over_a_picture_are_added_up_to_patches() -> None:
    pixels = [[[float(row == 0) for _ in range(28)] for row in range(28)] for _ in range(3)]
    found = read([pixels], 1)
    assert isinstance(found, Heat)
    assert (len(found.cells), len(found.cells[0])) == (14, 14)
    assert found.cells[0][0] == 2 * 3
    assert found.cells[1][0] == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (_shap([[1.0, 2.0]], [0.0]), "answered about 2 fields; the model takes 3"),
        ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "answered about 2 rows"),
        (_shap([ONE], [11.0], instances=[[7.0, 1.0, 0.0]]), "another row than it was sent"),
        ([None, None, None], "gave no number for any field"),
    ],
)
def test_what_cannot_be_about_this_case_is_refused_in_a_sentence(said: object, words: str) -> None:
    with pytest.raises(ExplanationFailed) as failed:
        _told(_linear, said)
    assert words in failed.value.sentence
    assert "not affected" in failed.value.advice


def test_a_field_without_a_number_is_left_out_and_counted() -> None:
    told = _told(_linear, [8.0, None, 3.0])
    assert [a.field for a in told.attributions] == ["a", "c"]
    assert "no number for 1 of 3" in told.note


DEEP: object = 1
for _ in range(500):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "<script>alert(1)</script>",
        [],
        {},
        DEEP,
        {"meta": 3, "data": []},
        {"meta": {"name": "Counterfactual"}, "data": {"cf": None}},
        {"meta": {"name": ["x"]}, "data": {"shap_values": "many"}},
        {"meta": {"name": "AnchorImage"}, "data": {"anchor": [[1]], "segments": [[1]]}},
        {"meta": {}, "data": {"anchor": [1, None, {}], "precision": "high", "raw": 7}},
        {"meta": {}, "data": {"attributions": [[[1.0]], [[2.0]]]}},
        {"shap_values": [[1.0, [2.0]], 3.0]},
        {"shap_values": ["1", "2", "3"]},
        {"shap_values": [True, False, True]},
        {"x": 1.0, "y": 2.0},
        {"a": None, "b": None, "c": float("nan")},
        {"x": 10**400},
        [[["a"]]],
        {"words": ["a"], "importances": [1.0, 2.0]},
    ],
    ids=lambda said: str(said)[:30],
)
def test_whatever_it_answers_becomes_an_explanation_or_a_sentence(said: object) -> None:
    told = _told_or_failed(said)
    if isinstance(told, ExplanationFailed):
        assert "could not be worked out" not in told.sentence
    else:
        assert told.sentence
        assert Explanation.from_json(told.to_json()) == told
        if told.kind == "tree":
            json.loads(told.tree)


def _told_or_failed(said: object) -> Explanation | ExplanationFailed:
    try:
        return _told(_above, said)
    except ExplanationFailed as failed:
        return failed


def test_hostile_names_are_cut_and_kept_as_text() -> None:
    name = "<b>" + "x" * 5000 + "\n\x00"
    told = _told(_linear, {"a": 1.0, name: 3.0})
    longest = max(told.attributions, key=lambda a: len(a.title))
    assert len(longest.title) <= 200
    assert longest.title.startswith("<b>")
    assert "\n" not in longest.title


def test_a_tree_is_cut_wherever_it_is_long() -> None:
    said = {"rows": [[i] * 100 for i in range(1000)], "text": "y" * 9000, "big": 2**70}
    cut = json.loads(tree(said))
    assert cut["rows"][-1] == "… 950 more"
    assert len(cut["text"]) < 600
    assert cut["big"] == str(2**70)
    many = tree([[0] * 50 for _ in range(50)] * 50)
    assert many.count(",") <= 2 * MOST_LEAVES


@pytest.mark.parametrize(
    "error",
    [NotReady("The explainer is busy or not ready."), EndpointTimedOut("The explainer was slow.")],
)
def test_an_explainer_that_fails_is_said_with_its_name(error: Exception) -> None:
    with pytest.raises(ExplanationFailed) as failed:
        _told(_linear, error)
    assert failed.value.sentence.startswith(
        "The deployed explainer (sums-explainer) gave no explanation. The explainer "
    )
    assert "not affected" in failed.value.advice


def test_it_may_take_most_of_the_time_but_not_all() -> None:
    both = Both(_linear, EXACT)
    with InlineExplainers(both) as explainers:
        explainers.start(
            ExplanationRequest(
                method="native",
                server=SERVER,
                signature=_signature(),
                values=CASE,
                answer=_linear(CASE),
                budget=Budget(seconds=10),
            )
        ).result()
    assert both.seconds == pytest.approx(7)


def test_without_budget_for_ours_it_is_told_alone() -> None:
    told = _told(_linear, EXACT, budget=Budget(rows=2, calls=2, seconds=20))
    assert told.attributions
    assert "It was not compared with ours" in told.note
    assert "agree" not in told.sentence


def test_when_the_model_does_not_answer_it_is_told_alone() -> None:
    def broken(row: Values) -> Answer:
        raise NotReady("The model is busy or not ready.")

    with InlineExplainers(Both(broken, EXACT)) as explainers:
        told = explainers.start(
            ExplanationRequest(
                method="native",
                server=SERVER,
                signature=_signature(),
                values=CASE,
                answer=_linear(CASE),
            )
        ).result()
    assert told.attributions
    assert "It was not compared with the model" in told.note


def test_what_crossed_the_wire_is_kept_without_secrets() -> None:
    crossed = replace(
        NOTHING_SENT,
        url="https://me:pw@mds:8443/v2/models/x/infer?api_key=k",
        request_body=b'{"a": 8}',
        response_body=b"\xff" + b"y" * 200_000,
        status=200,
    )
    told = _told(_linear, EXACT, crossed=crossed)
    assert told.wire
    assert told.wire.url == "https://mds:8443/v2/models/x/infer"
    assert told.wire.sent == '{"a": 8}'
    assert told.wire.received.endswith("(200,001 bytes in all)")
    assert Explanation.from_json(told.to_json()).wire == told.wire


def test_an_answer_that_says_nothing_is_shown_as_it_came() -> None:
    said = {"meta": {"name": "Counterfactual"}, "data": {"cf": {"X": [[1.0]]}}}
    told = _told(_above, said)
    assert told.kind == "tree"
    assert "(Counterfactual) cannot be drawn here" in told.sentence
    assert json.loads(told.tree) == said
    assert isinstance(read({"q": "w"}, 3), Undrawn)
