"""A process that is killed while it asks about a large file: another goes on, and each row is in the result once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import db.batch_chunks
import db.jobs
import db.workers
from batch.jobs import large_file
from batch.jobs.large_file import LargeFile
from cases.queries import recent
from db.engine import Sessions, close, make_sessions, reading, writing
from db.ids import utc_now
from db.migrate import migrate
from jobs import store
from jobs.here import Here
from tests.batch.asking import Model, csv, result, tools, written

ROOT = Path(__file__).resolve().parents[2]
ROWS = 400
# What the process does that is killed: it asks slowly, so that it is never done.
CHILD = """
import sys, time
from pathlib import Path
from db.engine import make_sessions
from tests.batch.asking import SIGNATURE, Model, asked
from tests.stub_predictor import PENGUINS
from batch.jobs.large_file import LargeFile
url, root, batch_id = sys.argv[1:]
given = LargeFile(batch_id=batch_id, model=PENGUINS, signature=SIGNATURE, rows=400)
asked(make_sessions(url), Path(root), Model(meanwhile=lambda _: time.sleep(0.2)), given)
"""


@pytest.mark.slow
def test_a_killed_process_costs_no_row_and_doubles_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/w.db"
    migrate(url)
    sessions = make_sessions(url)
    given = written(tmp_path, csv(tmp_path / "birds.csv", ROWS))
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(tmp_path), given.batch_id], cwd=ROOT
    )
    _wait_for_chunks(sessions, given, child)
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    done = _done(sessions, given)
    assert 0 < done < ROWS
    model = Model()
    _go_on(sessions, tmp_path, model, given)
    found = result(tmp_path, given)
    assert found["Answer"] == [float(i) for i in range(ROWS)]
    assert len(model.asked) == len(set(model.asked)) == ROWS - done
    assert len(recent(sessions, limit=1000)) == len(set(found["Case"])) == ROWS
    close(sessions)


def _wait_for_chunks(sessions: Sessions, given: LargeFile, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while _done(sessions, given) == 0:
        assert child.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)


def _done(sessions: Sessions, given: LargeFile) -> int:
    with reading(sessions) as session:
        return db.batch_chunks.tally(session, given.batch_id, given.rows).done


def _go_on(sessions: Sessions, root: Path, model: Model, given: LargeFile) -> None:
    """As a worker does once the process has given no sign of life for long enough."""
    job = store.find(sessions, given.batch_id)
    assert job is not None
    with writing(sessions) as session:
        db.workers.forget(session, job.runner)
        assert db.jobs.hand_back(session, job, utc_now(), is_loss=True)
    waiting = store.find(sessions, given.batch_id)
    assert waiting is not None
    here = Here(sessions, "1", 15.0, is_inline=True)
    assert here.take(large_file.kind(tools(sessions, root, model)), waiting)
    ended = store.find(sessions, given.batch_id)
    assert ended is not None
    assert (ended.state, ended.losses) == ("done", 0)
