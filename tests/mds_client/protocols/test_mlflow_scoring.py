"""MLflow's scoring server against its recorded answers."""

from __future__ import annotations

import pytest

from mds_client import EndpointFailed, EndpointRefused, MdsClient, ModelNotFound, Server
from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.signature import Field, ModelRef, Signature
from tests.mds_client.protocols.recorded import Reply, exchange, recorded, replaying

ALIVE = recorded("mlflow-scoring", "get_ping", "get_version")
INVOCATIONS = ("POST", "/invocations")


def client(url: str, protocol: str = "auto", *models: str) -> MdsClient:
    return MdsClient(Server(name="s", url=url, protocol=protocol, models=models))


def test_it_is_recognised_by_its_version() -> None:
    with replaying(ALIVE) as url, client(url) as asking:
        found = asking.detect()
        assert found.protocol == "mlflow-scoring"
        assert "3.17.2" in found.evidence
        assert asking.is_ready()
        assert [(str(i.ref), i.state) for i in asking.models()] == [("s/model", "READY")]


def test_its_model_has_the_name_from_the_settings() -> None:
    with replaying(ALIVE) as url, client(url, "auto", "tumour@3") as asking:
        assert [str(info.ref) for info in asking.models()] == ["s/tumour@3"]


def test_a_table_is_sent_with_named_columns() -> None:
    table = exchange("mlflow-scoring", "split")["request"]["json"]["dataframe_split"]
    asked = {"dataframe_split": {"columns": table["columns"], "data": table["data"]}}
    fields = tuple(Field(name=name, kind="number", datatype="FP64") for name in table["columns"])
    ref = ModelRef(server="s", name="model")
    signature = Signature(model=ref, inputs=fields, layout="columns")
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    replies = ALIVE | {INVOCATIONS: Reply({"predictions": [0, 0]}, asked=asked)}
    with replaying(replies) as url, client(url) as asking:
        answered = asking.predict(signature, rows)
    assert [answer.number for answer in answered.answers] == [0, 0]


def test_rows_of_an_unknown_model_are_sent_as_inputs() -> None:
    replies = ALIVE | {INVOCATIONS: Reply({"predictions": [1.5]}, asked={"inputs": [[1.0, 2.0]]})}
    with replaying(replies) as url, client(url) as asking:
        assert asking.model("model").predict({"input-0": [1.0, 2.0]}).answer.number == 1.5


@pytest.mark.parametrize("name", ["missing_col", "empty", "inputs_list", "badct"])
def test_recorded_refusals(name: str) -> None:
    seen = exchange("mlflow-scoring", name)["response"]
    replies = ALIVE | {INVOCATIONS: Reply(seen["body"], seen["status"])}
    with replaying(replies) as url, client(url) as asking, pytest.raises(EndpointRefused):
        asking.model("model").predict({"input-0": [1.0]})


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}, EndpointRefused),
        (500, {"error_code": "INTERNAL_ERROR", "message": "no"}, EndpointFailed),
        (400, {"error_code": "RESOURCE_DOES_NOT_EXIST"}, ModelNotFound),
        (500, "Internal Server Error", EndpointFailed),
        (500, "[]", EndpointFailed),
    ],
)
def test_the_error_code_says_what_is_meant(
    status: int, body: object, error: type[MdsError]
) -> None:
    replies = ALIVE | {INVOCATIONS: Reply(body, status)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(error):
        asking.model("model").predict({"input-0": [1.0]})


def test_an_answer_in_an_envelope_of_its_own_is_read() -> None:
    replies = ALIVE | {INVOCATIONS: Reply({"choices": [{"text": "hi"}]})}
    with replaying(replies) as url, client(url) as asking:
        answer = asking.model("model").predict({"input-0": [1.0]}).answer
    assert (answer.kind, answer.text) == ("text", "hi")


@pytest.mark.parametrize("body", ["", "{bad", "null", "[]", "{}", '{"predictions": null}'])
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    replies = ALIVE | {INVOCATIONS: Reply(body)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(UnreadableAnswer):
        asking.model("model").predict({"input-0": [1.0]})


@pytest.mark.parametrize("version", ["", "<html>", "version 3"])
def test_another_version_is_not_recognised(version: str) -> None:
    replies = ALIVE | {("GET", "/version"): Reply(version), ("GET", "/ping"): Reply("pong")}
    with replaying(replies) as url, client(url) as asking:
        assert asking.detect().protocol == ""
