"""The worker that asks about a file is killed in the middle: no row is missing in the result, and none is there twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cases import batches
from cases.jobs import batch
from cases.jobs.batch import BatchFile, BatchRows
from db.engine import close, make_sessions
from tests.jobs.batch_worker import REF, REFUSED, SIGNATURE, built
from tests.jobs.conftest import wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ROWS = 200


def test_a_file_goes_on_when_its_worker_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    asked, sessions = tmp_path / "asked", make_sessions(sqlite_url)
    kind = built(sqlite_url, asked).kinds[batch.NAME]
    rows = [{"x": i} for i in range(ROWS)]
    job = batch.start(
        None,
        sessions,
        kind,
        BatchRows(model=REF, signature=SIGNATURE, key="k", rows=rows),
        BatchFile(name="birds.csv", question="q"),
        person="ada",
        press="1",
    )
    first = _worker(sqlite_url, asked)
    wait_for(sessions, job.id, lambda found: found.fraction > 0.2, seconds=90)
    _kill(first)
    done = len(batches.cases_of(sessions, job.id))
    assert 0 < done < ROWS
    second = _worker(sqlite_url, asked)
    ended = wait_for(sessions, job.id, "done", seconds=120)
    _kill(second)
    assert ended.losses == 1
    assert ended.sentence == f"{ROWS - 1} rows were answered, 1 was not."
    cases = batches.cases_of(sessions, job.id)
    assert [case.entered["x"] for case in cases] == list(range(ROWS))
    assert len({case.id for case in cases}) == ROWS
    assert [case.entered["x"] for case in cases if not case.is_answered] == [REFUSED]
    # Asked twice is at most what was under way when it died: one request.
    times = Counter(int(line) for line in asked.read_text().split())
    twice = sorted(number for number, count in times.items() if count > 1)
    assert len(twice) <= 100
    assert not set(twice) & set(range(done))
    close(sessions)


def _worker(url: str, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.jobs.batch_worker", url, str(file)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline(), "it ended before it was up"
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()
