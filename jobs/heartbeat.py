"""The sign of life of a process that runs jobs, every few seconds, so that others see when it is gone."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable

import db.workers
from db.engine import Sessions, writing
from db.errors import StorageError
from db.ids import new_id, utc_now
from db.workers import WorkerView

log = logging.getLogger(__name__)

# A process beats several times before others take it for dead.
BEATS_BEFORE_LOST = 5


def worker_id(role: str) -> str:
    """A name that no process had before."""
    return f"{role}-{new_id()}"


def itself(role: str, version: str, name: str = "") -> WorkerView:
    """This process as others see it."""
    return WorkerView(
        id=name or worker_id(role),
        role=role,
        host=socket.gethostname(),
        process=os.getpid(),
        version=version,
        started_at=utc_now(),
        seen_at=utc_now(),
    )


class Heartbeat:
    """Gives signs of life from a thread of its own. `also` runs with each."""

    def __init__(
        self,
        sessions: Sessions,
        worker: WorkerView,
        lost_seconds: float,
        also: Callable[[], None] = lambda: None,
    ) -> None:
        self.worker = worker
        self._sessions = sessions
        self._seconds = lost_seconds / BEATS_BEFORE_LOST
        self._also = also
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Make the process known, and keep it so. Raises StorageError when it cannot be made known."""
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._beat()
                self._thread = threading.Thread(target=self._run, daemon=True, name="heartbeat")
                self._thread.start()

    def close(self) -> None:
        """No sign of life any more, and none is expected."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)
            forget(self._sessions, self.worker.id)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._beat()
                self._also()
            except StorageError as error:
                log.warning("no sign of life could be given: %s", error)
            except Exception:
                log.exception("caring for the jobs of others failed")

    def _beat(self) -> None:
        with writing(self._sessions) as session:
            db.workers.beat(session, self.worker)


def forget(sessions: Sessions, name: str) -> None:
    """That worker is gone: what it ran is handed on at once. Never raises."""
    try:
        with writing(sessions) as session:
            db.workers.forget(session, name)
    except StorageError as error:
        log.warning("the worker %s could not be signed off: %s", name, error)
