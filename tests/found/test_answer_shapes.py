"""The right part of an answer is the headline, whichever shape the answer has; a failure is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from mds_client.errors import EndpointFailed, NotReady, UnreadableAnswer
from mds_client.prediction import Answer, Output
from mds_client.prediction.answers import answers
from mds_client.prediction.output_names import meaning
from mds_client.prediction.output_roles import with_roles
from mds_client.prediction.row_failures import row_failures
from mds_client.protocols.open_inference import OpenInference
from mds_client.protocols.openapi import OpenAPI
from mds_client.protocols.sagemaker import SageMaker
from mds_client.server import Server
from mds_client.signature import Field, ModelRef, Signature
from mds_client.signature.datatypes import Numbers
from mds_client.signature.metadata import signature_of
from mds_client.transport.exchange import Response
from tests.found.answer_shapes import FAILURES, OWN, SHAPES, Shape

SERVER = Server(name="s", url="http://127.0.0.1:9")


def signature(*inputs: str, **facts: Any) -> Signature:
    fields = tuple(Field(name=name, kind="text") for name in inputs)
    return Signature(model=ModelRef(server="s", name="m"), inputs=fields, **facts)


def read(
    body: object,
    said: Signature | None = None,
    content_type: str = "application/json",
    sent: Mapping[str, object] | None = None,
) -> Answer:
    """The answer of a service with an OpenAPI document, from the bytes that it sent."""
    content = body if isinstance(body, str) else json.dumps(body)
    said = said or signature()
    response = Response(status=200, body=content.encode(), headers={"content-type": content_type})
    _, outputs = OpenAPI(SERVER).read_prediction(said, response, 1)
    return only(said, with_roles(said, outputs, sent or {}))


def only(said: Signature, outputs: Sequence[Output]) -> Answer:
    """The answer to one row; raises what the model says of it."""
    found = answers(said, outputs, 1)
    for failure in row_failures(said, outputs, found).values():
        raise failure
    return found[0]


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
    and sum(isinstance(v, float) for v in shape[0].values()) < 3 and not {"p_yes", "p0", "P_0"} & set(shape[0])
    and sum(meaning(name) == "probability" for name in shape[0]) < 2
]  # fmt: skip


@pytest.mark.parametrize("shape", FLAT, ids=lambda shape: json.dumps(shape[0])[:80])
def test_tensors_side_by_side_are_read_by_their_names_too(shape: Shape) -> None:
    body, kind, headline, sure, _ = shape
    outputs = with_roles(signature(), tensors(body))
    assert shown(answers(signature(), outputs, 1)[0])[:3] == (kind, headline, sure)


def test_the_share_of_one_class_alone_is_no_headline() -> None:
    outputs = with_roles(signature(), tensors({"p0": 0.1, "p1": 0.9}))
    assert answers(signature(), outputs, 1)[0].headline == OWN


def test_a_label_for_each_score_is_the_word_for_it() -> None:
    outputs = [
        Output(name="label", datatype="BYTES", shape=(1, 2), data=("cat", "dog")),
        Output(name="score", datatype="FP32", shape=(1, 2), data=(0.9, 0.1)),
    ]
    answer = answers(signature(), with_roles(signature(), outputs), 1)[0]
    assert shown(answer) == ("class", "cat", {"cat": 0.9, "dog": 0.1}, ())


def test_what_is_said_of_each_label_is_kept_by_label() -> None:
    body = [{"label": "cat", "score": 0.9, "id": 3}, {"label": "dog", "score": 0.1, "id": 1}]
    assert dict(read(body).details) == {"id": {"cat": 3, "dog": 1}}
    response = Response(status=200, body=json.dumps([body, None, body]).encode())
    _, outputs = SageMaker(SERVER).read_prediction(signature(), response, 3)
    found = answers(signature(), with_roles(signature(), outputs), 3)
    assert [found[row].probabilities for row in (0, 2)] == [{"cat": 0.9, "dog": 0.1}] * 2


def test_whole_numbers_of_64_bits_may_be_written_as_texts() -> None:
    """As Protobuf's JSON has them: in sizes, in data and with names in its own spelling."""
    tensor = {"name": "x", "datatype": "FP32", "shape": ["-1", "3"]}
    answered = {"name": "y", "datatype": "INT64", "shape": ["-1"]}
    facts = {"inputs": [tensor], "outputs": [answered]}
    said = signature_of(ModelRef(server="s", name="m"), facts)
    assert said.inputs[0].shape == (-1, 3)
    body = {"modelName": "m", "outputs": [answered | {"shape": ["1"], "data": ["2"]}]}
    response = Response(status=200, body=json.dumps(body).encode())
    _, outputs = OpenInference(SERVER).read_prediction(said, response, 1)
    answer = only(said, with_roles(said, outputs))
    assert (answer.kind, answer.number, answer.headline) == ("number", 2, "2")


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


@pytest.mark.parametrize(
    ("body", "headline"),
    [
        ({"age": 41, "income": 52_000, "segment": "gold"}, OWN),
        ({"Age": 41, "segment": "gold", "income": 52_000, "risk": "low"}, "low"),
        ({"input": {"age": 41}, "segment": "gold"}, OWN),
    ],
)  # fmt: skip
def test_inputs_that_are_repeated_are_no_headline_however_they_are_spelt(
    body: object, headline: str
) -> None:
    assert read(body, signature("customer.age", "income", "Segment")).headline == headline
    sent = {"age": 41, "income": 52_000, "segment": "gold"}
    assert read(body, signature("body"), sent=sent).headline == headline
    other = sent | {"segment": "silver"}
    assert (
        read({"income": 52_000, "segment": "gold"}, signature("body"), sent=other).headline
        == "gold"
    )


@pytest.mark.parametrize(
    "body", [{"island": "Dream"}, {"data": {"island": "Dream"}}, {"Island": ["Dream"]}]
)
def test_the_input_alone_again_is_no_headline(body: object) -> None:
    assert read(body, signature("island"), sent={"island": "Dream"}).headline == OWN
    assert read(body, signature("body"), sent={"island": "Dream"}).headline == OWN
    assert read(body, signature("island"), sent={"island": "Biscoe"}).headline == "Dream"


def test_a_number_alone_again_is_no_headline_however_it_is_written() -> None:
    assert read({"x": 3}, signature("x"), sent={"x": 3.0}).headline == OWN
    assert read({"y": 3}, signature("x"), sent={"x": 3.0}).headline == "3"


def test_the_names_of_inputs_are_no_words_for_classes() -> None:
    body = {"prediction": 1, "labels": ["age", "income"]}
    assert shown(read(body, signature("age", "income")))[:2] == ("number", "1")


def test_several_rows_have_an_answer_each_wherever_their_list_is() -> None:
    bodies: Sequence[object] = [
        [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.7}],
        {"predictions": [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.7}]},
        {"data": {"label": ["a", "b"], "score": [0.9, 0.7]}, "status": "ok"},
        [[{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}], [{"label": "b", "score": 0.7}, {"label": "a", "score": 0.3}]],
        {"labels": ["a", "b"], "scores": [0.9, 0.7]},
        {"columns": ["label", "score"], "index": [0, 1], "data": [["a", 0.9], ["b", 0.7]]},
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


@pytest.mark.parametrize(
    "body",
    [
        '{"prediction": NaN, "low": -Infinity}', '{"prediction": null}', '{"prediction": Infinity}', '{"score": NaN}',
        '{"predictions": [null], "model_version": "3"}', '[NaN]', "null", '{"prediction": "nan", "id": 7}', "[[NaN]]",
        '{"result": {"price": null}, "currency": "EUR"}', '{"forecast": "-Infinity"}', '{"y_hat": NaN, "std": 0.1}',
    ],
)  # fmt: skip
def test_where_no_number_came_back_nothing_can_be_judged(body: str) -> None:
    with pytest.raises(EndpointFailed, match="No number came back"):
        read(body)


def test_where_no_class_came_back_nothing_can_be_judged() -> None:
    with pytest.raises(EndpointFailed, match=r"No answer came back.*too few data"):
        read({"label": None, "reason": "too few data"})
    with pytest.raises(EndpointFailed, match="came back"):
        read('{"probabilities": [NaN, NaN]}')
    assert read('{"label": null, "probabilities": {"a": 0.7, "b": 0.3}}').headline == "a"
    assert read('{"prediction": 4.5, "upper": NaN}').headline == "4.5"
    assert read({"damage": "none"}).headline == "none"


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
    answer = read("\ufeffprediction;probability\nspam;0,93", content_type="text/csv")
    assert shown(answer)[:3] == ("class", "spam", {"spam": 0.93})
    assert read("label\tscore\nspam\t0.9\n", content_type="text/csv").probability == 0.9


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
        {"prediction": ["error"], "error": ["bad row"]}, {"prediction": 0.0, "error": "bad row"},
        {"predictions": [-1], "errors": ["bad row"]}, {"label": "error", "score": 0.0, "error": "bad row"},
        {"ok": False, "value": 0, "message": "bad row"}, {"result": {"value": 0, "error": "bad row"}},
        {"prediction": 0, "error": {"code": 7, "message": "bad row"}}, {"prediction": "yes", "errorMessage": "bad row"},
        {"prediction": 0, "errors": ["age is missing", "bad row"]},
        {"prediction": -1, "message": "Error: bad row"},
        {"success": "false", "message": "bad row"},
        {"status": "ok", "result": {"status": "error", "message": "bad row"}},
    ],
)  # fmt: skip
def test_a_failure_beside_a_prediction_is_a_failure(body: object) -> None:
    with pytest.raises(EndpointFailed, match="bad row"):
        read(body)


# What is answered to rows 1 and 3, while row 2 failed.
BESIDE: list[object] = [
    {"predictions": [1.5, None, 2.5], "errors": [None, "bad row", None]},
    {"predictions": [1.5, 0.0, 2.5], "errors": ["", "bad row", ""]},
    {"prediction": [1.5, -1, 2.5], "error": [None, {"message": "bad row"}, None]},
    [{"prediction": 1.5}, {"error": "bad row"}, {"prediction": 2.5}],
    {"predictions": [{"value": 1.5}, {"status": "failed", "error": "bad row"}, {"value": 2.5}]},
    [1.5, {"error": "bad row"}, 2.5],
    [1.5, "Error: bad row", 2.5],
    {"predictions": [1.5, "Error: bad row", 2.5]},
    {"data": {"prediction": [1.5, 0, 2.5], "ok": [True, False, True], "message": ["", "bad row", ""]}},
    {"predictions": [{"value": 1.5}, {"detail": "bad row"}, {"value": 2.5}]},
]  # fmt: skip


@pytest.mark.parametrize("body", BESIDE, ids=lambda body: json.dumps(body)[:80])
def test_one_row_of_several_may_fail(body: object) -> None:
    response = Response(status=200, body=json.dumps(body).encode())
    _, outputs = SageMaker(SERVER).read_prediction(signature(), response, 3)
    outputs = with_roles(signature(), outputs)
    found = answers(signature(), outputs, 3)
    failures = row_failures(signature(), outputs, found)
    assert list(failures) == [1]
    assert "bad row" in failures[1].sentence
    assert [found[0].number, found[2].number] == [1.5, 2.5]


LABELLED = {"label": "a", "score": 0.9}
OF_OTHERS: list[tuple[object, str]] = [
    (["a", None, "a"], "a"),
    ({"predictions": ["a", None, "a"]}, "a"),
    ([LABELLED, None, LABELLED], "a"),
    ([LABELLED, "error: bad row", LABELLED], "a"),
    ([LABELLED, {"label": None, "score": None}, LABELLED], "a"),
    ([{"a": 0.97, "b": 0.03}, {"a": None, "b": None}, {"a": 0.7, "b": 0.3}], "a"),
    ([{"a": 0.7, "b": 0.3}, {"error": "bad row"}, {"b": 0.03, "a": 0.97}], "a"),
    ([[0.8, 0.2], None, [0.8, 0.2]], "Class 0"),
    ([[0.8, 0.2], [None, None], [0.8, 0.2]], "Class 0"),
    ([[0.8, 0.2], {"error": "bad row"}, [0.8, 0.2]], "Class 0"),
    ([True, None, True], "true"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "headline"), OF_OTHERS, ids=range(len(OF_OTHERS)))
def test_a_row_without_an_answer_does_not_change_how_the_others_are_read(
    body: object, headline: str
) -> None:
    response = Response(status=200, body=json.dumps(body).encode())
    _, outputs = SageMaker(SERVER).read_prediction(signature(), response, 3)
    outputs = with_roles(signature(), outputs)
    found = answers(signature(), outputs, 3)
    assert [found[0].headline, found[2].headline] == [headline, headline]
    assert list(row_failures(signature(), outputs, found)) == [1]


@pytest.mark.parametrize(
    "body", ["[1.5, NaN, 2.5]", '{"predictions": [1.5, null, 2.5]}', '[1.5, "nan", 2.5]']
)
def test_one_row_of_several_may_have_no_number(body: str) -> None:
    _, outputs = SageMaker(SERVER).read_prediction(
        signature(), Response(status=200, body=body.encode()), 3
    )
    outputs = with_roles(signature(), outputs)
    failures = row_failures(signature(), outputs, answers(signature(), outputs, 3))
    assert [(row, failure.sentence[:20]) for row, failure in failures.items()] == [
        (1, "No number came back:")
    ]


def test_tensors_of_several_rows_may_tell_failures() -> None:
    outputs = [
        Output(
            name="predict",
            datatype="FP32",
            shape=(3, 1),
            data=Numbers(np.array([1.5, np.nan, np.inf])),
        ),
        Output(name="error", datatype="BYTES", shape=(3, 1), data=("bad row", "", "")),
    ]
    roles = with_roles(signature(), outputs)
    failures = row_failures(signature(), roles, answers(signature(), roles, 3))
    assert {row: "bad row" in failure.sentence for row, failure in sorted(failures.items())} == {
        0: True, 1: False, 2: False
    }  # fmt: skip


def test_what_all_rows_report_alike_is_asked_of_each_alone() -> None:
    """A list of errors that is not one a row does not say which rows it means."""
    body = {
        "predictions": [1.5, 2.5, 3.5],
        "errors": [{"row": 0, "message": "bad"}, {"row": 2, "message": "bad"}],
    }
    _, outputs = SageMaker(SERVER).read_prediction(
        signature(), Response(status=200, body=json.dumps(body).encode()), 3
    )
    roles = with_roles(signature(), outputs)
    with pytest.raises(EndpointFailed, match="bad"):
        row_failures(signature(), roles, answers(signature(), roles, 3))


@pytest.mark.parametrize(
    "body",
    [
        {"prediction": "yes", "error": "none"}, {"error": 0.12, "anomaly": True}, {"message": "hello"},
        {"prediction": 5.1, "error": "±0.3"}, {"label": "leak", "confidence": 0.8, "error": "E7"},
        {"prediction": "yes", "fault": "bearing"}, {"prediction": "yes", "probability": 0.8, "error": "little data"},
        {"status": "failed", "probability": 0.9}, {"outcome": "failed"}, {"prediction": "error"}, {"error": "", "score": 1.0}, {"status": "rejected"},
        {"code": 0, "msg": "success", "data": {"label": "a"}}, {"success": False, "probability": 0.2},
    ],
)  # fmt: skip
def test_what_only_looks_like_a_failure_is_an_answer(body: object) -> None:
    assert read(body).headline


def test_what_is_not_finished_is_not_an_answer() -> None:
    with pytest.raises(NotReady, match="processing"):
        read({"status": "processing", "output": None, "id": "x"})


def test_tensors_may_tell_a_failure() -> None:
    outputs = tensors({"status": "failed", "error": "no model", "label": ""})
    with pytest.raises(EndpointFailed, match="no model"):
        only(signature(), with_roles(signature(), outputs))
    outputs = tensors({"status": "ok", "label": "a"})
    assert only(signature(), with_roles(signature(), outputs)).headline == "a"


MATTERED = {"age": 0.3, "income": 0.7}


@pytest.mark.parametrize(
    "body",
    [
        *({name: MATTERED} for name in ("shap", "feature_importance", "weights", "rgb", "share", "shap_scores")),
        MATTERED, {"cpu": 0.5, "mem": 0.5}, {"rgb": {"r": 0.2, "g": 0.3, "b": 0.5}}, {"lower": 100, "upper": 900},
        {"code": 7}, {"version": 3}, {"count": 3}, {"message": "hello"},
    ],
)  # fmt: skip
def test_what_is_no_answer_by_its_name_has_a_form_of_its_own(body: object) -> None:
    assert read(body).headline == OWN


def test_a_map_of_inputs_is_no_map_of_classes_and_one_of_labels_is() -> None:
    whole = {"age": 0.05, "income": 0.95}
    assert read(whole, signature("age", "income")).headline == OWN
    assert read(whole).headline == "income"
    labels = Field(name="other", kind="text", labels=("cpu", "mem"))
    assert read({"cpu": 0.6, "mem": 0.4}, signature(outputs=(labels,))).headline == "cpu"
    assert read({"churn": 0.6, "no churn": 0.4}).headline == "churn"


@pytest.mark.parametrize("name", ["shap_values", "probabilities", "feature_scores"])
def test_what_does_not_name_the_prediction_is_no_probability_of_it(name: str) -> None:
    answer = read({"prediction": "no", name: MATTERED})
    assert (answer.headline, dict(answer.probabilities)) == ("no", {})
    assert "0.7" in str(answer.details)


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "prediction": "yes"}, {"ok": False, "result": "default"}, {"message": "Model not loaded"},
        "Internal Server Error", "error: no model", "503 Service Unavailable", "no model loaded",
    ],
)  # fmt: skip
def test_a_failure_in_few_words_is_a_failure(body: object) -> None:
    kind = "text/plain" if isinstance(body, str) else "application/json"
    with pytest.raises(EndpointFailed, match="failed"):
        read(body, content_type=kind)


@pytest.mark.parametrize("status", ["queued", "pending", "PROCESSING"])
def test_a_job_that_waits_has_not_answered(status: str) -> None:
    with pytest.raises(NotReady, match="not finished"):
        read({"job": "7", "status": status, "eta": 12})
    assert read({"status": status, "prediction": "yes"}).headline == "yes"


def test_large_numbers_have_the_digits_that_a_person_needs() -> None:
    assert read({"prediction": 123456789.123456}).headline == "123,456,789"
    assert read({"prediction": 1e300}).headline == "1e+300"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "iso-8859-1"])
def test_json_in_another_encoding_is_read(encoding: str) -> None:
    headers = {"content-type": f"application/json; charset={encoding}"}
    body = json.dumps({"prediction": "fällig"}, ensure_ascii=False).encode(encoding)
    response = Response(status=200, body=body, headers=headers)
    _, outputs = OpenAPI(SERVER).read_prediction(signature(), response, 1)
    assert only(signature(), with_roles(signature(), outputs)).headline == "fällig"
