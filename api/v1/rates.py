"""How many requests a caller may send: a bucket that fills again by the minute. Each process counts by itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import Lock


class Rates:
    """A bucket for each caller: it holds what a minute allows, and fills at that rate."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, caller: str, each_minute: int) -> int:
        """Count a request; after how many seconds the next is allowed where this one is too many, else 0.

        `each_minute` of 0 allows any number.
        """
        if not each_minute:
            return 0
        now, rate = self._clock(), each_minute / 60
        with self._lock:
            left, at = self._buckets.get(caller, (float(each_minute), now))
            left = min(each_minute, left + (now - at) * rate)
            is_allowed = left >= 1
            self._buckets[caller] = (left - 1 if is_allowed else left, now)
            self._forget(now)
        return 0 if is_allowed else max(1, math.ceil((1 - left) / rate))

    def _forget(self, now: float) -> None:
        """Whoever sent nothing for a minute has a full bucket."""
        if len(self._buckets) > 1_000:
            self._buckets = {k: b for k, b in self._buckets.items() if now - b[1] < 60}
