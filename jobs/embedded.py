"""The worker beside the app on one machine: its child, started anew when it crashes, gone when the app is gone."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from db.engine import Sessions
from jobs.heartbeat import forget, worker_id

log = logging.getLogger(__name__)

# A worker that ran for so long did not crash because of how it is started.
_WELL_SECONDS = 60.0
_PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
_STOP_SECONDS = 10.0


def command(name: str) -> Sequence[str]:
    """A worker of that name, which ends when its standard input does."""
    return (sys.executable, "-m", "cli", "worker", "--embedded", "--name", name)


class EmbeddedWorker:
    """Keeps one worker process running. Its standard input is a pipe that closes with this process, however that
    dies: then the worker hands its jobs back and ends."""

    def __init__(
        self, sessions: Sessions, command: Callable[[str], Sequence[str]] = command
    ) -> None:
        self._sessions = sessions
        self._command = command
        # Read now: while Streamlit runs a page, the page's folder is on the path for a moment.
        self._path = os.pathsep.join(filter(None, sys.path))
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in the background; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, daemon=True, name="embedded-worker")
            self._thread.start()

    def close(self) -> None:
        """End it, and wait until it has handed its jobs back."""
        self._stop.set()
        process = self._process
        if process and process.stdin:
            process.stdin.close()
        if self._thread:
            self._thread.join(timeout=_STOP_SECONDS)
        if process and process.poll() is None:
            process.kill()

    @property
    def process_id(self) -> int | None:
        """Its process; None while there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def _keep(self) -> None:
        crashes = 0
        while not self._stop.is_set():
            name = worker_id("worker")
            is_well = self._run(name)
            # What it ran is handed on at once, and not when its sign of life is missed.
            forget(self._sessions, name)
            if self._stop.is_set():
                return
            crashes = 0 if is_well else crashes + 1
            pause = _PAUSES[min(crashes, len(_PAUSES) - 1)]
            log.warning("the worker %s ended; another starts in %g s", name, pause)
            self._stop.wait(pause)

    def _run(self, name: str) -> bool:
        """Whether it ran for a good while before it ended."""
        self._process = subprocess.Popen(  # noqa: S603
            self._command(name),
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": self._path},
        )
        ran_well = threading.Event()
        timer = threading.Timer(_WELL_SECONDS, ran_well.set)
        timer.daemon = True
        timer.start()
        self._process.wait()
        timer.cancel()
        return ran_well.is_set()
