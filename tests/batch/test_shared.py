"""Several workers on one database share the chunks of a large file, and one that dies costs no row."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import db.batch_chunks
import db.jobs
import db.workers
from batch.engines import local
from batch.jobs import large_file
from db.engine import Sessions, reading, writing
from db.ids import utc_now
from jobs import store
from jobs.heartbeat import itself
from tests.batch.asking import Model, asked, csv, here_and_alive, result, tools, written

ROOT = Path(__file__).resolve().parents[2]
ROWS = 1_200


@pytest.mark.slow
def test_a_worker_that_begins_meanwhile_shares_a_file_and_takes_over_what_a_dead_one_left(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "HELPED_ROWS", 100)
    monkeypatch.setattr(local, "HELP_SECONDS", 0.1)
    given = written(tmp_path, csv(tmp_path / "birds.csv", ROWS))
    helped = threading.Event()

    def begins(_: Sequence[int]) -> None:
        """Nobody else lives until the first rows are asked about."""
        with writing(sessions) as session:
            db.workers.beat(session, itself("worker", "1", "worker-b"))
        assert_soon(helped)

    here, there = (
        Model(meanwhile=begins),
        Model(meanwhile=lambda _: helped.set()),
    )
    helping = threading.Thread(target=_help, args=(sessions, tmp_path, there))
    helping.start()
    job = asked(sessions, tmp_path, here, given, also=lambda: _left_by_a_dead_one(sessions, given))
    helping.join(60)
    assert job.state == "done", job.sentence
    assert result(tmp_path, given)["Answer"] == [float(i) for i in range(ROWS)]
    assert sorted(here.asked + there.asked) == list(range(ROWS))
    with reading(sessions) as session:
        by_runner = db.batch_chunks.runners(session, given.batch_id)
    assert sum(by_runner.values()) == ROWS
    assert len(by_runner) == 2


# Another worker, which helps until it is killed.
CHILD = """
import sys, time
from pathlib import Path
from batch.engines import local
from db.engine import make_sessions
from tests.batch.asking import Model
from tests.batch.test_shared import _help
local.RECORDED_ROWS = 100
url, root = sys.argv[1:]
_help(make_sessions(url), Path(root), Model(meanwhile=lambda _: time.sleep(0.05)))
"""
SHARE = 0.3


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_on_postgresql_and_one_that_is_killed_half_way_costs_no_row(
    database_url: str, sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "HELPED_ROWS", 100)
    with writing(sessions) as session:
        db.workers.beat(session, itself("worker", "1", "worker-b"))
    monkeypatch.setattr(local, "RECORDED_ROWS", 100)  # chunks of which none is the rest of the file
    given = written(tmp_path, csv(tmp_path / "birds.csv", 3 * ROWS))
    given = replace(given, signature=replace(given.signature, max_rows=50))
    killed = threading.Event()
    here = Model(meanwhile=lambda _: _wait_at(here, killed))
    child = subprocess.Popen([sys.executable, "-c", CHILD, database_url, str(tmp_path)], cwd=ROOT)
    killing = threading.Thread(target=_kill, args=(sessions, given, child, killed))
    job = asked(sessions, tmp_path, here, given, also=killing.start)
    killing.join(60)
    assert job.state == "done", job.sentence
    assert result(tmp_path, given)["Answer"] == [float(i) for i in range(given.rows)]
    with reading(sessions) as session:
        by_runner = db.batch_chunks.runners(session, given.batch_id)
    assert sum(by_runner.values()) == given.rows
    assert len(by_runner) == 2
    assert min(by_runner.values()) >= SHARE * given.rows


def _wait_at(model: Model, killed: threading.Event) -> None:
    """The one leaves the other time for its share."""
    if len(model.asked) > 0.4 * 3 * ROWS:
        assert killed.wait(90)


def _kill(
    sessions: Sessions,
    given: large_file.LargeFile,
    child: subprocess.Popen[bytes],
    killed: threading.Event,
) -> None:
    """Kill the other worker once it has done its share; it is taken for dead, as when it gives no sign of life."""
    until, name = time.monotonic() + 80, ""
    while not name and time.monotonic() < until:
        time.sleep(0.02)
        job = store.newest(sessions, kind=large_file.HELP)
        with reading(sessions) as session:
            by_runner = db.batch_chunks.runners(session, given.batch_id)
        name = job[0].runner if job else ""
        name = name if by_runner.get(name, 0) >= SHARE * given.rows else ""
    child.kill()
    child.wait()
    with writing(sessions) as session:
        db.workers.forget(session, name)
    killed.set()


def assert_soon(helped: threading.Event) -> None:
    """The one asks once the other does too."""
    assert helped.wait(60)


def _left_by_a_dead_one(sessions: Sessions, given: large_file.LargeFile) -> None:
    """The first rows were taken by a process that gives no sign of life."""
    with writing(sessions) as session:
        db.batch_chunks.take_next(
            session, given.batch_id, "dead", lambda _: 60, given.rows, utc_now()
        )


def _help(sessions: Sessions, root: Path, model: Model) -> None:
    """What the other worker does once it is asked for help."""
    found = tools(sessions, root, model)
    here = here_and_alive(sessions)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        waiting = store.newest(sessions, states=("waiting",), kind=large_file.HELP)
        if waiting and here.take(found.kinds[large_file.HELP], waiting[0]):
            return
        time.sleep(0.02)
