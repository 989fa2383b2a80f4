"""Parts of the demo: ready only while they live and nobody else has their ports; and what is said of one that ends."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli import demo

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens")


class _Ready(BaseHTTPRequestHandler):
    """What answers as a part that is ready."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def another() -> Iterator[int]:
    """The port of a program that is not of the demo, and answers that it is ready."""
    with HTTPServer(("127.0.0.1", 0), _Ready) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _part(folder: Path, port: int, code: str) -> demo.Part:
    return demo.Part(
        name="workbench",
        command=(sys.executable, "-c", code),
        ready_url=f"http://127.0.0.1:{port}/",
        environment={},
        log=folder / "part.log",
        ports=(port,),
    )


_SERVE = "import http.server as h; h.HTTPServer(('127.0.0.1', {}), h.SimpleHTTPRequestHandler).serve_forever()"
_SLEEP = "import time; time.sleep(60)"


@linux
@pytest.mark.parametrize("code", [_SLEEP, "raise SystemExit('in use')"])
def test_the_answer_of_another_is_not_believed(tmp_path: Path, another: int, code: str) -> None:
    part = _part(tmp_path, another, code)
    with (
        demo.running(part) as process,
        pytest.raises(demo.PortTaken, match=f"taken port {another} of the workbench"),
    ):
        demo.wait_until_ready([part], {part.name: process})


def test_a_part_that_listens_itself_is_ready(tmp_path: Path) -> None:
    (port,) = demo.free_ports(18900, 1)
    part = _part(tmp_path, port, _SERVE.format(port))
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
        assert process.poll() is None


def test_a_part_that_starts_is_not_slowed_by_looks_at_its_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = demo.free_ports(18900, 1)
    looks: list[int] = []
    monkeypatch.setattr(demo, "others_listen", lambda port, _group: bool(looks.append(port)))
    part = _part(tmp_path, port, f"import time; time.sleep(1); {_SERVE.format(port)}")
    with demo.running(part) as process:
        demo.wait_until_ready([part], {part.name: process})
    assert looks == [port]


@linux
def test_both_begin_again_on_other_ports(
    tmp_path: Path,
    another: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (free,) = demo.free_ports(18900, 1)
    tried: list[int] = []

    def parts(_chosen: argparse.Namespace, beyond: int = 0) -> tuple[demo.Part, ...]:
        tried.append(beyond)
        return (_part(tmp_path, free if beyond else another, _SERVE.format(free)),)

    monkeypatch.setattr(demo, "_parts", parts)
    with ExitStack() as stack:
        (part,), processes = demo._started(stack, argparse.Namespace())
        assert part.ports == (free,)
        assert processes[part.name].poll() is None
        assert len(tried) == 2
    assert processes[part.name].poll() is not None
    assert f"port {another} of the workbench. Starting again" in capsys.readouterr().out


def test_the_model_server_is_started_again_while_the_workbench_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is killed once and lives on; the workbench ends when it is told to."""
    done = tmp_path / "done"
    until_done = f"import pathlib, time\nwhile not pathlib.Path({str(done)!r}).exists(): time.sleep(0.1)\nprint('the end')"
    server, app = _part(tmp_path, 9, _SLEEP), _part(tmp_path / "app", 9, until_done)
    server, app = replace(server, name="model server"), replace(app, log=tmp_path / "app.log")
    begun: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def running(part: demo.Part) -> Iterator[subprocess.Popen[bytes]]:
        with real(part) as process:
            begun.append(process)
            done.touch()
            yield process

    with ExitStack() as stack:
        processes = {part.name: stack.enter_context(demo.running(part)) for part in (server, app)}
        real = demo.running
        monkeypatch.setattr(demo, "running", running)
        processes[server.name].kill()
        demo.watch(stack, (server, app), processes)
        assert [each.poll() for each in begun] == [None]
    assert "The model server ended by itself. The workbench goes on" in capsys.readouterr().out
    assert demo.last_line(app).endswith("the end")


def test_a_model_server_that_ends_each_time_is_given_up_and_the_workbench_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = replace(
        _part(tmp_path, 9, "raise SystemExit('the disk is full')"), name="model server"
    )
    app = replace(_part(tmp_path, 9, "import time; time.sleep(6)"), log=tmp_path / "app.log")
    with ExitStack() as stack:
        processes = {part.name: stack.enter_context(demo.running(part)) for part in (server, app)}
        demo.watch(stack, (server, app), processes)
    said = capsys.readouterr().out
    assert said.count("it is started again") == demo.MOST_RESTARTS
    assert said.count("is not started any more") == 1
    assert said.rstrip().endswith("the disk is full")


@linux
def test_the_history_stands_back_behind_what_people_wait_for(tmp_path: Path) -> None:
    app = _part(tmp_path, 9, _SLEEP)
    assert app.niceness == 0
    told = "import os, time; print('niceness', os.nice(0), flush=True); time.sleep(60)"
    history = replace(demo.history_part(app), command=(sys.executable, "-c", told))
    with demo.running(history):
        for _ in range(100):
            if "niceness" in demo.last_line(history):
                break
            time.sleep(0.1)
        assert demo.last_line(history).endswith("niceness 10")


def test_a_port_without_a_listener_is_nobodys() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert not demo.others_listen(closed.getsockname()[1], 1)
