"""Starting the embedded MDS of a test, on free ports."""

import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

DEMO_MDS = Path(__file__).resolve().parents[2] / "demo_mds"
PYTHON = DEMO_MDS / ".venv" / "bin" / "python"
SECONDS_TO_START = 120


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_until_ready(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/v2/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"The embedded MDS did not start:\n{log.read_text()[-3000:]}")
