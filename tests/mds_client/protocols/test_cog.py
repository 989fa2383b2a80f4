"""Containers of Cog, by the messages of its document."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mds_client import EndpointFailed, File, MdsClient, Server
from mds_client.errors import UnreadableAnswer
from tests.mds_client.protocols.recorded import Reply, replaying

PNG = File(name="a.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n" + b"0" * 20)
INPUT = {
    "type": "object", "title": "Input", "required": ["image"],
    "properties": {
        "scale": {"type": "number", "default": 1.5, "minimum": 0, "maximum": 10, "x-order": 1},
        "mode": {"allOf": [{"$ref": "#/components/schemas/mode"}], "default": "fast", "x-order": 2},
        "image": {"type": "string", "format": "uri", "title": "Image", "x-order": 0},
    },
}  # fmt: skip
DOCUMENT = {
    "openapi": "3.0.2",
    "paths": {
        "/predictions": {"post": {}},
        "/health-check": {"get": {}},
        "/shutdown": {"post": {}},
    },
    "components": {
        "schemas": {"Input": INPUT, "mode": {"enum": ["fast", "good"], "type": "string"}}
    },
}


def serving(said: object = None, health: object = None, asked: object = None):
    health = health or {"status": "READY", "setup": {"status": "succeeded", "logs": ""}}
    return replaying(
        {
            ("GET", "/openapi.json"): Reply(DOCUMENT),
            ("GET", "/health-check"): Reply(health),
            ("POST", "/predictions"): Reply(said, asked=asked),
        }
    )


def test_it_is_recognised_with_its_fields_in_their_order() -> None:
    with serving() as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == "cog"
        (found,) = client.models()
        assert (str(found.ref), found.state) == ("s/model", "READY")
        signature = client.model("model").signature()
    assert [field.name for field in signature.inputs] == ["image", "scale", "mode"]
    assert signature["image"].kind == "image"
    assert signature["mode"].choices == ("fast", "good")
    assert signature.opening == {"scale": 1.5, "mode": "fast"}


def test_a_file_goes_as_a_data_url_and_the_text_comes_in_pieces() -> None:
    url_of_it = f"data:image/png;base64,{b64encode(PNG.data).decode()}"
    said = {"status": "succeeded", "output": ["a ", "cat"], "metrics": {"predict_time": 0.25}}
    with serving(said, asked={"input": {"image": url_of_it, "scale": 2.0}}) as url:
        with MdsClient(Server(name="s", url=url)) as client:
            answer = client.model("model").predict({"image": PNG, "scale": 2.0}).answer
    assert answer.headline == "a cat"
    assert answer.details["predict_time"] == 0.25


def test_a_failure_in_a_success_is_a_failure() -> None:
    said = {"status": "failed", "error": "no good prompt", "output": None}
    with serving(said) as url, MdsClient(Server(name="s", url=url)) as client:
        with pytest.raises(EndpointFailed, match="no good prompt") as caught:
            client.model("model").predict({"image": PNG})
    assert caught.value.exchange


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("STARTING", "LOADING"),
        ("BUSY", "READY"),
        ("SETUP_FAILED", "UNAVAILABLE"),
        ("DEFUNCT", "UNAVAILABLE"),
    ],
)
def test_its_state_has_the_reason_of_its_setup(status: str, state: str) -> None:
    health = {"status": status, "setup": {"logs": "Traceback\nValueError: no weights\n"}}
    with serving(health=health) as url, MdsClient(Server(name="s", url=url)) as client:
        (found,) = client.models()
    assert found.state == state
    assert found.reason == ("ValueError: no weights" if state == "UNAVAILABLE" else "")


@pytest.mark.parametrize("said", ["[]", "{}", "x", '{"status": "succeeded"}'])
def test_a_malformed_answer_is_unreadable(said: str) -> None:
    with serving(said) as url, MdsClient(Server(name="s", url=url)) as client:
        with pytest.raises(UnreadableAnswer):
            client.model("model").predict({"image": PNG})
