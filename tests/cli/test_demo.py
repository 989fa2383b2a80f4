"""The demo as a person starts it: a process that is told to stop with Ctrl+C."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from cli.demo import free_ports

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]


def _start(folder: Path, port: int, mds_port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "cli", "demo", "--folder", str(folder)]
    return subprocess.Popen(
        [*command, "--port", str(port), "--mds-port", str(mds_port)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        # A shell starts what runs in its background deaf to Ctrl+C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    read = ""
    for line in process.stdout:
        read += line
        if words in line:
            return read
    raise AssertionError(read)


def _wait_for_history(database: Path) -> None:
    """Until it is being written: whoever clicks meanwhile goes first, and a whole one takes minutes beside other tests."""
    deadline = time.monotonic() + 240
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as cases:
        while not cases.execute("SELECT 1 FROM cases LIMIT 1").fetchone():
            assert time.monotonic() < deadline
            time.sleep(0.2)


def _processes_of(folder: Path) -> list[str]:
    """The demo's own processes that are still there: the app's environment names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder).encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_it_steps_over_busy_ports_and_stops_cleanly(tmp_path: Path) -> None:
    port, mds_port = free_ports(18700, 1)[0], free_ports(18800, 1)[0]
    with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", mds_port)):
        process = _start(tmp_path, port, mds_port)
        said = _read_until(process, "Open")
        address = re.findall(r"http://[\d.:]+", said)[-1]
        assert address != f"http://127.0.0.1:{port}"
        assert "text/html" in httpx.get(address, trust_env=False).headers["content-type"]
        assert _models_of(address) == 12
        assert (tmp_path / "workbench.db").exists()
        _wait_for_history(tmp_path / "workbench.db")
        _stops_cleanly(process, signal.SIGINT, tmp_path, address)


def _models_of(address: str) -> int:
    return int(httpx.get(f"{address}/healthz", trust_env=False).json()["models"])


def _stops_cleanly(
    process: subprocess.Popen[str], number: signal.Signals, folder: Path, address: str
) -> None:
    process.send_signal(number)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert rest.rstrip().endswith("Stopped.")
    assert not _processes_of(folder)
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_two_that_start_at_once_take_different_ports_and_end_without_each_other(
    tmp_path: Path,
) -> None:
    port, mds_port = free_ports(18700, 1)[0], free_ports(18800, 1)[0]
    both = [_start(tmp_path / name, port, mds_port) for name in ("one", "two")]
    try:
        first, second = (
            re.findall(r"http://[\d.:]+", _read_until(each, "Open"))[-1] for each in both
        )
        assert first != second
        time.sleep(1)
        assert [each.poll() for each in both] == [None, None]
        assert (_models_of(first), _models_of(second)) == (12, 12)
        _killed_outright_it_leaves_nothing_behind(both[0], tmp_path / "one")
        assert _models_of(second) == 12
        _stops_cleanly(both[1], signal.SIGTERM, tmp_path / "two", second)
    finally:
        for each in both:
            if each.poll() is None:
                each.send_signal(signal.SIGTERM)
                each.communicate(timeout=30)


def _killed_outright_it_leaves_nothing_behind(process: subprocess.Popen[str], folder: Path) -> None:
    assert _processes_of(folder)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + 15
    while _processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _processes_of(folder)


def test_a_part_that_does_not_start_is_said(tmp_path: Path) -> None:
    broken = {**os.environ, "MDS_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    done = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--folder", str(tmp_path), "--port", "18700", "--mds-port", "18800"],
        cwd=ROOT, env=broken, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "workbench did not start" in done.stdout
    assert "workbench.log" in done.stdout
