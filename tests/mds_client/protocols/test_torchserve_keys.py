"""TorchServe with its two keys, by recorded messages: one opens the predictions, the other the listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from mds_client import EndpointFailed, MdsClient, Server
from mds_client.errors import NotAllowed
from mds_client.transport.credentials import Credentials, Secret
from tests.listening import Handler, listening, url_of
from tests.mds_client.protocols.recorded import Reply, exchange

LISTING, ASKING = "listing-key-of-this-test", "asking-key-of-this-test"


def _said(name: str) -> Reply:
    got = exchange("torchserve", name)["response"]
    return Reply(got["body"], got["status"])


@contextmanager
def _keyed(key: str, replies: Mapping[str, Reply]) -> Iterator[str]:
    """An address that answers to one key only, as TorchServe does: with 400 to whoever has another."""

    class Keyed(Handler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self.received()
            self._reply()

        def _reply(self) -> None:
            is_let_in = self.headers.get("Authorization") == f"Bearer {key}"
            found = replies.get(self.path.partition("?")[0], Reply({}, 404))
            reply = found if is_let_in else _said("noauth_models")
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

    with listening(Keyed) as server:
        yield url_of(server)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("ASKING", ASKING)
    monkeypatch.setenv("LISTING", LISTING)
    answers = {
        "/ping": _said("ping"),
        "/predictions/bc": _said("bad_shape"),
        "/predictions/bc/1.0": Reply(["malignant"]),
    }
    listings = {"/models": _said("models"), "/models/bc/all": _said("describe_all")}
    with _keyed(ASKING, answers) as url, _keyed(LISTING, listings) as management_url:
        yield Server(
            name="s",
            url=url,
            management_url=management_url,
            credentials=Credentials(token=Secret(env="ASKING")),
            management_credentials=Credentials(token=Secret(env="LISTING")),
        )


def test_each_address_gets_its_own_key(server: Server) -> None:
    with MdsClient(server) as client:
        assert client.protocol().NAME == "torchserve"
        (info,) = client.models()
        assert (str(info.ref), info.state) == ("s/bc@1.0", "READY")
        model = client.model("bc", "1.0")
        assert model.predict({"input-0": [1.0]}).answer.headline == "malignant"


def test_the_key_of_predictions_does_not_list(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTING", ASKING)
    with MdsClient(server) as client, pytest.raises(NotAllowed):
        client.models()


def test_the_fault_of_a_handler_closes_the_server_to_nobody(server: Server) -> None:
    """Seven inputs that its handler cannot take, each answered with 503, then one that it can."""
    with MdsClient(server) as client:
        for _ in range(7):
            with pytest.raises(EndpointFailed, match=r"The model broke .*Prediction failed"):
                client.model("bc").predict({"input-0": [1.0]})
        assert client.model("bc", "1.0").predict({"input-0": [1.0]}).answer.headline == "malignant"
