"""The right part of an answer is the headline, whichever shape the answer has; a failure is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from mds_client.errors import EndpointFailed, NotReady, UnreadableAnswer
from mds_client.prediction import Answer, Output
from mds_client.prediction.answers import answers
from mds_client.prediction.output_roles import with_roles
from mds_client.prediction.reported_failure import failure_in
from mds_client.protocols.openapi import OpenAPI
from mds_client.protocols.sagemaker import SageMaker
from mds_client.server import Server
from mds_client.signature import Field, ModelRef, Signature
from mds_client.transport.exchange import Response
from tests.found.answer_shapes import FAILURES, OWN, SHAPES, Shape

SERVER = Server(name="s", url="http://127.0.0.1:9")


def signature(*inputs: str, **facts: Any) -> Signature:
    fields = tuple(Field(name=name, kind="text") for name in inputs)
    return Signature(model=ModelRef(server="s", name="m"), inputs=fields, **facts)


def read(
    body: object, said: Signature | None = None, content_type: str = "application/json"
) -> Answer:
    """The answer of a service with an OpenAPI document, from the bytes that it sent."""
    content = body if isinstance(body, str) else json.dumps(body)
    said = said or signature()
    response = Response(status=200, body=content.encode(), headers={"content-type": content_type})
    _, outputs = OpenAPI(SERVER).read_prediction(said, response, 1)
    return answers(said, with_roles(said, outputs), 1)[0]


def shown(answer: Answer) -> tuple[Any, ...]:
    sure: object = {name: round(value, 9) for name, value in answer.probabilities.items()}
    if answer.score is not None:
        sure = (answer.score_name, answer.score)
    return answer.kind, answer.headline, sure, tuple(answer.details)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: json.dumps(shape[0])[:80])
def test_the_right_part_is_the_headline(shape: Shape) -> None:
    body, kind, headline, sure, details = shape
    body = json.dumps(body) if isinstance(body, str) else body
    assert shown(read(body)) == (kind, headline, sure, details)


def test_there_are_shapes_enough() -> None:
    assert len(SHAPES) >= 100


def tensors(body: dict[str, object]) -> list[Output]:
    """The same members as tensors of the Open Inference Protocol."""
    kinds = {str: "BYTES", int: "INT64", float: "FP64", bool: "BOOL"}
    return [
        Output(name=name, datatype=kinds[type(value)], shape=(1, 1), data=(value,))
        for name, value in body.items()
    ]


FLAT = [
    shape
    for shape in SHAPES
    if isinstance(shape[0], dict) and len(shape[0]) > 1
    and all(isinstance(value, str | int | float) for value in shape[0].values())
    and not any(str(value).startswith(("{", "[")) for value in shape[0].values())
    and sum(isinstance(v, float) for v in shape[0].values()) < 3 and "p_yes" not in shape[0]
]  # fmt: skip


@pytest.mark.parametrize("shape", FLAT, ids=lambda shape: json.dumps(shape[0])[:80])
def test_tensors_side_by_side_are_read_by_their_names_too(shape: Shape) -> None:
    body, kind, headline, sure, _ = shape
    outputs = with_roles(signature(), tensors(body))
    assert shown(answers(signature(), outputs, 1)[0])[:3] == (kind, headline, sure)


def test_a_label_for_each_score_is_the_word_for_it() -> None:
    outputs = [
        Output(name="label", datatype="BYTES", shape=(1, 2), data=("cat", "dog")),
        Output(name="score", datatype="FP32", shape=(1, 2), data=(0.9, 0.1)),
    ]
    answer = answers(signature(), with_roles(signature(), outputs), 1)[0]
    assert shown(answer) == ("class", "cat", {"cat": 0.9, "dog": 0.1}, ())


def test_what_is_declared_goes_before_a_name() -> None:
    fields = (
        Field(name="score", kind="category", role="class"),
        Field(name="label", kind="text", role="detail"),
    )
    answer = read({"label": "x", "score": "high"}, signature(outputs=fields))
    assert (answer.headline, dict(answer.details)) == ("high", {"label": "x"})


def test_what_a_person_said_goes_before_everything() -> None:
    said = signature(answer_roles={"pd": "class", "sureness": "probability"})
    answer = read({"label": "x", "pd": "AA", "sureness": 0.8}, said)
    assert shown(answer) == ("class", "AA", {"AA": 0.8}, ("label",))
    assert read({"label": "x"}, said).headline == "x"  # an answer without them is read as ever


def test_a_person_may_say_only_what_says_how_sure_the_model_is() -> None:
    said = signature(answer_roles={"sureness": "probability"})
    assert shown(read({"label": "x", "sureness": 0.8}, said)) == ("class", "x", {"x": 0.8}, ())


def test_an_input_that_is_repeated_is_not_the_answer() -> None:
    assert read({"breed": "pug", "weight": 8.5}, signature("breed")).headline == "8.5"


def test_several_rows_have_an_answer_each_wherever_their_list_is() -> None:
    bodies: Sequence[object] = [
        [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.7}],
        {"predictions": [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.7}]},
        {"data": {"label": ["a", "b"], "score": [0.9, 0.7]}, "status": "ok"},
        [[{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}], [{"label": "b", "score": 0.7}, {"label": "a", "score": 0.3}]],
    ]  # fmt: skip
    for body in bodies:
        response = Response(status=200, body=json.dumps(body).encode())
        _, outputs = SageMaker(SERVER).read_prediction(signature(), response, 2)
        found = answers(signature(), with_roles(signature(), outputs), 2)
        assert [(a.headline, a.probability) for a in found] == [("a", 0.9), ("b", 0.7)]


# Numbers, text and tables as they come.


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 + 1, 2**70 + 1, -(2**64) - 1])
def test_whole_numbers_keep_every_digit(number: int) -> None:
    assert read({"prediction": number, "id": number}).headline == str(number)
    assert str(number) in str(read({"a": 1, "b": number, "c": 2}).details)


@pytest.mark.parametrize("digits", ["1" + "0" * 400, "1e400", "-1e999"])
def test_a_number_that_no_float_holds_is_unreadable(digits: str) -> None:
    with pytest.raises(UnreadableAnswer):
        read('{"prediction": ' + digits + "}")


def test_not_a_number_is_no_answer() -> None:
    answer = read('{"prediction": NaN, "low": -Infinity}')
    assert (answer.headline, dict(answer.details)) == (OWN, {"prediction": None, "low": None})


def test_plain_text_is_an_answer_and_an_empty_one_says_so() -> None:
    assert (
        read("A short summary.", content_type="text/plain; charset=utf-8").headline
        == "A short summary."
    )
    assert read("", content_type="text/plain").headline == "No text"
    declared = signature(outputs=(Field(name="output", kind="text", role="text"),))
    assert read("2024", declared, "text/plain").headline == "2024"


def test_csv_is_an_answer() -> None:
    assert read("0.83,0.17\n", content_type="text/csv").probabilities == {
        "Class 0": 0.83,
        "Class 1": 0.17,
    }
    assert read("label,score\r\nyes,0.8\r\n", content_type="text/csv").probability == 0.8
    assert read("a,b\n1,2\n3,4\n", content_type="text/csv").kind == "table"


@pytest.mark.parametrize("kind", ["text/html", "text/event-stream", "application/octet-stream"])
def test_what_is_none_of_these_is_unreadable_and_said_to_be_what_it_is(kind: str) -> None:
    with pytest.raises(UnreadableAnswer, match=kind):
        read("data: hello", content_type=kind)


def test_a_web_page_is_no_text() -> None:
    with pytest.raises(UnreadableAnswer):
        read("<!DOCTYPE html><html></html>", content_type="text/plain")


# Failures.


@pytest.mark.parametrize(("body", "words"), FAILURES, ids=range(len(FAILURES)))
def test_a_failure_is_told_in_the_servers_own_words(body: object, words: str) -> None:
    with pytest.raises(EndpointFailed) as caught:
        read(body)
    assert words in caught.value.sentence


@pytest.mark.parametrize(
    "body",
    [
        {"prediction": "yes", "error": "little data"}, {"error": 0.12, "anomaly": True}, {"message": "hello"},
        {"status": "failed", "probability": 0.9}, {"outcome": "failed"}, {"prediction": "error"}, {"status": "rejected"},
        {"code": 0, "msg": "success", "data": {"label": "a"}}, {"success": False, "probability": 0.2},
    ],
)  # fmt: skip
def test_what_only_looks_like_a_failure_is_an_answer(body: object) -> None:
    assert read(body).headline


def test_what_is_not_finished_is_not_an_answer() -> None:
    with pytest.raises(NotReady, match="processing"):
        read({"status": "processing", "output": None, "id": "x"})


def test_tensors_may_tell_a_failure() -> None:
    failure = failure_in(tensors({"status": "failed", "error": "no model", "label": ""}))
    assert failure is not None
    assert "no model" in failure.sentence
    assert failure_in(tensors({"status": "ok", "label": "a"})) is None
