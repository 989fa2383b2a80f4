"""Streams against real brokers of the machine's distribution; `make test-services` names this file, pytest finds it not by itself."""

from __future__ import annotations

import asyncio
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

from batch.streams import brokers
from batch.streams.brokers.of_redis import Redis
from db.engine import Sessions, close, make_sessions
from db.migrate import migrate
from tests.batch.streaming import check_every_record_is_settled, ran, topics
from tests.browser.watched import ports

START_SECONDS = 90.0
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
            sqlite, lambda wanted: Redis(url, wanted, claim_after=1_000), publish, read, named
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
