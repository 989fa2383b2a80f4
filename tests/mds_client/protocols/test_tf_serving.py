"""TensorFlow Serving's REST interface, by the messages of its documentation."""

from __future__ import annotations

import json

import pytest

from mds_client import EndpointRefused, MdsClient, ModelNotFound, NotReady, Server
from mds_client.errors import MdsError, UnreadableAnswer
from tests.mds_client.protocols.recorded import Reply, replaying

NO_NAME = {("GET", "/v1/models"): Reply({"error": "Missing model name in request."}, 400)}
PREDICT = ("POST", "/v1/models/churn:predict")


def tensor(dtype: str, *sizes: str) -> dict[str, object]:
    dims = [{"size": size, "name": ""} for size in sizes]
    return {"dtype": dtype, "name": "x:0", "tensor_shape": {"dim": dims, "unknown_rank": False}}


def status(state: str, code: str = "OK", version: str = "3") -> dict[str, object]:
    said = {"error_code": code, "error_message": "" if code == "OK" else "it broke"}
    return {"version": version, "state": state, "status": said}


def described(**signatures: object) -> Reply:
    definition = {"signature_def": {"signature_def": signatures}}
    return Reply({"model_spec": {"name": "churn", "version": "3"}, "metadata": definition})


INIT = {"inputs": {}, "outputs": {"__saved_model_init_op": tensor("DT_INVALID")}}
ONE = {
    "inputs": {"features": tensor("DT_FLOAT", "-1", "2")},
    "outputs": {"scores": tensor("DT_FLOAT", "-1", "2")},
}
SEVERAL = {
    "inputs": {
        "age": tensor("DT_INT64", "-1", "1"),
        "income": tensor("DT_FLOAT", "-1"),
        "region": tensor("DT_STRING", "-1", "1"),
    },
    "outputs": {"label": tensor("DT_STRING", "-1"), "score": tensor("DT_FLOAT", "-1", "1")},
}
METADATA = ("GET", "/v1/models/churn/metadata")
SERVING = NO_NAME | {
    ("GET", "/v1/models/churn"): Reply({"model_version_status": [status("AVAILABLE")]}),
    METADATA: described(__saved_model_init_op=INIT, serving_default=ONE),
}


def client(url: str, *models: str, protocol: str = "auto") -> MdsClient:
    return MdsClient(Server(name="s", url=url, models=models, protocol=protocol))


def test_it_is_recognised_by_its_complaint() -> None:
    with replaying(SERVING) as url, client(url) as asking:
        found = asking.detect()
    assert found.protocol == "tensorflow-serving"
    assert "name is missing" in found.evidence


def test_it_is_recognised_by_the_status_of_a_configured_model() -> None:
    replies = SERVING | {("GET", "/v1/models"): Reply("", 404)}
    with replaying(replies) as url, client(url, "churn") as asking:
        assert "model_version_status" in asking.detect().evidence
        assert asking.is_ready()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "state"),
    [
        (status("AVAILABLE"), "READY"),
        (status("START"), "LOADING"),
        (status("LOADING"), "LOADING"),
        (status("UNLOADING"), "UNLOADING"),
        (status("END"), "UNAVAILABLE"),
        (status("END", "NOT_FOUND"), "UNAVAILABLE"),
        (status("NEW"), "UNKNOWN"),
    ],
)
def test_states(said: dict[str, object], state: str) -> None:
    replies = NO_NAME | {("GET", "/v1/models/churn"): Reply({"model_version_status": [said]})}
    with replaying(replies) as url, client(url, "churn", "gone") as asking:
        found = {str(info.ref): info.state for info in asking.models()}
    assert found == {"s/churn@3": state, "s/gone": "UNAVAILABLE"}


def test_the_signature_is_the_default_one() -> None:
    with replaying(SERVING) as url, client(url) as asking:
        signature = asking.model("churn").signature()
    assert [(f.name, f.kind, f.datatype, f.shape) for f in signature.inputs] == [
        ("features", "tensor", "FP32", (-1, 2))
    ]
    assert [output.name for output in signature.outputs] == ["scores"]


def test_a_single_input_is_sent_bare() -> None:
    reply = Reply({"predictions": [[0.25, 0.75]]}, asked={"instances": [[1.0, 2.0]]})
    with replaying(SERVING | {PREDICT: reply}) as url, client(url) as asking:
        answered = asking.model("churn").predict({"features": [1.0, 2.0]})
    assert answered.outputs[0].name == "scores"
    assert answered.answer.probabilities == {"Class 1": 0.75, "Class 0": 0.25}


def test_several_inputs_are_an_object_in_the_rank_of_their_tensors() -> None:
    asked = {
        "signature_name": "asked",
        "instances": [{"age": [41], "income": 2.5, "region": ["north"]}],
    }
    reply = Reply({"predictions": [{"label": "stay", "score": [0.9]}]}, asked=asked)
    replies = SERVING | {PREDICT: reply, METADATA: described(asked=SEVERAL)}
    with replaying(replies) as url, client(url) as asking:
        row = {"age": 41, "income": 2.5, "region": "north"}
        answered = asking.model("churn").predict(row)
    assert [(o.name, o.data) for o in answered.outputs] == [("label", ("stay",)), ("score", (0.9,))]


def test_nan_is_a_missing_value() -> None:
    body = json.dumps({"predictions": [[float("nan"), 1.0]]})
    with replaying(SERVING | {PREDICT: Reply(body)}) as url, client(url) as asking:
        answered = asking.model("churn").predict({"features": [1.0, 2.0]})
    assert answered.outputs[0].data == (None, 1.0)


@pytest.mark.parametrize(
    ("code", "error"),
    [(400, EndpointRefused), (404, ModelNotFound), (412, NotReady), (503, NotReady)],
)
def test_errors(code: int, error: type[MdsError]) -> None:
    replies = SERVING | {PREDICT: Reply({"error": "Servable not found for request"}, code)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(error):
        asking.model("churn").predict({"features": [1.0, 2.0]})


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"predictions": 1}', '{"predictions": []}', '{"predictions": [1, 2]}']
)
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    replies = SERVING | {PREDICT: Reply(body)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(UnreadableAnswer):
        asking.model("churn").predict({"features": [1.0, 2.0]})


def test_a_promised_output_that_is_missing_is_unreadable() -> None:
    replies = SERVING | {
        METADATA: described(serving_default=SEVERAL),
        PREDICT: Reply({"predictions": [{"label": "stay"}]}),
    }
    row = {"age": 41, "income": 2.5, "region": "north"}
    with replaying(replies) as url, client(url) as asking, pytest.raises(UnreadableAnswer):
        asking.model("churn").predict(row)


@pytest.mark.parametrize("metadata", ["", "[]", '{"metadata": {"signature_def": 1}}', described()])
def test_malformed_metadata_is_unreadable(metadata: str | Reply) -> None:
    reply = metadata if isinstance(metadata, Reply) else Reply(metadata)
    with (
        replaying(SERVING | {METADATA: reply}) as url,
        client(url) as asking,
        pytest.raises(UnreadableAnswer),
    ):
        asking.model("churn").signature()
