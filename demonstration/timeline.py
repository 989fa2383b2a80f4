"""What people do in the order of time, whichever case it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count


class Timeline:
    """What is still to come. What would be after `until` nobody has got to yet."""

    def __init__(self, until: datetime) -> None:
        self._until = until
        self._numbers = count()
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []

    def add(self, at: datetime, act: Callable[[], None]) -> None:
        """Let somebody do something at a moment."""
        if at <= self._until:
            heappush(self._waiting, (at, next(self._numbers), act))

    def run(self, to: datetime) -> None:
        """All that happens up to a moment, with what comes of it until then."""
        while self._waiting and self._waiting[0][0] <= to:
            heappop(self._waiting)[2]()
