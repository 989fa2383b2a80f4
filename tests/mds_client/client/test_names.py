"""Models with names that an address cannot hold, or only in writing."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

import pytest

from mds_client import EndpointRefused, MdsClient, Server
from tests.mds_client import faults

NAMES = ["a/b", "team@home", "50% off?#x", "é", "..", "."]
ANSWER = {
    "model_name": "m",
    "outputs": [{"name": "y", "datatype": "FP64", "shape": [1, 1], "data": [1]}],
}


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def behaviour(asked: list[str]) -> faults.Behaviour:
    field = {"name": "x", "datatype": "FP64", "shape": [-1, 1]}

    def behave(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        if handler.path == "/v2/repository/index":
            said: object = [{"name": name, "state": "READY"} for name in NAMES]
        elif handler.path.endswith("/infer"):
            said = ANSWER
        else:
            said = {"name": "m", "extensions": [], "inputs": [field], "outputs": []}
        faults.answers(200, json.dumps(said))(handler)

    return behave


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("a/b", "a%2Fb"),
        ("team@home", "team%40home"),
        ("50% off?#x", "50%25%20off%3F%23x"),
        ("é", "%C3%A9"),
    ],
)
def test_a_name_is_one_step_of_the_address(
    behaviour: faults.Behaviour, asked: list[str], name: str, step: str
) -> None:
    with faults.misbehaving(behaviour) as url, MdsClient(Server(name="s", url=url)) as client:
        client.model(name).predict({"x": 1.0})
    assert asked[-1] == f"/v2/models/{step}/infer"


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_that_is_a_step_upwards_is_refused_in_a_sentence(
    behaviour: faults.Behaviour, asked: list[str], name: str
) -> None:
    with faults.misbehaving(behaviour) as url, MdsClient(Server(name="s", url=url)) as client:
        states = {info.ref.name: (info.state, info.reason) for info in client.models()}
        assert states["a/b"] == ("READY", "")
        assert states[name][0] == "UNAVAILABLE"
        assert "a step within an address" in states[name][1]
        before = list(asked)
        with pytest.raises(EndpointRefused, match="a step within an address"):
            client.model(name).signature()
        with pytest.raises(EndpointRefused, match="a step within an address"):
            client.model("a", name).signature()
        assert asked == before
