"""KServe V1 against recorded answers of its Python server."""

from __future__ import annotations

import ast

import pytest

from mds_client import EndpointFailed, EndpointRefused, MdsClient, ModelNotFound, Server
from mds_client.errors import UnreadableAnswer
from mds_client.signature import ModelRef, Signature
from mds_client.signature.metadata import unknown_input
from mds_client.transport.exchange import Response
from tests.mds_client.protocols.recorded import Reply, exchange, recorded, replaying

LISTED = recorded("kserve-v1", "v1_models", "v1_model", "v1_predict")
ROWS = exchange("kserve-v1", "v1_predict")["request"]["json"]["instances"]
PREDICT = ("POST", "/v1/models/bc:predict")


def client(url: str, protocol: str = "auto") -> MdsClient:
    return MdsClient(Server(name="s", url=url, protocol=protocol))


def test_it_is_recognised_and_listed_with_states() -> None:
    with replaying(LISTED) as url, client(url) as asking:
        found = asking.detect()
        assert found.protocol == "kserve-v1"
        assert "3 models" in found.evidence
        states = {str(info.ref): info.state for info in asking.models()}
    assert states == {"s/bc": "READY", "s/bc-typed": "UNKNOWN", "s/crash": "UNKNOWN"}


def test_rows_are_sent_and_answered_as_recorded() -> None:
    with replaying(LISTED) as url, client(url) as asking:
        model = asking.model("bc")
        assert model.signature().layout == "unknown"
        answered = model.predict([{"input-0": row} for row in ROWS])
    predictions = exchange("kserve-v1", "v1_predict")["response"]["body"]["predictions"]
    assert answered.outputs[0].shape[0] == len(ROWS) == len(predictions)
    assert list(answered.outputs[0].row(0)) == (
        predictions[0] if isinstance(predictions[0], list) else [predictions[0]]
    )


@pytest.mark.parametrize(
    ("name", "error"), [("v1_predict_bad", EndpointFailed), ("v1_predict_unknown", ModelNotFound)]
)
def test_recorded_errors(name: str, error: type[Exception]) -> None:
    body = exchange("kserve-v1", name)["response"]
    replies = LISTED | {PREDICT: Reply(body["body"], body["status"])}
    with replaying(replies) as url, client(url) as asking, pytest.raises(error):
        asking.model("bc").predict({"input-0": [1.0, 2.0]})


def test_no_explainer_is_a_refusal() -> None:
    with client("http://127.0.0.1:9", "kserve-v1") as asking:
        seen = exchange("kserve-v1", "v1_explain_unsupported")["response"]
        problem = asking.protocol().problem(
            Response(status=seen["status"], body=Reply(seen["body"]).content)
        )
    assert isinstance(problem, EndpointRefused)


OWN_FORM = "The model answered in a form of its own"
ANSWERS = [
    ([0.25], "number", "0.25"),
    (["yes"], "text", "yes"),
    ([{"b64": "aGVsbG8="}], "text", "hello"),
    ([{"score": 0.5, "label": "x"}], "class", "x"),
    ([[0.25, 0.75]], "class", "Class 1"),
    ([{"deep": {"er": 1}}], "tree", OWN_FORM),
    ([{"b64": "?"}], "tree", OWN_FORM),
    ([[1, [2]]], "tree", OWN_FORM),
]


@pytest.mark.parametrize(("predictions", "kind", "headline"), ANSWERS)
def test_answers_of_many_forms(predictions: object, kind: str, headline: str) -> None:
    with (
        replaying(LISTED | {PREDICT: Reply({"predictions": predictions})}) as url,
        client(url) as asking,
    ):
        answer = asking.model("bc").predict({"input-0": [1.0]}).answer
    assert (answer.kind, answer.headline) == (kind, headline)


MALFORMED = [
    "",
    "{bad",
    "null",
    "[]",
    "7",
    "{}",
    '{"predictions": []}',
    '{"predictions": null}',
    '{"predictions": ["\\ud800"]}',
    '{"predictions": [{"\\ud800": 1}]}',
    '{"predictions": [1' + "0" * 400 + "]}",
    '{"predictions": ' + "[" * 900 + "1" + "]" * 900 + "}",
    '{"predictions": ' + "[" * 90000 + "}",
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    with (
        replaying(LISTED | {PREDICT: Reply(body)}) as url,
        client(url, "kserve-v1") as asking,
        pytest.raises(UnreadableAnswer),
    ):
        len(asking.model("bc").predict({"input-0": [1.0]}).answer.headline)


@pytest.mark.parametrize("body", ["", "[]", '{"models": 1}', '{"models": [{"name": "x"}]}'])
def test_a_malformed_list_is_unreadable_and_not_recognised(body: str) -> None:
    with replaying({("GET", "/v1/models"): Reply(body)}) as url:
        with client(url, "kserve-v1") as asking, pytest.raises(UnreadableAnswer):
            asking.models()
        with client(url) as asking:
            assert asking.detect().protocol == ""


def test_names_are_quoted_and_the_program_is_python() -> None:
    with client("http://127.0.0.1:9", "kserve-v1") as asking:
        ref = ModelRef(server="s", name="a/b ?")
        signature = Signature(model=ref, inputs=(unknown_input(),), layout="unknown")
        request = asking.protocol().predict_request(signature, [{"input-0": [1.0, 2.0]}], "id")
        assert request.path == "/v1/models/a%2Fb%20%3F:predict"
        ast.parse(asking.protocol().own_client(signature, request))
        explain = asking.protocol().explain_request(signature, [{"input-0": [[1.0]]}], "id")
        assert explain is not None
        assert explain.path.endswith(":explain")
