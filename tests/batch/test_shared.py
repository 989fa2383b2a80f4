"""Several workers on one database share the chunks of a large file, and one that dies costs no row."""

from __future__ import annotations

import threading
import time
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

ROWS = 1_200


@pytest.mark.slow
def test_two_workers_share_a_file_and_take_over_what_a_dead_one_left(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "HELPED_ROWS", 100)
    other = itself("worker", "1", "worker-b")
    with writing(sessions) as session:
        db.workers.beat(session, other)
    given = written(tmp_path, csv(tmp_path / "birds.csv", ROWS))
    helped = threading.Event()
    here, there = (
        Model(meanwhile=lambda _: assert_soon(helped)),
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


def assert_soon(helped: threading.Event) -> None:
    """The one asks once the other does too."""
    assert helped.wait(60)


def _left_by_a_dead_one(sessions: Sessions, given: large_file.LargeFile) -> None:
    """The first rows were taken by a process that gives no sign of life."""
    with writing(sessions) as session:
        db.batch_chunks.take_next(session, given.batch_id, "dead", 60, given.rows, utc_now())


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
