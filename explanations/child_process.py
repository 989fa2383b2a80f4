"""A process that explains, as the app sees it: at the other end of a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from explanations.messages import FromApp, FromProcess, Setup


class ChildProcess:
    """The process itself, at the other end of a socket. It ends when the socket closes."""

    def __init__(self, setup: Setup, environment: dict[str, str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "explanations.process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        self._pipe: Connection[FromApp, FromProcess] = Connection(ours.detach())
        self.send(setup)

    def send(self, message: FromApp) -> None:
        self._pipe.send(message)

    def has_message(self, seconds: float) -> bool:
        return self._pipe.poll(seconds)

    def receive(self) -> FromProcess:
        return self._pipe.recv()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> int:
        """End it if it runs; its exit code."""
        self._process.kill()
        code = self._process.wait()
        with suppress(OSError):
            self._pipe.close()
        return code


def environment_of(path: str) -> dict[str, str]:
    # One thread for linear algebra: a nice process with many threads still crowds out the pages.
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **single, "PYTHONPATH": path}
