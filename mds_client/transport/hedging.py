"""A second identical request when the first is slow; the first answer wins."""

from __future__ import annotations

import asyncio
import concurrent.futures as threads
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def hedged(pool: threads.Executor, ask: Callable[[], Answer], after: float) -> Answer:
    """The first answer. The slower request is ignored: a thread cannot be cancelled."""
    attempts = [pool.submit(ask)]
    done, _ = threads.wait(attempts, timeout=after)
    if not done:
        attempts.append(pool.submit(ask))
        done, waiting = threads.wait(attempts, return_when=threads.FIRST_COMPLETED)
        if waiting and not _successes(done):
            done, _ = threads.wait(attempts)
    return _best(done).result()  # type: ignore[no-any-return]


async def hedged_async(ask: Callable[[], Awaitable[Answer]], after: float) -> Answer:
    """The first answer. The slower request is cancelled."""
    attempts = [asyncio.ensure_future(ask())]
    try:
        done, _ = await asyncio.wait(attempts, timeout=after)
        if not done:
            attempts.append(asyncio.ensure_future(ask()))
            done, waiting = await asyncio.wait(attempts, return_when=asyncio.FIRST_COMPLETED)
            if waiting and not _successes(done):
                done, _ = await asyncio.wait(attempts)
        return _best(done).result()  # type: ignore[no-any-return]
    finally:
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)


def _successes(done: Iterable[Any]) -> list[Any]:
    return [task for task in done if task.exception() is None]


def _best(done: Iterable[Any]) -> Any:
    done = list(done)
    return (_successes(done) or done)[0]
