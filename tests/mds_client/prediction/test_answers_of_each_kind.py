"""Raw outputs become answers in words, whatever they are; nothing of them is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.answers import MAX_PICTURE_BYTES, answer_of, as_facts
from mds_client.prediction import Answer, Output
from mds_client.prediction.answers import answers
from mds_client.prediction.output_parsing import quantile_of
from mds_client.prediction.output_roles import with_roles
from mds_client.signature import Field, ModelRef, Signature
from tests.mds_client.answered import ANSWERED, declared, numbers, png, texts

MODEL = ModelRef(server="s", name="m")


def _answer(outputs: list[Output], fields: list[Field]) -> Answer:
    signature = Signature(model=MODEL, inputs=(), outputs=tuple(fields))
    return answers(signature, with_roles(signature, outputs), 1)[0]


def _reopened(answer: Answer) -> Answer | None:
    class Case:
        answer: Any

    Case.answer = json.loads(json.dumps(as_facts(answer)))
    return answer_of(Case)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ANSWERED)
def test_outputs_are_recognised_and_survive_being_kept(name: str) -> None:
    outputs, fields, kind, headline = ANSWERED[name]
    answer = _answer(outputs, fields)
    assert (answer.kind, answer.headline) == (kind, headline)
    assert _reopened(answer) == answer


def test_bounds_are_taken_from_names() -> None:
    outputs, fields, *_ = ANSWERED["interval by names"]
    answer = _answer(outputs, fields)
    assert (answer.interval, answer.coverage, answer.details) == ((10, 20), 0.9, {})
    answer = _answer(*ANSWERED["interval of lower and upper"][:2])
    assert (answer.number, answer.interval, answer.coverage) == (2, (1, 3), None)
    answer = _answer(*ANSWERED["interval by labels"][:2])
    assert (answer.number, answer.interval, answer.coverage) == (2, (1, 4), 0.8)


def test_bounds_that_are_crossed_or_alone_are_details() -> None:
    answer = _answer([numbers("y", [2]), numbers("upper", [1]), numbers("lower", [3])], [])
    assert (answer.number, answer.interval) == (2, None)
    assert answer.details == {"upper": 1, "lower": 3}
    answer = _answer([numbers("upper", [7])], [])
    assert (answer.number, answer.interval) == (7, None)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("p10", 0.1),
        ("q0.95", 0.95),
        ("quantile_0.5", 0.5),
        ("pred-p97.5", 0.975),
        ("y_lower", 0.0),
        ("upperBound", 1.0),
        ("median", 0.5),
        ("price", None),
        ("top5", None),
        ("score_2", None),
    ],
)
def test_names_of_quantiles(name: str, place: float | None) -> None:
    assert quantile_of(name) == place


def test_boxes_are_corners_whatever_they_came_as() -> None:
    corners = [
        _answer(*ANSWERED[n][:2]).boxes[0].corners for n in ("boxes", "boxes of sizes", "outlines")
    ]
    assert corners == [(2, 3, 20, 25), (20, 10, 25, 16), (1, 1, 30, 20)]
    assert len(_answer(*ANSWERED["outlines"][:2]).boxes[0].outline) == 3


@pytest.mark.parametrize(
    "words",
    ['[{"box": [1, 2, 3]}]', '[{"label": "x"}, 3]', "[]", "[" * 50_000, '[{"box": [1, 2, "a", 4]}]', "{}"],
)  # fmt: skip
def test_what_only_looks_like_boxes_is_not(words: str) -> None:
    assert _answer([texts("out", words)], []).kind in ("text", "table")


def test_what_is_declared_is_not_guessed_at() -> None:
    listed = texts("out", [{"a": 1, "b": 2}])
    assert _answer([listed], [declared("out", kind="text", role="text")]).kind == "text"
    kept = _answer([listed, numbers("y", [1])], [declared("out", kind="json", role="detail")])
    assert (kept.kind, list(kept.details)) == ("number", ["out"])


def test_probabilities_of_one_whole_stay_a_class_when_they_are_rounded() -> None:
    field = declared("p", role="probabilities", labels=("a", "b", "c"))
    assert _answer([numbers("p", [0.33, 0.33, 0.33])], [field]).kind == "class"


def test_a_picture_that_is_too_large_to_keep_is_not_kept() -> None:
    answer = Answer(kind="image", picture=png() + b"0" * MAX_PICTURE_BYTES)
    reopened = _reopened(answer)
    assert reopened is not None
    assert reopened.picture == b""


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["box", "bbox", "label", "score", "polygon", "x"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=300)
def test_any_json_is_an_answer_that_can_be_kept(value: object) -> None:
    assert _reopened(_answer([texts("out", json.dumps(value))], [])) is not None


@given(st.lists(st.floats() | st.integers() | st.none(), min_size=1, max_size=30))
@settings(max_examples=100)
def test_any_numbers_are_an_answer(values: list[Any]) -> None:
    answer = _answer([numbers("out", values)], [])
    assert as_facts(answer)["kind"] == answer.kind
