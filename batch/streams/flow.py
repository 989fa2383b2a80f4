"""From single records to small requests and back: each record waits until what came of it is published.

Who hands in a record is held back as soon as enough of them wait: a broker takes no more from its topic than are under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from batch.streams.records import Scored, message_of, poison_message_of
from batch.streams.scorer import Outcome, Scorer, Stopped
from mds_client.errors import MdsError

log = logging.getLogger(__name__)

# So long a record waits for others to go with it.
GATHER_SECONDS = 0.05
_PAUSES = (0.2, 0.5, 1.0, 3.0, 10.0)
Publish = Callable[[bytes], Awaitable[None]]


@dataclass(kw_only=True)
class Counts:
    """How many records were answered, were poison, and have a case, since it was asked last."""

    answered: int = 0
    poison: int = 0
    recorded: int = 0

    def take(self) -> Counts:
        """What there is so far, which is counted no more."""
        taken = Counts(answered=self.answered, poison=self.poison, recorded=self.recorded)
        self.answered = self.poison = self.recorded = 0
        return taken


@dataclass(kw_only=True)
class Flow:
    """Lives in one event loop. `publish` and `publish_poison` return once the broker has confirmed."""

    scorer: Scorer
    publish: Publish
    publish_poison: Publish
    most_rows: int = 200
    at_once: int = 2
    base: str = ""
    counts: Counts = field(default_factory=Counts)
    # Why the stream cannot go on, as soon as that is known.
    failed: asyncio.Future[MdsError] = field(init=False)
    _waiting: asyncio.Queue[tuple[bytes, asyncio.Future[None]]] = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin to score what is handed in."""
        loop = asyncio.get_running_loop()
        self.failed = loop.create_future()
        self._waiting = asyncio.Queue(maxsize=self.most_rows * self.at_once)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self.at_once)]

    async def handle(self, body: bytes) -> None:
        """Returns once what came of a record is published. Raises Stopped where the stream ends before: then it is not to
        be acknowledged, and comes again."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((body, settled))
        await settled

    async def stop(self) -> None:
        """Score no more. What waits is left to whoever comes next."""
        self.scorer.stop.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while not self._waiting.empty():
            _fail(self._waiting.get_nowait()[1])

    async def _work(self) -> None:
        while True:
            gathered = await self._gathered()
            try:
                outcomes = await asyncio.to_thread(
                    self.scorer.score, [body for body, _ in gathered]
                )
                await asyncio.gather(
                    *(
                        self._settle(outcome, settled)
                        for outcome, (_, settled) in zip(outcomes, gathered, strict=True)
                    )
                )
            except Stopped:
                return
            except MdsError as error:  # it would meet every record alike
                self._fail_with(error)
            except Exception as error:
                log.exception("a stream broke off")
                self._fail_with(MdsError("The stream broke off.", detail=str(error)))
            finally:
                for _, settled in gathered:
                    _fail(settled)

    def _fail_with(self, error: MdsError) -> None:
        if not self.failed.done():
            self.failed.set_result(error)

    async def _gathered(self) -> Sequence[tuple[bytes, asyncio.Future[None]]]:
        """The next records: as many as come within a moment, and no more than go together."""
        gathered = [await self._waiting.get()]
        until = asyncio.get_running_loop().time() + GATHER_SECONDS
        while len(gathered) < self.most_rows:
            left = until - asyncio.get_running_loop().time()
            try:
                gathered.append(await asyncio.wait_for(self._waiting.get(), max(left, 0.0)))
            except TimeoutError:
                break
        return gathered

    async def _settle(self, outcome: Outcome, settled: asyncio.Future[None]) -> None:
        if isinstance(outcome, Scored):
            await self._patiently(self.publish, message_of(outcome, self.base))
            self.counts.answered += 1
            self.counts.recorded += bool(outcome.case_id)
        else:
            await self._patiently(
                self.publish_poison, poison_message_of(outcome, self.scorer.model)
            )
            self.counts.poison += 1
        if not settled.done():
            settled.set_result(None)

    async def _patiently(self, publish: Publish, message: bytes) -> None:
        """Try again while the broker takes nothing."""
        tries = 0
        while True:
            try:
                await publish(message)
                return
            except Exception as error:
                pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
                log.warning("a prediction was not published, again in %g s: %s", pause, error)
                tries += 1
                await asyncio.sleep(pause)


def _fail(settled: asyncio.Future[None]) -> None:
    """What is not settled by now is not: whoever waits for it is told."""
    if not settled.done():
        settled.set_exception(Stopped())
