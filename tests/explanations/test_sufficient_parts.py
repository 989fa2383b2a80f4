"""What each word adds, and which words and parts are enough: against models whose reasons are known."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from arithmetic_models import REF, ArithmeticModel, number, request, yes
from PIL import Image

from explanations.contract import Budget, Explanation, Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.explaining import explain
from explanations.methods import methods
from explanations.parts.words import Words
from mds_client.errors import EndpointUnreachable, MdsError
from mds_client.prediction import Answer
from mds_client.signature import Field, File, Kind, Signature, Values

PARTITION, ANCHOR, PARTS = (
    methods()[name] for name in ("partition_text", "anchor_text", "anchor_image")
)
TEXT = "Bonjour à tous, et merci pour le poisson que nous aimons tant."


def _signature(kind: Kind) -> Signature:
    return Signature(model=REF, inputs=(Field(name="it", kind=kind),))


def _explained(
    name: str,
    value: object,
    model: ArithmeticModel,
    *,
    budget: Budget | None = None,
    told: list[Progress] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Explanation:
    method, signature, row = methods()[name], _signature(_kind(name)), {"it": value}
    answer = model.formula(row)
    # Without a limit in seconds, which a busy machine would reach.
    budget = budget or replace(method.cost(signature), seconds=None)
    asked = request(name, signature, row, answer, budget)
    report = (told if told is not None else []).append
    return explain(asked, method, model, report=report, check=check)


def _kind(name: str) -> Kind:
    return "image" if name == "anchor_image" else "text"


def _words(row: Values) -> list[str]:
    return re.findall(r"\w+", str(row["it"]).lower())


# Shares


def _shapley(text: str, score: Callable[[str], float]) -> list[float]:
    """Shapley values of the words by going through all orders (Shapley 1953)."""
    words = Words(text)
    shares = np.zeros(len(words))
    for one in itertools.permutations(range(len(words))):
        seen: list[int] = []
        before = score(words.kept([]))
        for place in one:
            seen.append(place)
            after = score(words.kept(seen))
            shares[place] += after - before
            before = after
    return list(shares / math.factorial(len(words)))


@pytest.mark.slow
def test_shares_are_the_weights_and_what_two_do_together_is_halved() -> None:
    weights = {"lovely": 0.5, "kind": 0.25, "but": -0.125, "dirty": -0.75}

    def formula(row: Values) -> Answer:
        found = _words(row)
        together = 1.0 if {"lovely", "kind"} <= set(found) else 0.0
        return number(sum(weights.get(word, 0.0) for word in found) + together)

    found = _explained("partition_text", "A lovely but kind dirty dog", ArithmeticModel(formula))
    amounts = [each.amount for each in found.attributions]
    assert amounts == pytest.approx([0.0, 1.0, -0.125, 0.75, -0.75, 0.0])
    assert found.base == 0
    assert found.gap == pytest.approx(0.0)
    assert "lovely" in found.sentence


@pytest.mark.slow
def test_two_words_of_one_phrase_get_their_shapley_values() -> None:
    """Where groups have nothing to do with each other, Owen values are Shapley values (Owen 1977)."""

    def score(text: str) -> float:
        found = set(re.findall(r"\w+", text))
        return 2.0 * ({"not", "bad"} <= found) - 1.0 * ("bad" in found) + 0.5 * ("day" in found)

    text = "not bad day today"
    model = ArithmeticModel(lambda row: number(score(str(row["it"]))))
    found = _explained("partition_text", text, model)
    assert [each.amount for each in found.attributions] == pytest.approx(_shapley(text, score))


@pytest.mark.slow
def test_shares_add_up_in_a_long_text_and_the_word_is_found() -> None:
    def formula(row: Values) -> Answer:
        return yes(0.9 if "lovely" in _words(row) else 0.2)

    text = "One two. " * 300 + "It was lovely here. " + "Three four five. " * 300
    told: list[Progress] = []
    found = _explained("partition_text", text, ArithmeticModel(formula), told=told)
    [best] = [each for each in found.attributions if abs(each.amount) > 1e-9]
    assert "lovely" in best.title
    assert best.amount == pytest.approx(0.7)
    assert len(told) > 2
    assert told[0].rough is not None
    assert "shared between them equally" in found.note


@pytest.mark.slow
@pytest.mark.parametrize("rows", [60, 200])
def test_a_budget_ends_shares_with_what_there_is(rows: int) -> None:
    chance = np.random.default_rng(1)
    weights = dict(zip((f"w{place}" for place in range(30)), chance.normal(size=30), strict=True))

    def formula(row: Values) -> Answer:
        return number(float(np.tanh(sum(weights.get(word, 0.0) for word in _words(row)))))

    model = ArithmeticModel(formula)
    found = _explained("partition_text", " ".join(weights), model, budget=Budget(rows=rows))
    assert model.rows <= rows
    assert found.base is not None
    assert found.prediction is not None
    total = sum(each.amount for each in found.attributions)
    assert total == pytest.approx(found.prediction - found.base)
    assert "not split further" in found.note


def test_shares_survive_a_model_that_goes_away() -> None:
    model = ArithmeticModel(lambda row: number(float(len(_words(row)) ** 2)))
    steady = model.formula

    def going(row: Values) -> Answer:
        if model.rows > 150:
            raise EndpointUnreachable("The server cannot be reached.")
        return steady(row)

    model.formula = going
    found = _explained("partition_text", " ".join(f"w{n}" for n in range(30)), model)
    assert "The server cannot be reached" in found.note
    assert not found.is_complete


def test_one_word_cannot_share() -> None:
    with pytest.raises(ExplanationFailed, match="at least two words"):
        _explained("partition_text", "one", ArithmeticModel(lambda _: yes(0.6)))


# Rules of words


def _french(row: Values) -> Answer:
    """Two words settle it; without both it is a matter of how many of the others there are."""
    found = set(_words(row))
    if {"bonjour", "merci"} <= found:
        return yes(0.9)
    return yes(0.9 if len(found) >= 9 else 0.1)


def test_the_words_that_are_enough_are_found() -> None:
    found = _explained("anchor_text", TEXT, ArithmeticModel(_french))
    assert found.conditions == ("the text contains “Bonjour”", "the text contains “merci”")
    assert found.sentence.startswith(
        "As long as the text contains “Bonjour” and “merci”, the model says yes for 100"
    )
    assert found.precision == 1.0
    assert found.coverage == pytest.approx(0.25, abs=0.08)
    assert "200 fresh ones" in found.note


def test_the_stated_precision_is_true_of_an_independent_sample() -> None:
    def vote(row: Values) -> Answer:
        weights = {"bonjour": 4, "merci": 3, "tous": 2, "et": 1, "pour": 1, "le": 1, "que": 1}
        return yes(0.9 if sum(weights.get(word, 0) for word in set(_words(row))) >= 7 else 0.1)

    found = _explained("anchor_text", TEXT, ArithmeticModel(vote))
    assert found.precision is not None
    words, chance = Words(TEXT), np.random.default_rng(99)
    kept = chance.random((4000, len(words))) < 0.5
    for each in found.attributions:
        kept[:, words.spans.index(each.span)] = True  # type: ignore[arg-type]
    texts = [words.kept(np.flatnonzero(mask).tolist()) for mask in kept]
    truth = np.mean([vote({"it": text}).label == "yes" for text in texts])
    # Three standard deviations of a share measured on 200.
    assert abs(found.precision - truth) <= 3 * math.sqrt(max(truth * (1 - truth), 0.01) / 200)


def test_an_answer_that_always_stays_needs_no_word() -> None:
    found = _explained("anchor_text", TEXT, ArithmeticModel(lambda _: yes(0.9)))
    assert found.conditions == ()
    assert "No part is needed by itself" in found.sentence


def test_when_no_few_words_are_enough_that_is_said() -> None:
    count = len(Words(TEXT))
    model = ArithmeticModel(lambda row: yes(0.9 if len(_words(row)) >= count - 1 else 0.1))
    found = _explained("anchor_text", TEXT, model)
    assert found.precision is not None
    assert found.precision < 0.9
    assert found.sentence.startswith("No few parts are enough")
    assert not found.is_complete


def test_a_word_that_comes_twice_is_named_by_its_place() -> None:
    model = ArithmeticModel(lambda row: yes(0.9 if str(row["it"]).startswith("no") else 0.1))
    found = _explained("anchor_text", "no it is no good at all", model)
    assert found.conditions == ("the text contains “no” as word 1",)


@pytest.mark.parametrize("rows", [10, 60, 250])
def test_a_budget_ends_a_rule_and_is_said(rows: int) -> None:
    model = ArithmeticModel(_french)
    try:
        found = _explained("anchor_text", TEXT, model, budget=Budget(rows=rows))
    except MdsError as error:
        assert f"{rows} rows" in error.sentence  # noqa: PT017
    else:
        assert f"{rows} rows" in found.note
        assert not found.is_complete
    assert model.rows <= rows


def test_numbers_have_no_rule() -> None:
    with pytest.raises(ExplanationFailed, match="chooses between answers"):
        _explained("anchor_text", TEXT, ArithmeticModel(lambda _: number(1.0)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> [a](b) :red[c]", "\u202eab \u2066cd", "x " * 3000]
)
def test_any_text_gets_a_rule_or_a_sentence(text: str) -> None:
    found = _explained(
        "anchor_text", text, ArithmeticModel(lambda row: yes(0.9 if "b" in str(row["it"]) else 0.1))
    )
    assert found.sentence
    assert Explanation.from_json(found.to_json()) == found


# Rules of parts of a picture


def _corners(row: Values) -> Answer:
    """Both bright corners must be seen."""
    file = row["it"]
    assert isinstance(file, File)
    pixels = np.asarray(Image.open(io.BytesIO(file.data)).convert("L")).astype(float)
    bright = pixels[2:30, -30:-2].mean() > 100, pixels[-30:-2, 2:30].mean() > 100
    return yes(0.9 if all(bright) else 0.1)


def _scene() -> File:
    array = np.random.default_rng(5).integers(0, 20, (240, 240))
    array[:48, -48:] = 255
    array[-48:, :48] = 255
    buffer = io.BytesIO()
    Image.fromarray(array.astype(np.uint8)).save(buffer, "PNG")
    return File(name="it.png", media_type="image/png", data=buffer.getvalue())


def test_the_parts_that_are_enough_are_found() -> None:
    model = ArithmeticModel(_corners)
    found = _explained("anchor_image", _scene(), model)
    assert [re.sub(r"part \d in the ", "", each.title) for each in found.attributions] == [
        "upper right",
        "lower left",
    ]
    assert found.precision == 1.0
    raster = np.array(found.raster)
    assert set(np.unique(raster)) == {-1, 0, 1}
    assert (raster == 0).sum() < 0.15 * raster.size
    assert "can be seen" in found.sentence
    assert model.rows <= (PARTS.cost(_signature("image")).rows or 0)


def test_slow_pictures_leave_time_to_try_the_rule() -> None:
    found = _explained("anchor_image", _scene(), ArithmeticModel(_corners), budget=Budget(rows=140))
    assert "fewer than usual" in found.note
    assert "fresh ones" in found.note
    assert found.precision is not None


# What holds for all of them


@pytest.mark.parametrize("name", ["partition_text", "anchor_text", "anchor_image"])
@pytest.mark.slow
def test_they_repeat_to_the_bit(name: str) -> None:
    value = _scene() if name == "anchor_image" else TEXT
    formula = _corners if name == "anchor_image" else _french
    np.random.seed(3)
    runs = [_explained(name, value, ArithmeticModel(formula))]
    after = np.random.random()
    np.random.seed(4)
    runs.append(_explained(name, value, ArithmeticModel(formula)))
    first, second = (replace(each, seconds=0.0) for each in runs)
    assert first == second
    np.random.seed(3)
    assert np.random.random() == after


@pytest.mark.slow
@pytest.mark.parametrize("name", ["partition_text", "anchor_text", "anchor_image"])
def test_cancelling_ends_them_at_once(name: str) -> None:
    formula = _corners if name == "anchor_image" else _french
    model = ArithmeticModel(formula)

    def check() -> None:
        if model.calls == 2:
            raise ExplanationCancelled("Stopped.")

    with pytest.raises(ExplanationCancelled):
        _explained(name, _scene() if name == "anchor_image" else TEXT, model, check=check)
    assert model.calls == 2
