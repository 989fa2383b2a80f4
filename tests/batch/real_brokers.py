"""Streams against real brokers of the machine's distribution; `make test-services` names this file, pytest finds it not by itself."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audit_log.verify import verify
from batch.errors import StreamRefused
from batch.streams import brokers
from batch.streams.brokers.of_redis import Redis
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from mds_client.client.sync_client import MdsClient
from mds_client.server import Server
from tests.batch.streaming import check_every_record_is_settled, ran, topics
from tests.browser.watched import ports

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
# Milliseconds: longer than a busy machine takes for a record, since what is taken over twice is answered twice.
CLAIM_AFTER = 8_000
RABBIT = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Sessions]:
    migrate(sqlite_url)
    sessions = make_sessions(sqlite_url)
    yield sessions
    close(sessions)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Starts programs, waits until they listen, and ends them."""
    running: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], port: int, **environment: str) -> None:
        with (tmp_path / f"{Path(command[0]).name}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        running.append(process)
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            assert process.poll() is None, Path(log.name).read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "it does not listen"
            time.sleep(0.1)

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def test_nats(sqlite: Sessions, started: Any, tmp_path: Path) -> None:
    import nats
    from nats.js.errors import NotFoundError

    (port,) = ports(1)
    started(["nats-server", "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(tmp_path)], port)
    url = f"nats://127.0.0.1:{port}"
    named = topics()

    async def check() -> None:
        client = await nats.connect(url)
        jetstream = client.jetstream()
        await jetstream.add_stream(name=named.group, subjects=[named.source])

        async def publish(topic: str, body: bytes) -> None:
            await jetstream.publish(topic, body)

        async def read(topic: str) -> list[bytes]:
            try:
                name = await jetstream.find_stream_name_by_subject(topic)
            except NotFoundError:
                return []
            last = (await jetstream.stream_info(name)).state.messages
            return [(await jetstream.get_msg(name, seq)).data or b"" for seq in range(1, last + 1)]

        await check_every_record_is_settled(
            sqlite, lambda wanted: brokers.opened(url, wanted), publish, read, named
        )
        await client.close()

    ran(check())


def test_a_nats_that_keeps_no_records_is_told(started: Any) -> None:
    (port,) = ports(1)
    started(["nats-server", "-a", "127.0.0.1", "-p", str(port)], port)

    async def check() -> None:
        broker = brokers.opened(f"nats://127.0.0.1:{port}", topics())
        with pytest.raises(StreamRefused, match="NATS keeps no records"):
            await broker.start(lambda _: asyncio.sleep(0))
        await broker.stop()

    ran(check())


def test_a_killed_stream_loses_no_record_of_nats_and_doubles_are_recognised(
    started: Any, tmp_path: Path, mds_url: str
) -> None:
    """`mds stream` asks the embedded MLServer, is killed (SIGKILL) three times on its way, and begun again."""
    import nats

    (port,) = ports(1)
    started(["nats-server", "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(tmp_path)], port)
    url, named, wanted = f"nats://127.0.0.1:{port}", topics(), 3_000
    environment = {
        **os.environ,
        "MDS_SERVERS": json.dumps([{"name": "demo", "url": mds_url}]),
        "MDS_DATABASE_URL": f"sqlite:///{tmp_path}/stream.db",
        "MDS_SETTINGS": str(tmp_path / "none.toml"),
    }
    typed = [
        "stream",
        "--model",
        "demo/penguins",
        "--broker",
        url,
        "--rows",
        "20",
        "--record",
        "all",
    ]
    typed += ["--from", named.source, "--to", named.predictions, "--group", named.group]

    def begun() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "cli", *typed], env=environment, cwd=ROOT)

    async def check() -> None:
        client = await nats.connect(url)
        jetstream = client.jetstream()
        for name, topic in (("in", named.source), ("out", named.predictions)):
            await jetstream.add_stream(name=name, subjects=[topic])
        row = _example(mds_url)
        for number in range(wanted):
            await jetstream.publish(named.source, json.dumps({**row, "note": number}).encode())

        async def published() -> int:
            return int((await jetstream.stream_info("out")).state.messages)

        for kill in range(3):
            process, before = begun(), await published()
            await _until(lambda before=before: _is_more(published, before + 200))
            process.kill()
            assert process.wait(10) == -signal.SIGKILL
            assert await published() < wanted, f"it was done before the kill {kill}"
        process = begun()
        await _until(lambda: _is_settled(jetstream, named.group))
        process.terminate()
        assert process.wait(30) == 0
        last = await published()
        found = [
            json.loads((await jetstream.get_msg("out", i)).data or b"") for i in range(1, last + 1)
        ]
        await client.close()
        _check_answers(found, wanted)

    ran(check())
    sessions = make_sessions(environment["MDS_DATABASE_URL"])
    assert not verify(sessions).findings
    close(sessions)


def _check_answers(found: list[dict[str, Any]], wanted: int) -> None:
    """Each record is answered; what is answered twice has one digest and one answer."""
    assert {each["record"]["note"] for each in found} == set(range(wanted))
    assert len({each["digest"] for each in found}) == wanted
    assert len({(each["digest"], each["answer"]) for each in found}) == wanted
    print(f"{len(found) - wanted} of {wanted:,} records were answered twice")


def _example(mds_url: str) -> dict[str, object]:
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        return dict(client.model("penguins").signature().example_rows[0])


async def _until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(180):
        while not await is_so():
            await asyncio.sleep(0.1)


async def _is_more(count: Callable[[], Any], than: int) -> bool:
    return bool(await count() >= than)


async def _is_settled(jetstream: Any, group: str) -> bool:
    found = await jetstream.consumer_info("in", group)
    return not found.num_pending and not found.num_ack_pending


def test_redis(sqlite: Sessions, started: Any, tmp_path: Path) -> None:
    from redis.asyncio import Redis as Client

    (port,) = ports(1)
    started(["redis-server", "--port", str(port), "--dir", str(tmp_path), "--save", ""], port)
    url, named = f"redis://127.0.0.1:{port}", topics()

    async def check() -> None:
        client = Client.from_url(url)

        async def publish(topic: str, body: bytes) -> None:
            await client.xadd(topic, {"data": body})

        async def read(topic: str) -> list[bytes]:
            return [fields[b"data"] for _, fields in await client.xrange(topic)]

        await check_every_record_is_settled(
            sqlite, lambda wanted: Redis(url, wanted, claim_after=CLAIM_AFTER), publish, read, named
        )
        await client.aclose()

    ran(check())


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that whoever runs RabbitMQ can reach."""
    with tempfile.TemporaryDirectory(prefix="mds-rabbit-") as name:
        yield Path(name)


def test_rabbitmq(sqlite: Sessions, started: Any, folder: Path) -> None:
    import aio_pika

    port, other = ports(2)
    command = [RABBIT]
    if os.geteuid() == 0:  # it does not run as root
        shutil.chown(folder, "rabbitmq", "rabbitmq")
        command = ["runuser", "-u", "rabbitmq", "--preserve-environment", "--", RABBIT]
    facts = {
        "RABBITMQ_NODENAME": f"mds{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(other),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "HOME": str(folder),
        "ERL_CRASH_DUMP": str(folder / "crash"),
    }
    started(command, port, **facts)
    url, named = f"amqp://guest:guest@127.0.0.1:{port}/", topics()

    async def check() -> None:
        connection = await _connected(aio_pika, url)
        channel = await connection.channel()
        await channel.declare_queue(named.source, durable=True)
        found: dict[str, list[bytes]] = {named.predictions: [], named.poison: []}

        async def publish(topic: str, body: bytes) -> None:
            await channel.default_exchange.publish(aio_pika.Message(body), routing_key=topic)

        async def read(topic: str) -> list[bytes]:
            queue = await channel.declare_queue(topic, durable=True)
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                found[topic].append(message.body)
            return found[topic]

        await check_every_record_is_settled(
            sqlite, lambda wanted: brokers.opened(url, wanted), publish, read, named
        )
        await connection.close()

    ran(check())


async def _connected(aio_pika: Any, url: str) -> Any:
    """It listens before it lets anybody in."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return await aio_pika.connect(url)
        except Exception:
            assert time.monotonic() < until, "RabbitMQ lets nobody in"
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-x", "-p", "no:randomly", __file__]))
