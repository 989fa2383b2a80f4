"""The catalogue: what is deployed, and what happens when a server goes away and comes back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from mds_client import MdsClient, ModelRef, Server
from mds_client.discovery import UNREACHABLE, Catalogue
from mds_client.discovery.readings import SIGNATURE_RETRY
from mds_client.discovery.sources import FoundServer, ModelReport
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
    # What watches others is known as such once the metadata is read, a moment after the list.
    while len(catalogue.entries()) != 12 and time.monotonic() < deadline:
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


class Fleet(httpx.MockTransport):
    """A server with many models, in this process; some have no signature to give."""

    def __init__(self, count: int, *, silent: bool = False) -> None:
        self.names = [f"model-{i:05}" for i in range(count)]
        self.asked: list[str] = []
        self.most_at_once = self._at_once = 0
        self.silent, self._lock = silent, threading.Lock()
        super().__init__(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json=[{"name": n, "state": "READY"} for n in self.names])
        return self._metadata(request.url.path.split("/")[3])

    def _metadata(self, name: str) -> httpx.Response:
        with self._lock:
            self.asked.append(name)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(0.01)
        with self._lock:
            self._at_once -= 1
        fields = [{"name": "age", "datatype": "FP32", "shape": [-1, 1]}]
        body = {"name": name, "inputs": fields, "outputs": fields}
        return httpx.Response(500 if self.silent else 200, json=body)


class Beside(Fleet):
    """A model, what is called like its detectors, and what is called like that of no model here; their metadata waits."""

    def __init__(self) -> None:
        super().__init__(0)
        self.names = ["bank", "bank-outliers", "bank-drift", "loans-drift"]
        self.is_let = threading.Event()

    def _metadata(self, name: str) -> httpx.Response:
        self.is_let.wait(10)
        fields = [{"name": "age", "datatype": "FP32", "shape": [-1, 1]}]
        outputs = [{**fields[0], "name": "is_outlier"}] if name == "bank-outliers" else fields
        about = {"parameters": {"detectors": ["bank-outliers"]}} if name == "bank" else {}
        return httpx.Response(
            200, json={"name": name, "inputs": fields, "outputs": outputs, **about}
        )


def test_what_is_called_like_a_detector_is_no_model_until_its_metadata_says_so() -> None:
    fleet = Beside()
    with watched(fleet) as catalogue:
        catalogue.watch(60)
        deadline = time.monotonic() + 10
        while not catalogue.entries() and time.monotonic() < deadline:
            time.sleep(0.01)
        listed = [each.ref.name for each in catalogue.entries()]
        assert listed == ["bank", "loans-drift"]
        fleet.is_let.set()
        while len(catalogue.entries()) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        known = [each.ref.name for each in catalogue.entries()]
        assert known == ["bank", "bank-drift", "loans-drift"]  # one is a model like any other


@contextmanager
def watched(fleet: Fleet, **options: object) -> Iterator[Catalogue]:
    with client_of(fleet) as client:
        catalogue = Catalogue({"s": client}, **options)  # type: ignore[arg-type]
        yield catalogue
        catalogue.close()


def client_of(fleet: Fleet, name: str = "s") -> MdsClient:
    server = Server(name=name, url="http://fleet", protocol="open-inference")
    return MdsClient(server, transport=fleet)


def test_the_list_is_there_before_the_signatures() -> None:
    fleet = Fleet(300)
    with watched(fleet) as catalogue:
        catalogue.watch(60)
        _until(lambda: len(catalogue.entries()) == 300)
        assert len(fleet.asked) < 300
        _until(lambda: all(e.signature for e in catalogue.entries()))
        assert 1 < fleet.most_at_once <= 8
        assert len(catalogue.search("age")) == 300


def test_what_did_not_change_stays_the_same_object() -> None:
    fleet = Fleet(3)
    with watched(fleet) as catalogue:
        catalogue.refresh()
        before, version = catalogue.entries(), catalogue.version
        catalogue.refresh()
        assert all(a is b for a, b in zip(before, catalogue.entries(), strict=True))
        assert catalogue.version == version
        fleet.names = fleet.names[:2]
        catalogue.refresh()
        assert catalogue.version > version
        assert all(a is b for a, b in zip(before, catalogue.entries(), strict=False))


def test_a_signature_that_cannot_be_read_is_asked_for_again_after_a_while(
    clock: list[datetime],
) -> None:
    fleet = Fleet(1, silent=True)
    with watched(fleet, clock=lambda: clock[0]) as catalogue:
        catalogue.refresh()
        asked = len(fleet.asked)
        catalogue.refresh()
        assert len(fleet.asked) == asked
        fleet.silent, clock[0] = False, START + SIGNATURE_RETRY
        catalogue.refresh()
        assert catalogue.entries()[0].signature


def test_a_server_says_how_it_was_recognised(client: MdsClient) -> None:
    catalogue = Catalogue({"demo": client})
    catalogue.refresh()
    (state,) = catalogue.servers()
    assert state.detected
    assert state.detected.evidence
    assert state.protocol


class Listed:
    """A source that finds what it is told."""

    name = "listed"

    def __init__(self, *servers: Server) -> None:
        self.servers = list(servers)

    def read(self) -> list[Server]:
        if not self.servers:
            raise OSError("gone")
        return self.servers

    def notes(self) -> list[str]:
        return []


def test_servers_of_a_source_come_and_go() -> None:
    a, b = (
        FoundServer(name=n, url="http://fleet", protocol="open-inference", source="listed")
        for n in "ab"
    )
    source, fleets = Listed(a, b), {"a": Fleet(1), "b": Fleet(2)}
    catalogue = Catalogue({}, sources=[source], connect=lambda s: client_of(fleets[s.name], s.name))
    catalogue.refresh()
    assert len(catalogue.entries()) == 3
    first = catalogue.client("b")
    source.servers = [
        replace(b, reports={"model-00001": ModelReport(state="LOADING", reason="slow")})
    ]
    catalogue.refresh()
    assert {e.ref.server for e in catalogue.entries()} == {"b"}
    assert catalogue.client("b") is first
    with pytest.raises(KeyError):
        catalogue.client("a")
    source.servers = []
    catalogue.refresh()
    assert {e.ref.server for e in catalogue.entries()} == {"b"}
    assert "listed" in catalogue.notes()[0]
    catalogue.close()


def test_a_source_tells_of_a_model_whose_server_does_not_answer() -> None:
    reports = {
        "m": ModelReport(state="UNAVAILABLE", reason="the picture could not be pulled"),
        "n": ModelReport(),
    }
    found = FoundServer(
        name="x",
        url="http://127.0.0.1:9",
        protocol="open-inference",
        models=("m",),
        reports=reports,
    )
    catalogue = Catalogue({}, sources=[Listed(found)])
    catalogue.refresh()
    assert [(e.info.state, e.info.reason[:3]) for e in catalogue.entries()] == [
        ("UNAVAILABLE", "the"),
        (UNREACHABLE, "Nob"),
    ]
    catalogue.close()


def test_a_found_server_that_cannot_be_asked_is_said_and_hides_no_other() -> None:
    odd = FoundServer(name="odd", url="http://odd", protocol="of-tomorrow")
    good = FoundServer(name="s", url="http://fleet", protocol="open-inference")
    fleet = Fleet(1)

    def connect(server: Server) -> MdsClient:
        return MdsClient(server, transport=fleet)

    catalogue = Catalogue({}, sources=[Listed(odd, good)], connect=connect)
    for _ in range(2):
        catalogue.refresh()
        assert len(catalogue.entries()) == 1
        assert "of-tomorrow" in catalogue.notes()[0]
    catalogue.close()


def test_watching_finds_what_a_source_finds() -> None:
    source, fleet = (
        Listed(FoundServer(name="s", url="http://f", protocol="open-inference")),
        Fleet(2),
    )
    catalogue = Catalogue({}, sources=[source], connect=lambda s: client_of(fleet, s.name))
    catalogue.watch(0.2)
    _until(lambda: len(catalogue.entries()) == 2)
    fleet.names = fleet.names[:1]
    _until(lambda: len(catalogue.entries()) == 1)
    catalogue.close()


def _until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)
