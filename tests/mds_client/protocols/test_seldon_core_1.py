"""Seldon Core 1 over HTTP, with exchanges recorded from its Python wrapper and documented messages."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mds_client import (
    EndpointFailed,
    EndpointRefused,
    MdsClient,
    MdsError,
    ModelNotFound,
    ModelRef,
    Server,
    UnreadableAnswer,
)
from mds_client.protocols.protocol import Protocol
from mds_client.protocols.seldon_core_1 import SeldonCore1
from mds_client.signature import Field, Signature
from mds_client.transport.exchange import Request, Response
from tests.mds_client.faults import Behaviour, answers, misbehaving

RECORDED = Path(__file__).parents[2] / "data" / "recorded" / "seldon-core"
NAMED = {
    "name": "default",
    "graphinputs": [
        {"messagetype": "ndarray", "schema": {"names": ["age", "income"], "shape": [2]}}
    ],
    "graphoutputs": [
        {"messagetype": "ndarray", "schema": {"names": ["stay", "leave"], "shape": [2]}}
    ],
}
ROW = {"age": 41, "income": 31250.5}


def recorded(name: str) -> dict:
    return json.loads((RECORDED / f"{name}.json").read_text())


def says(metadata: object, prediction: object = None, status: int = 200) -> Behaviour:
    """A deployment with these metadata which answers every prediction like this."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("/api/v1.0/metadata"):
            return answers(200, json.dumps(metadata))(handler)
        if handler.path.endswith("/api/v1.0/health/status"):
            return answers(200, '{"jsonData": {}, "meta": {}}')(handler)
        if handler.path.endswith("/api/v1.0/predictions"):
            return answers(status, json.dumps(prediction))(handler)
        gone = recorded("unknown")["response"]
        return answers(gone["status"], json.dumps(gone["body"]))(handler)

    return behave


def asked(metadata: object, prediction: object, values: object = ROW, status: int = 200):
    with misbehaving(says(metadata, prediction, status)) as url:
        server = Server(name="s", url=f"{url}/seldon/ns/churn", protocol="seldon-core-1")
        with MdsClient(server) as client:
            return client.model("churn").predict(values)


def signature(metadata: object) -> Signature:
    with misbehaving(says(metadata)) as url:
        server = Server(name="s", url=url, protocol="seldon-core-1")
        with MdsClient(server) as client:
            return client.model("m").signature()


def protocol() -> Protocol:
    return SeldonCore1(Server(name="s", url="http://h/seldon/ns/churn"))


def read(name: str, rows: int = 2):
    body = json.dumps(recorded(name)["response"]["body"]).encode()
    ref = ModelRef(server="s", name="m")
    labelled = Field(name="output", kind="tensor", labels=("malignant", "benign"))
    known = Signature(model=ref, inputs=(), outputs=(labelled,))
    return protocol().read_prediction(known, Response(status=200, body=body), rows)[1]


def test_is_recognised_by_its_metadata():
    with misbehaving(says(recorded("metadata_v1")["response"]["body"])) as url:
        with MdsClient(Server(name="s", url=url)) as client:
            found = client.detect()
            assert found.protocol == "seldon-core-1"
            assert "metadata" in found.evidence
            (info,) = client.models()
            assert (info.ref.name, info.state) == ("bc-model", "READY")


def test_a_deployment_is_named_by_its_prefix():
    with misbehaving(says(NAMED)) as url:
        with MdsClient(Server(name="s", url=f"{url}/seldon/ns/churn")) as client:
            assert [str(info.ref) for info in client.models()] == ["s/churn"]


def test_names_are_columns():
    found = signature(NAMED)
    assert [f.name for f in found.inputs] == ["age", "income"]
    assert found.is_tabular
    assert found.layout == "matrix"
    assert found.outputs[0].labels == ("stay", "leave")


def test_a_shape_without_names_is_numbered_columns():
    found = signature(recorded("metadata")["response"]["body"])
    assert len(found.inputs) == 30
    assert found.is_tabular


def test_a_json_schema_is_fields():
    schema = {
        "type": "object",
        "properties": {"note": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
        "required": ["age"],
    }
    found = signature({"name": "m", "inputs": [{"messagetype": "jsonData", "schema": schema}]})
    assert [(f.kind, f.required) for f in found.inputs] == [("text", False), ("integer", True)]
    request = protocol().predict_request(found, [{"age": 3}], "id")
    assert json.loads(request.body)["jsonData"] == {"age": 3}


@pytest.mark.parametrize(
    "metadata",
    [{}, {"inputs": 3}, {"inputs": [{"schema": {"names": 1, "shape": ["a"]}}]}, {"inputs": []}],
)
def test_metadata_that_say_nothing_are_unknown(metadata):
    assert signature(metadata).layout == "unknown"


def test_probabilities_with_their_labels():
    names = {"names": ["stay", "leave"], "ndarray": [[0.81, 0.19]]}
    answer = asked(NAMED, {"data": names, "meta": {}}).answer
    assert (answer.label, answer.probability) == ("stay", 0.81)


def test_the_request_is_as_documented():
    request = asked(NAMED, {"data": {"ndarray": [[1.5]]}}).exchange
    body = json.loads(request.request_body)
    assert body["data"] == {"names": ["age", "income"], "ndarray": [[41, 31250.5]]}
    assert body["meta"]["puid"] == request.request_headers["Seldon-Puid"] == request.request_id


def test_a_tensor_goes_where_a_tensor_is_declared():
    declared = {"inputs": [{"messagetype": "tensor", "schema": {"names": ["age", "income"]}}]}
    sent = asked(declared, {"data": {"tensor": {"shape": [1, 1], "values": [2.0]}}})
    assert json.loads(sent.exchange.request_body)["data"]["tensor"] == {
        "shape": [1, 2],
        "values": [41.0, 31250.5],
    }
    assert sent.answer.number == 2.0


def test_numbers_of_one_row_for_a_model_that_says_nothing():
    sent = asked({}, {"data": {"ndarray": [3.5]}}, {"input-0": [1, 2]})
    assert json.loads(sent.exchange.request_body)["data"] == {"ndarray": [[1, 2]]}
    assert sent.answer.number == 3.5


@pytest.mark.parametrize("form", ["ndarray", "tensor"])
def test_recorded_tables(form):
    (output,) = read(form)
    assert output.shape == (2, 2)
    assert output.row(0)[0] == pytest.approx(1.0)


def test_recorded_text_bytes_and_json():
    assert read("strData", 1)[0].data == ("got str of 11",)
    assert read("binData", 1)[0].data == ("got bytes of 7",)
    assert read("jsonData", 1)[0].name == "echo"


def test_a_tftensor():
    dims = {"dim": [{"size": "1"}, {"size": "2"}]}
    tensor = {"dtype": "DT_DOUBLE", "tensorShape": dims, "doubleVal": [0.25, 0.75]}
    assert asked(NAMED, {"data": {"tftensor": tensor}}).outputs[0].data == (0.25, 0.75)


def test_several_names_are_several_outputs():
    said = {"data": {"names": ["low", "high"], "ndarray": [[10, 20]]}}
    assert {o.name: o.data for o in asked(NAMED, said).outputs} == {"low": (10,), "high": (20,)}


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("bad_shape", EndpointFailed, "X has 5 features"),
        ("bad_type", EndpointFailed, "could not convert string to float"),
        ("bad_empty", EndpointRefused, "Invalid request data type"),
        ("unknown", ModelNotFound, "does not know"),
    ],
)
def test_recorded_errors(name, error, words):
    answer = recorded(name)["response"]
    with pytest.raises(error, match=words):
        asked(NAMED, answer["body"], status=answer["status"])


@pytest.mark.parametrize("failure", ["FAILURE", 1])
def test_a_failure_with_the_status_of_a_success(failure):
    with pytest.raises(EndpointFailed, match="no luck"):
        asked(NAMED, {"status": {"status": failure, "info": "no luck", "code": 500}})
    with pytest.raises(EndpointRefused, match="bad row"):
        asked(
            NAMED,
            {"status": {"status": failure, "info": "bad row", "reason": "MICROSERVICE_BAD_DATA"}},
        )


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"data": []},
        {"data": {}},
        {"data": {"ndarray": 3}},
        {"data": {"ndarray": [[1], [1, 2]]}},
        {"data": {"tensor": {"shape": [-1, -1], "values": [1]}}},
        {"data": {"tensor": {"shape": ["x"], "values": [1]}}},
        {"data": {"tftensor": {"dtype": "DT_X"}}},
        {"data": {"tftensor": {"dtype": "DT_FLOAT", "tensorContent": "AAA"}}},
        {"strData": 4},
    ],
)
def test_answers_out_of_form_are_unreadable(body):
    with pytest.raises(UnreadableAnswer):
        asked(NAMED, body)


@pytest.mark.parametrize(("is_right", "reward"), [(True, 1.0), (False, 0.001)])
def test_feedback_has_the_case_and_a_reward_that_counts(is_right, reward):
    sent, answered = b'{"data": {"ndarray": [[1]]}}', b'{"data": {"ndarray": [[2]]}}'
    request = protocol().feedback_request(sent, answered, is_right=is_right, request_id="p1")
    assert isinstance(request, Request)
    assert request.headers["Seldon-Puid"] == "p1"
    body = json.loads(request.body)
    assert body["reward"] == reward
    assert body["response"]["meta"]["puid"] == "p1"


def test_what_it_offers():
    offers = {
        offer.kind: offer.route for offer in protocol().offers(ModelRef(server="s", name="m"))
    }
    assert offers["explain"].startswith("POST /seldon/ns/churn-explainer/")
    assert offers.keys() == {"explain", "feedback", "metrics"}


def test_an_answer_that_is_not_json_is_one_of_our_errors():
    with misbehaving(answers(200, "<html>")) as url:
        with MdsClient(Server(name="s", url=url, protocol="seldon-core-1")) as client:
            with pytest.raises(MdsError):
                client.model("m").signature()
