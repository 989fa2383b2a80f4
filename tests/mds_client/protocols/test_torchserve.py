"""TorchServe's own protocol, by the messages of its documentation."""

from __future__ import annotations

import pytest

from mds_client import EndpointFailed, EndpointRefused, MdsClient, ModelNotFound, Server
from mds_client.errors import MdsError, NotReady, UnreadableAnswer
from tests.mds_client.protocols.recorded import Reply, replaying

ALIVE = {("GET", "/ping"): Reply({"status": "Healthy"})}
PREDICT = ("POST", "/predictions/churn")
FIRST, SECOND = "/models?limit=100", "/models?limit=100&next_page_token=1"
LISTED = {
    ("GET", FIRST): Reply({"nextPageToken": "1", "models": [{"modelName": "churn"}]}),
    ("GET", SECOND): Reply({"models": [{"modelName": "a/b"}, 7, {"modelName": ""}]}),
    ("GET", "/models/churn/all"): Reply(
        [
            {"modelVersion": "1.0", "workers": [{"id": "9000", "status": "READY"}]},
            {"modelVersion": "2.0", "workers": [{"id": "9001", "status": "UNLOADED"}]},
            {"modelVersion": "3.0", "workers": []},
        ]
    ),
}


def client(url: str, *models: str, management_url: str = "") -> MdsClient:
    return MdsClient(Server(name="s", url=url, models=models, management_url=management_url))


@pytest.mark.parametrize(
    ("health", "status", "is_ready"),
    [("Healthy", 200, True), ("Partial Healthy", 500, False), ("Unhealthy", 500, False)],
)
def test_it_is_recognised_in_any_health(health: str, status: int, is_ready: bool) -> None:
    replies = {("GET", "/ping"): Reply({"status": health}, status)}
    with replaying(replies) as url, client(url) as asking:
        found = asking.detect()
        assert found.protocol == "torchserve"
        assert health in found.evidence
        assert asking.is_ready() is is_ready


def test_the_management_address_lists_every_page_and_version() -> None:
    with (
        replaying(ALIVE) as url,
        replaying(LISTED) as management_url,
        client(url, management_url=management_url) as asking,
    ):
        found = {str(info.ref): info.state for info in asking.models()}
    assert found == {
        "s/churn@1.0": "READY",
        "s/churn@2.0": "LOADING",
        "s/churn@3.0": "UNAVAILABLE",
        "s/a/b": "UNKNOWN",
    }


def test_configured_names_stand_in_for_a_list() -> None:
    with replaying(ALIVE) as url, client(url, "churn@1.0") as asking:
        assert [str(info.ref) for info in asking.models()] == ["s/churn@1.0"]
    with replaying(ALIVE) as url, client(url, "churn", management_url=url) as asking:
        assert [str(info.ref) for info in asking.models()] == ["s/churn"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"models": 1}'])
def test_a_malformed_list_is_unreadable(body: str) -> None:
    replies = ALIVE | {("GET", FIRST): Reply(body)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(UnreadableAnswer):
        asking.models()


@pytest.mark.parametrize(
    ("body", "headline"), [({"predictions": [0.5]}, "0.5"), (["cat"], "cat"), ({"cat": 0.9}, "cat")]
)
def test_answers(body: object, headline: str) -> None:
    replies = ALIVE | {PREDICT: Reply(body, asked={"instances": [[1.0, 2.0]]})}
    with replaying(replies) as url, client(url) as asking:
        assert asking.model("churn").predict({"input-0": [1.0, 2.0]}).answer.headline == headline


@pytest.mark.parametrize(
    ("code", "kind", "error", "said"),
    [
        (400, "InvalidKeyException", EndpointRefused, "refused access"),
        (400, "BadRequestException", EndpointRefused, "did not accept"),
        (404, "ModelNotFoundException", ModelNotFound, "does not know"),
        (404, "ModelVersionNotFoundException", ModelNotFound, "does not know"),
        (
            503,
            "InternalServerException",
            EndpointFailed,
            "broke while it worked on this. It said: “Prediction failed”",
        ),
        (503, "ServiceUnavailableException", NotReady, "busy or not ready"),
        (507, "InternalServerException", EndpointFailed, "broke"),
    ],
)
def test_errors(code: int, kind: str, error: type[MdsError], said: str) -> None:
    reply = Reply({"code": code, "type": kind, "message": "Prediction failed"}, code)
    with (
        replaying(ALIVE | {PREDICT: reply}) as url,
        client(url) as asking,
        pytest.raises(error, match=said),
    ):
        asking.model("churn").predict({"input-0": [1.0]})


@pytest.mark.parametrize("body", ["", "a cat", "null", "[]", "{}", '{"predictions": []}'])
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    replies = ALIVE | {PREDICT: Reply(body)}
    with replaying(replies) as url, client(url) as asking, pytest.raises(UnreadableAnswer):
        asking.model("churn").predict({"input-0": [1.0]})
