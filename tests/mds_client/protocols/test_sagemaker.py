"""SageMaker's container contract, by the messages of its documentation."""

from __future__ import annotations

import pytest

from mds_client import EndpointFailed, EndpointRefused, MdsClient, Server
from mds_client.errors import MdsError, UnreadableAnswer
from tests.mds_client.protocols.recorded import Reply, replaying

ALIVE = {("GET", "/ping"): Reply("")}
INVOCATIONS = ("POST", "/invocations")


def client(url: str) -> MdsClient:
    return MdsClient(Server(name="s", url=url))


def test_it_is_recognised_last_and_has_one_model() -> None:
    with replaying(ALIVE) as url, client(url) as asking:
        found = asking.detect()
        assert found.protocol == "sagemaker"
        assert found.evidence == "GET /ping answered with 200 and an empty body."
        assert asking.is_ready()
        assert [(str(i.ref), i.state) for i in asking.models()] == [("s/model", "READY")]


def test_features_are_sent_and_the_answer_has_named_outputs() -> None:
    reply = Reply(
        {"predictions": [{"score": 0.19, "predicted_label": 0.0}]},
        asked={"instances": [{"features": [1.0, 2.0]}]},
    )
    with replaying(ALIVE | {INVOCATIONS: reply}) as url, client(url) as asking:
        answered = asking.model("model").predict({"input-0": [1.0, 2.0]})
    assert {output.name: output.data for output in answered.outputs} == {
        "score": (0.19,),
        "predicted_label": (0.0,),
    }


@pytest.mark.parametrize(
    ("status", "error"), [(400, EndpointRefused), (415, EndpointRefused), (500, EndpointFailed)]
)
def test_errors(status: int, error: type[MdsError]) -> None:
    replies = ALIVE | {INVOCATIONS: Reply("went wrong", status)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(error, match="went wrong"):
        asking.model("model").predict({"input-0": [1.0]})


@pytest.mark.parametrize("body", ["", "{bad", "null", "[]", '{"predictions": []}'])
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    replies = ALIVE | {INVOCATIONS: Reply(body)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(UnreadableAnswer):
        asking.model("model").predict({"input-0": [1.0]})
