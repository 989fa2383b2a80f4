"""One process that reads a topic: the broker, the flow between, and what is told of it every few seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import db.streams
from batch.errors import StreamRefused
from batch.streams.brokers import Broker, Topics
from batch.streams.flow import Flow
from batch.streams.scorer import Scorer
from db.engine import Sessions, writing
from db.errors import StorageError
from db.ids import utc_now
from db.streams import StreamView
from people.errors import NotPermitted

log = logging.getLogger(__name__)
# As often as how far it is is written down.
TELL_SECONDS = 5.0
# So long a broker may take until its topics are read.
BEGIN_SECONDS = 15.0


@dataclass(kw_only=True)
class Stream:
    """Reads until it is told to stop. `view` says under which name its figures are kept, `may_ask` whether the person in whose
    name the cases are may ask the model now."""

    view: StreamView
    topics: Topics
    broker: Broker
    scorer: Scorer
    sessions: Sessions
    most_rows: int
    at_once: int = 2
    base: str = ""
    person: str = ""
    may_ask: Callable[[], bool] = lambda: True

    async def run(self, stop: asyncio.Event) -> None:
        """Raises StreamRefused where the broker is not there, NotPermitted where the person may not ask, now or later, and the
        MdsError that would meet every record alike. What was not settled is not acknowledged, and comes again."""
        await self._check_right()
        flow = Flow(
            scorer=self.scorer,
            publish=lambda message: self.broker.publish(self.topics.predictions, message),
            publish_poison=lambda message: self.broker.publish(self.topics.poison, message),
            most_rows=self.most_rows,
            at_once=self.at_once,
            base=self.base,
        )
        flow.start()
        try:
            await self._begin(flow)
            await self._until(stop, flow)
        finally:
            await flow.stop()
            with suppress(Exception):
                await self._tell(flow)
            await self.broker.stop()
        if flow.failed.done():
            raise flow.failed.result()

    async def _begin(self, flow: Flow) -> None:
        """Connect and begin to read. Raises StreamRefused, also where nothing is heard for a while."""
        try:
            async with asyncio.timeout(BEGIN_SECONDS):
                await self.broker.start(flow.handle)
        except TimeoutError as error:
            raise StreamRefused(
                f"The broker did not answer within {BEGIN_SECONDS:g} s.",
                advice="Check its address, and whether a firewall is between.",
            ) from error

    async def _until(self, stop: asyncio.Event, flow: Flow) -> None:
        stopping = asyncio.ensure_future(stop.wait())
        ends: list[asyncio.Future[Any]] = [stopping, flow.failed]
        while not stopping.done() and not flow.failed.done():
            await asyncio.wait(ends, timeout=TELL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            await self._tell(flow)
            await self._check_right()
        stopping.cancel()

    async def _check_right(self) -> None:
        if not await asyncio.to_thread(self.may_ask):
            raise NotPermitted(
                f"{self.person} may not ask {self.view.server}/{self.view.model}.",
                advice="Whoever runs the workbench can give them the model in `access`. What was not published yet comes again.",
            )

    async def _tell(self, flow: Flow) -> None:
        """Add to the figures of this stream; a database that is away is told later."""
        lag = await self._lag()
        counts = flow.counts.take()
        try:
            await asyncio.to_thread(
                self._write, counts.answered, counts.poison, counts.recorded, lag
            )
        except StorageError as error:
            log.warning("the figures of a stream were not written: %s", error)
            flow.counts.answered += counts.answered
            flow.counts.poison += counts.poison
            flow.counts.recorded += counts.recorded

    async def _lag(self) -> int | None:
        try:
            return await self.broker.lag()
        except Exception as error:
            log.warning(
                "the broker does not answer, and is tried again: %s", error or type(error).__name__
            )
            return None

    def _write(self, answered: int, poison: int, recorded: int, lag: int | None) -> None:
        with writing(self.sessions) as session:
            db.streams.tell(
                session,
                self.view,
                now=utc_now(),
                answered=answered,
                poison=poison,
                recorded=recorded,
                lag=lag,
            )
