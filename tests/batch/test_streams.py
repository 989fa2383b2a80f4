"""Streams: what becomes of a record, what holds a reader back, and Kafka's protocol by the mock cluster of its library."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer

from batch.errors import StreamRefused
from batch.streams import brokers, running
from batch.streams.brokers import Handle, Topics, of_nats
from batch.streams.brokers.of_kafka import Kafka
from batch.streams.records import Poison, Row, row_of
from cli.main import main
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from mds_client.errors import NotAllowed
from people.errors import NotPermitted
from tests.batch.asking import SIGNATURE
from tests.batch.streaming import (
    AT_ONCE,
    ROWS,
    Server,
    check_every_record_is_settled,
    ran,
    record,
    stream,
    topics,
    until,
)
from tests.browser.watched import ports

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    """For what does not depend on the database."""
    migrate(sqlite_url)
    sessions = make_sessions(sqlite_url)
    yield sessions
    close(sessions)


def test_a_person_whose_right_ends_ends_the_stream(
    sqlite: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TELL_SECONDS", 0.05)

    async def check() -> None:
        broker, named, rights = Memory(topics()), topics(), iter([True, True, False])
        theirs = stream(sqlite, Server(), broker, named)
        theirs.person, theirs.may_ask = "eve", lambda: next(rights)
        with pytest.raises(NotPermitted, match="eve may not ask"):
            await theirs.run(asyncio.Event())
        assert len(broker.acknowledged) <= len(broker.sent.get(named.predictions, []))

    ran(check())


@pytest.mark.slow
def test_whose_stream_it_is_must_be_allowed(
    sqlite_url: str, mds_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = tmp_path / "mds.toml"
    facts.write_text('[[access]]\nrole = "analyst"\npeople = ["ann"]\nmodels = ["penguins"]\n')
    monkeypatch.setenv("MDS_SETTINGS", str(facts))
    monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "demo", "url": mds_url}]))
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    (port,) = ports(1)
    typed = ["stream", "--model", "demo/penguins", "--from", "a", "--to", "b"]
    typed += ["--broker", f"redis://127.0.0.1:{port}", "--person"]
    for person, why in (
        ("eve", "eve may not ask demo/penguins."),
        ("ann", "Redis does not answer."),
    ):
        # A process of its own: the command takes signals, which only a main thread without another loop can.
        asked = [sys.executable, "-m", "cli", *typed, person]
        ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (ended.returncode, why in ended.stderr) == (2, True), ended.stderr


class Memory:
    """A broker in memory that offers a thousand records, as many at once as it is let."""

    def __init__(self, named: Topics) -> None:
        self.topics, self.sent = named, dict[str, list[bytes]]()
        self.acknowledged: list[int] = []
        self.refuses = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, handle: Handle) -> None:
        self._tasks = [asyncio.create_task(self._one(handle, i)) for i in range(1_000)]

    async def _one(self, handle: Handle, number: int) -> None:
        await handle(record(number))
        self.acknowledged.append(number)

    async def publish(self, topic: str, message: bytes) -> None:
        if self.refuses:
            self.refuses -= 1
            raise OSError("the broker takes nothing")
        self.sent.setdefault(topic, []).append(message)

    async def lag(self) -> int | None:
        return None

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def test_a_model_that_waits_holds_the_reader_back(sqlite: Sessions) -> None:
    """However many records there are, no more are taken than are under way; none is acknowledged before its answer is out."""

    async def check() -> None:
        model, named, stop = Server(), topics(), asyncio.Event()
        model.holds.clear()
        broker = Memory(named)
        broker.refuses = 3
        reading = asyncio.create_task(stream(sqlite, model, broker, named).run(stop))
        await asyncio.sleep(0.5)
        assert (model.asked, broker.acknowledged) == ([], [])
        model.holds.set()

        async def is_done() -> bool:
            assert len(broker.acknowledged) <= len(broker.sent.get(named.predictions, []))
            return len(broker.acknowledged) == 1_000

        await until(is_done)
        stop.set()
        await reading
        numbers = sorted(json.loads(body)["number"] for body in broker.sent[named.predictions])
        assert numbers == [float(i) for i in range(1_000)]
        assert max(json.loads(b)["record"]["x"] for b in broker.sent[named.predictions]) == 999

    ran(check())


def test_a_refused_access_ends_the_stream_with_its_sentence(sqlite: Sessions) -> None:
    class Closed(Server):
        def _meet(self, _: object) -> None:
            raise NotAllowed("The server refused access.")

    async def check() -> None:
        broker, named = Memory(topics()), topics()
        with pytest.raises(NotAllowed, match="refused access"):
            await stream(sqlite, Closed(), broker, named).run(asyncio.Event())
        assert (broker.acknowledged, broker.sent) == ([], {})

    ran(check())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "It is no JSON."),
        (b"\xff\x00", "It is no JSON."),
        (b"7", "It is no JSON object."),
        (b'{"x": "many", "y": 1}', "X must be a number"),
        (b'{"y": 1}', "X is needed"),
    ],
)
def test_a_record_that_cannot_be_asked_about_is_told(body: bytes, reason: str) -> None:
    found = row_of(body, SIGNATURE)
    assert isinstance(found, Poison)
    assert found.reason.startswith(reason)
    fine = row_of(b'{"x": 1, "y": 2.5, "more": [1]}', SIGNATURE)
    assert isinstance(fine, Row)
    assert (fine.values, fine.record["more"]) == ({"x": 1, "y": 2.5}, [1])


async def _not_there(url: str, sentence: str) -> None:
    broker = brokers.opened(url, topics())
    with pytest.raises(StreamRefused, match=sentence):
        await broker.start(lambda _: asyncio.sleep(0))
    await broker.stop()


def test_a_broker_that_never_answers_is_told(
    sqlite: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BEGIN_SECONDS", 0.1)

    class Silent(Memory):
        async def start(self, _: Handle) -> None:
            await asyncio.sleep(60)

    named = topics()
    reading = stream(sqlite, Server(), Silent(named), named)
    with pytest.raises(StreamRefused, match="did not answer within"):
        ran(reading.run(asyncio.Event()))


def test_a_broker_that_is_not_known_or_not_there_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_nats, "ANSWER_SECONDS", 0.5)
    with pytest.raises(StreamRefused, match="none that is known"):
        brokers.opened("mqtt://host", topics())
    (port,) = ports(1)
    ran(_not_there(f"nats://127.0.0.1:{port}", "NATS does not answer"))
    ran(_not_there(f"amqp://127.0.0.1:{port}", "RabbitMQ does not answer"))
    typed = ["stream", "--model", "demo/x", "--from", "a", "--to", "a", "--broker", "nats://x"]
    assert main(typed) == 2
    assert "three topics" in capsys.readouterr().err
    assert brokers.without_password("nats://me:secret@host:4222") == "nats://host:4222"


@pytest.mark.slow
def test_kafka_by_the_mock_cluster_of_its_library(sqlite: Sessions) -> None:
    named = topics()
    cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock"})
    for topic in (named.source, named.predictions, named.poison):
        cluster.list_topics(topic, timeout=10)  # a mock cluster makes what is asked for
    (server,) = cluster.list_topics(timeout=10).brokers.values()
    address = f"{server.host}:{server.port}"

    async def publish(topic: str, body: bytes) -> None:
        cluster.produce(topic, body)
        await asyncio.to_thread(cluster.flush, 10)

    found: dict[str, list[bytes]] = {named.predictions: [], named.poison: []}
    facts = {"bootstrap.servers": address, "group.id": "check", "auto.offset.reset": "earliest"}
    reader = Consumer(facts)
    reader.subscribe(list(found))

    async def read(topic: str) -> list[bytes]:
        messages: list[Any] = await asyncio.to_thread(reader.consume, 500, 0.1)
        for each in messages:
            if each.error() is None:
                found[each.topic()].append(each.value())
        return found[topic]

    check = check_every_record_is_settled(
        sqlite, lambda wanted: Kafka(address, wanted), publish, read, named
    )
    ran(check)
    reader.close()
    assert named.ahead == ROWS * AT_ONCE
