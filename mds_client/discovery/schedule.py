"""When work is due, and the threads that it is done in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)
_FIRST_RETRY = 0.5  # seconds: a server that is starting is asked again soon
MOST_AT_ONCE = 64  # servers; those that wait longest go first


class Schedule:
    """When each task is due next: soon after a failure, with a growing pause after further ones, never later
    than usual."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[str, float] = {}
        self._soon: dict[str, float] = {}

    def is_due(self, task: str) -> bool:
        return self._due.get(task, 0.0) <= time.monotonic()

    def due(self, tasks: Iterable[str]) -> list[str]:
        """The tasks that are due, the longest waiting first."""
        return sorted(filter(self.is_due, tasks), key=lambda task: self._due.get(task, 0.0))

    def done(self, task: str, *, is_well: bool) -> None:
        last = self._soon.get(task, _FIRST_RETRY / 1.5)
        self._soon[task] = _FIRST_RETRY / 1.5 if is_well else min(last * 1.5, self._seconds)
        self._due[task] = time.monotonic() + (self._seconds if is_well else self._soon[task])


class Tasks:
    """Work in threads of their own, until `stop`: no task twice at once, and not too many together."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def start(self, task: str, work: Callable[[], None], after: Callable[[], None]) -> None:
        """Run it, unless it still runs or too many do."""
        with self._lock:
            if task in self._busy or len(self._busy) >= MOST_AT_ONCE:
                return
            self._busy.add(task)

        def run() -> None:
            try:
                work()
            except Exception:  # the watch outlives whatever one round runs into
                if not self._stop.is_set():
                    log.exception("refreshing the catalogue failed")
            finally:
                after()
                with self._lock:
                    self._busy.discard(task)

        threading.Thread(target=run, name=f"catalogue {task}", daemon=True).start()
