"""Whoever works on an explanation or a study is killed: what was begun is found, once, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cases.queries import explanations
from db.engine import Sessions
from explanations.behaviour import studies
from jobs import store
from jobs.store import JobView
from mds_client.signature import ModelRef
from tests.jobs.conftest import wait_for
from tests.recorded import add_case

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts one of tests/jobs/processes.py. All are gone at the end."""
    started: list[subprocess.Popen[str]] = []

    def begin(role: str, case_id: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.jobs.processes", role, database_url, case_id]
        environment = {**os.environ, "MARK": str(tmp_path)}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        _kill(process)
    _wait_until(lambda: not _marked(tmp_path))


def test_what_was_begun_is_found_once_whoever_dies(
    sessions: Sessions, start: Start, tmp_path: Path
) -> None:
    case_id = add_case(sessions, server="here", model="slow").id
    web, *others = (start(role, case_id) for role in ("web", "worker", "worker"))
    ids, workers = _said(web), {_said(process)[0]: process for process in others}
    # On a busy machine either may be the first to get anywhere, and must not be done before the other begins.
    for job_id in ids:
        wait_for(sessions, job_id, "running", seconds=90)
    _wait_until(lambda: any(_fraction(sessions, job_id) > 0 for job_id in ids))
    _kill(web)
    # The study is taken over as well: by the same worker, or by the other. It is killed in the middle of it.
    in_the_middle = wait_for(sessions, ids[1], _goes_on_in(workers), seconds=120)
    _kill(workers.pop(in_the_middle.runner))

    ended = [wait_for(sessions, job_id, "done", seconds=120) for job_id in ids]
    assert ended[0].losses >= 1
    assert ended[1].losses >= 1
    assert ended[1].runner in workers
    (found,) = explanations(sessions, case_id)
    assert (found.id, found.status) == (ended[0].result, "complete")
    (kept,) = studies.newest(sessions, ModelRef(server="here", name="slow"))
    assert kept.id == ended[1].result
    assert kept.cohort["words"] == "12 rows."


def test_the_worker_beside_the_app_starts_anew_and_ends_with_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    code = (
        "import sys; from db.engine import make_sessions; from jobs.embedded import EmbeddedWorker\n"
        f"beside = EmbeddedWorker(make_sessions({sqlite_url!r})); beside.start()\n"
        "import time; seen = 0\n"
        "while True:\n"
        "    if beside.process_id not in (None, seen): seen = beside.process_id; print(seen, flush=True)\n"
        "    time.sleep(0.1)"
    )
    settings = {"MDS_DATABASE_URL": sqlite_url, "MDS_SETTINGS": str(tmp_path / "none.toml")}
    app = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **settings, "MARK": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    first = int(app.stdout.readline())
    os.kill(first, signal.SIGKILL)
    assert int(app.stdout.readline()) != first
    assert len(_marked(tmp_path)) == 2
    _kill(app)
    _wait_until(lambda: not _marked(tmp_path))


def _fraction(sessions: Sessions, job_id: str) -> float:
    found = store.find(sessions, job_id)
    assert found is not None
    return found.fraction


def _goes_on_in(workers: dict[str, subprocess.Popen[str]]) -> Callable[[JobView], bool]:
    return lambda job: job.state == "running" and job.runner in workers and 0 < job.fraction < 0.9


def _said(process: subprocess.Popen[str]) -> list[str]:
    """The words of the first line that it printed."""
    assert process.stdout is not None
    said = process.stdout.readline().split()
    assert said, "it ended before it was up"
    return said


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _wait_until(is_so: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _marked(folder: Path) -> list[str]:
    """The processes that inherited the mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"MARK={folder}".encode() in (
                entry / "environ"
            ).read_bytes().split(b"\0"):
                found.append(entry.name)
        except OSError:
            continue
    return found
