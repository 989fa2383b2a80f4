"""What the tests of streams share: a model, a process that reads a topic, and what must hold for every broker."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import db.streams
from batch.pace import Pace
from batch.streams.brokers import Broker, Topics
from batch.streams.running import Stream
from batch.streams.scorer import Scorer
from cases.audit_sample import AuditPolicy
from cases.chunks import ChunkRecorder
from cases.queries import recent
from db.engine import Sessions, reading
from db.ids import new_id
from db.streams import StreamView
from mds_client.errors import EndpointUnreachable
from tests.batch.asking import SIGNATURE, Model
from tests.stub_predictor import PENGUINS

ROWS, AT_ONCE = 40, 2
RECORDS = 300
NAME = "birds"
SECONDS = 60.0
Publish = Callable[[str, bytes], Awaitable[None]]
Read = Callable[[str], Awaitable[Sequence[bytes]]]


def ran(work: Coroutine[Any, Any, object]) -> None:
    """Run it to its end, in a thread: a browser of other tests keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def topics(word: str = "") -> Topics:
    """Topics that no other test has."""
    name = word or f"t{new_id().lower()}"
    return Topics(
        source=f"{name}.in",
        predictions=f"{name}.out",
        poison=f"{name}.bad",
        group=f"{name}-group",
        ahead=ROWS * AT_ONCE,
    )


def record(number: int) -> bytes:
    return json.dumps({"x": number, "y": number / 2, "note": f"r{number}"}).encode()


@dataclass
class Server(Model):
    """A model that may be away, or keep its askers waiting; `asked` and `most` tell what came."""

    is_away: bool = False
    holds: threading.Event = field(default_factory=threading.Event)
    refused: int = 0

    def __post_init__(self) -> None:
        self.holds.set()
        self.meanwhile = self._meet

    def _meet(self, _: Sequence[int]) -> None:
        if self.is_away:
            self.refused += 1
            raise EndpointUnreachable("Nobody answered.")
        self.holds.wait(SECONDS)


def stream(sessions: Sessions, model: Any, broker: Broker, named: Topics) -> Stream:
    """A process that reads this broker, with this model in place of a server; every tenth record or so is recorded."""

    def recorder() -> ChunkRecorder:
        return ChunkRecorder(
            model=model,
            signature=SIGNATURE,
            key=f"stream-{new_id()}",
            person="ann",
            record="sample",
            share=0.1,
            audit=AuditPolicy(probability=0.1),
        )

    return Stream(
        view=StreamView(name=NAME, server=PENGUINS.server, model=PENGUINS.name),
        topics=named,
        broker=broker,
        scorer=Scorer(
            model=PENGUINS,
            signature=SIGNATURE,
            recorder=recorder,
            sessions=sessions,
            pace=Pace(most_rows=ROWS, request_rows=ROWS, most_at_once=AT_ONCE),
        ),
        sessions=sessions,
        most_rows=ROWS,
        at_once=AT_ONCE,
    )


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that must come."""
    async with asyncio.timeout(SECONDS):
        while not await is_so():
            await asyncio.sleep(0.05)


async def check_every_record_is_settled(
    sessions: Sessions,
    make: Callable[[Topics], Broker],
    publish: Publish,
    read: Read,
    named: Topics,
) -> None:
    """What holds for every broker: each record is answered or told as poison; a server that is away is waited for, with no
    more taken than are under way; and what a process took and did not settle comes again."""
    bad = {b"\xff{": "It is no JSON.", b"[1]": "It is no JSON object.", b'{"y": 1}': "X is needed"}
    for number in range(RECORDS):
        await publish(named.source, record(number))
    for body in bad:
        await publish(named.source, body)
    model, stop = Server(is_away=True), asyncio.Event()
    reading_it = stream(sessions, model, make(named), named)
    running = asyncio.create_task(reading_it.run(stop))
    await until(lambda: _is(lambda: model.refused > 1))
    assert len(await read(named.predictions)) == 0
    behind = await reading_it.broker.lag()
    assert behind is not None
    assert 0 < behind <= RECORDS + len(bad)
    model.is_away = False
    await until(lambda: _has(read, named.predictions, RECORDS))
    await until(lambda: _has(read, named.poison, len(bad)))
    found = [json.loads(body) for body in await read(named.predictions)]
    assert sorted(each["number"] for each in found) == [float(i) for i in range(RECORDS)]
    assert {each["record"]["note"] for each in found} == {f"r{i}" for i in range(RECORDS)}
    told = [json.loads(body) for body in await read(named.poison)]
    assert [w for w in bad.values() if not any(each["reason"].startswith(w) for each in told)] == []
    await until(lambda: _is_settled(reading_it.broker))
    stop.set()
    await running
    _check_kept(sessions, found)
    await _check_what_was_left_comes_again(sessions, make, publish, read, named)


def _check_kept(sessions: Sessions, found: Sequence[dict[str, Any]]) -> None:
    """The figures and the cases."""
    with reading(sessions) as session:
        (kept,) = db.streams.every(session)
    assert (kept.answered, kept.poison, kept.lag) == (RECORDS, 3, 0)
    cases = {case.id for case in recent(sessions, limit=1_000)}
    assert cases == {each["case"] for each in found if each["case"]}
    assert kept.recorded == len(cases)
    assert 20 < len(cases) < 120


async def _check_what_was_left_comes_again(
    sessions: Sessions,
    make: Callable[[Topics], Broker],
    publish: Publish,
    read: Read,
    named: Topics,
) -> None:
    """A process is gone while the model has its records: the next one gets them."""
    model, stop = Server(), asyncio.Event()
    model.holds.clear()
    left = stream(sessions, model, make(named), named)
    running = asyncio.create_task(left.run(stop))
    for number in range(RECORDS, RECORDS + 20):
        await publish(named.source, record(number))
    await until(lambda: _is(lambda: left.scorer.pace._busy > 0))
    stop.set()
    model.is_away = True
    model.holds.set()
    await running
    again, stop = stream(sessions, Server(), make(named), named), asyncio.Event()
    running = asyncio.create_task(again.run(stop))
    wanted = {float(i) for i in range(RECORDS + 20)}

    async def is_there() -> bool:
        return wanted <= {json.loads(body)["number"] for body in await read(named.predictions)}

    await until(is_there)
    stop.set()
    await running


async def _is(is_so: Callable[[], bool]) -> bool:
    return is_so()


async def _has(read: Read, topic: str, count: int) -> bool:
    return len(await read(topic)) >= count


async def _is_settled(broker: Broker) -> bool:
    return await broker.lag() == 0
