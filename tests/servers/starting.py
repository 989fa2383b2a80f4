"""Starts a real model server on loopback, and leaves nothing of it behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.listening import free_ports
from tests.servers.environments import HERE, environment

READY_SECONDS = 180.0  # a busy machine; one that ended is told at once
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server that is ready. `metrics` is empty where the server has no address for them alone."""

    url: str
    metrics: str = ""


@contextmanager
def running(name: str, ready: str, *arguments: str, venv: Path | None = None) -> Iterator[Running]:
    """The server whose `serve.py` is in the folder of that name, when its route `ready` says 200. `venv` is an environment that is
    there already, in place of one that is built for it.

    `serve.py` is given the HTTP port, a second and a third port, a folder of its own, and the arguments.
    """
    venv, ports = venv or environment(name), free_ports(3)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(venv / "bin" / "python"),
            str(HERE / name / "serve.py"),
            *map(str, ports),
            folder,
            *arguments,
        ]
        url = f"http://127.0.0.1:{ports[0]}"
        with _process(command, venv, Path(folder)) as process:
            _wait(process, url + ready, Path(folder) / "log")
            yield Running(url=url, metrics=f"http://127.0.0.1:{ports[2]}")


@contextmanager
def _process(command: Sequence[str], venv: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    path = f"{venv / 'bin'}:{os.environ['PATH']}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path, "PYTHONPATH": ""},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, then insist: it and everything that it started, also in groups of their own."""
    started = _descendants(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(8)
    for pid in (process.pid, *started):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _descendants(pid: int) -> list[int]:
    """Children, their children and so on, as Linux lists them."""
    children: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += [int(child) for child in listing.read_text().split()]
    return [*children, *(each for child in children for each in _descendants(child))]


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(trust_env=False, timeout=5.0) as http:
        while not _answers(http, ready):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
                raise RuntimeError(f"{ready} does not answer. The end of the log:\n{tail}")
            time.sleep(0.1)


def _answers(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(url).status_code == 200
    except httpx.HTTPError:
        return False
