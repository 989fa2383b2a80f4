"""The catalogue: what is deployed, and what happens when a server goes away and comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from mds_client import MdsClient, ModelRef, Server
from mds_client.discovery import UNREACHABLE, Catalogue
from tests.mds_client import faults

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[list[datetime]]:
    return [START]


def test_the_embedded_models_are_found_and_searched(client: MdsClient) -> None:
    catalogue = Catalogue({"demo": client})
    catalogue.refresh()
    assert len(catalogue.entries()) == 12
    assert [e.ref.name for e in catalogue.search("WHICH DIGIT")] == ["digits"]
    assert {e.ref.name for e in catalogue.search("picture")} == {"digits", "ocr"}
    newest = catalogue.find(ModelRef(server="demo", name="penguins"))
    assert newest is not None
    assert newest.ref.version == "v2"
    assert catalogue.find(ModelRef(server="demo", name="penguins", version="v9")) is None


def test_a_server_that_dies_keeps_its_models_with_since_when(clock: list[datetime]) -> None:
    is_up = [True]

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if not is_up[0]:
            return faults.reset(handler)
        listed = [{"name": "m", "state": "READY"}]
        metadata = {"name": "m", "inputs": [], "outputs": []}
        body = listed if handler.command == "POST" else metadata
        return faults.answers(200, json.dumps(body))(handler)

    with (
        faults.misbehaving(behave) as url,
        MdsClient(Server(name="s", url=url, protocol="open-inference")) as client,
    ):
        catalogue = Catalogue({"s": client}, clock=lambda: clock[0])
        catalogue.refresh()
        assert [e.info.state for e in catalogue.entries()] == ["READY"]

        is_up[0], clock[0] = False, START + timedelta(minutes=1)
        catalogue.refresh()
        clock[0] = START + timedelta(minutes=2)
        catalogue.refresh()
        (entry,), (state,) = catalogue.entries(), catalogue.servers()
        assert (entry.info.state, entry.since) == (UNREACHABLE, START + timedelta(minutes=1))
        assert entry.signature is not None
        assert not state.is_reachable
        assert state.since == START + timedelta(minutes=1)

        is_up[0] = True
        catalogue.refresh()
        assert [e.info.state for e in catalogue.entries()] == ["READY"]


def test_a_stalled_server_does_not_delay_the_others(client: MdsClient) -> None:
    with faults.misbehaving(faults.stalls(3.0)) as url:
        with MdsClient(
            Server(name="slow", url=url, protocol="open-inference", timeout=2.0)
        ) as stalled:
            catalogue = Catalogue({"slow": stalled, "demo": client})
            catalogue.watch(60)
            deadline = time.monotonic() + 1.8
            while not catalogue.entries() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert catalogue.entries()
            catalogue.close()


def test_a_server_that_starts_late_is_found_soon(client: MdsClient, mds_url: str) -> None:
    late = MdsClient(Server(name="demo", url="http://127.0.0.1:9"))
    catalogue = Catalogue({"demo": late})
    catalogue.watch(60)
    time.sleep(0.3)
    catalogue._clients["demo"] = client
    deadline = time.monotonic() + 5
    while not catalogue.entries() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(catalogue.entries()) == 12
    catalogue.close()
    late.close()


def test_nonsense_in_a_list_of_models_is_left_out() -> None:
    listed = [{"name": "m"}, {"name": ""}, {"state": "READY"}, 7, {"name": "x", "state": "ODD"}]
    with faults.misbehaving(faults.answers(200, json.dumps(listed))) as url:
        with MdsClient(Server(name="s", url=url, protocol="open-inference")) as client:
            assert [(i.ref.name, i.state) for i in client.models()] == [
                ("m", "UNKNOWN"),
                ("x", "UNKNOWN"),
            ]
