"""A large file whose process is killed again and again: no row is missing, none is there twice, and the answers are those of an
undisturbed run.

`python -m benchmarks.killed_batch [--rows 100000] [--kills 50]`, on SQLite or with `--postgresql`. A process asks a
model that answers each row with its number and writes down what it is asked; it is killed (`SIGKILL`) at a random moment, and another
takes over as a worker does. `make test` has the short form: tests/batch/test_killed.py.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

import db.batch_chunks
import db.jobs
import db.workers
from audit_log.verify import verify
from batch.engines.local import RECORDED_ROWS
from batch.folder import BatchFolder
from batch.jobs import large_file
from batch.jobs.large_file import LargeFile
from benchmarks.figures import ROOT, record, right
from db.engine import Sessions, close, make_sessions, reading, writing
from db.ids import utc_now
from db.migrate import migrate
from jobs import store
from tests import databases
from tests.batch.asking import PENGUINS, SIGNATURE, Model, csv, here_and_alive, tools, written

# How long a request takes at the least, so that the file is not done before it was killed often.
REQUEST_SECONDS = 0.02
# How long after a request began, at the most, in which its process is killed.
LATEST_SECONDS = 0.2
LOOK_SECONDS = 0.005
BAD = 3


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        child(*chosen.child)
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        url = f"sqlite:///{name}/killed.db"
        if chosen.postgresql:
            made = databases.fresh_postgres()
            stack.callback(next, made, None)
            url = next(made)
        migrate(url)
        sessions = make_sessions(url)
        stack.callback(close, sessions)
        run(sessions, url, Path(name), chosen.rows, chosen.kills, chosen.seed)


def run(sessions: Sessions, url: str, folder: Path, rows: int, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    bad = {place: f"r{place},none,1" for place in draw.sample(range(rows), BAD)}
    given = written(folder, csv(folder / "rows.csv", rows, bad))
    (folder / "asked").touch()
    began = time.monotonic()
    killed, places = 0, set[int]()
    while killed < kills:
        process = _started(url, folder, given)
        # As many on the whole as bring it from kill to kill through the file, on a machine of any speed.
        each = (rows - _done(sessions, given)) / (kills - killed + 1)
        # What it asked of a chunk that is not done is asked again by the next.
        if not _asks(process, folder, draw.uniform(0, each + RECORDED_ROWS)):
            break  # it was done before
        time.sleep(draw.uniform(0, LATEST_SECONDS))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        _taken_for_dead(sessions, given)
        places.add(_done(sessions, given))
        if killed % 10 == 0:
            print(f"  {killed} kills, {_done(sessions, given):,} rows done", flush=True)
    else:
        right(_started(url, folder, given).wait() == 0, "the last process failed")
    twice = _check(sessions, folder, given, set(bad))
    seconds = time.monotonic() - began
    print(
        f"{rows:,} rows, killed {killed} times, {len(places)} times with another number of rows done (seed {seed}): each row once in the result and right, {rows:,} cases but for the "
        f"bad rows, a trail that holds; {twice:,} rows were asked twice. {seconds:.0f} s"
    )
    record(
        "killed_batch",
        "rows",
        rows=rows,
        kills=killed,
        places=len(places),
        asked_twice=twice,
        seconds=seconds,
    )
    right(killed == kills, f"it was done after {killed} kills: give it more rows")


def _asks(process: subprocess.Popen[str], folder: Path, rows: float) -> bool:
    """Wait until a process has asked about so many rows; false where it ended before."""
    asked = folder / "asked"
    with asked.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        while rows > 0:
            if process.poll() is not None:
                return False
            rows -= stream.read().count(b"\n")
            time.sleep(LOOK_SECONDS)
    return process.poll() is None


def _started(url: str, folder: Path, given: LargeFile) -> subprocess.Popen[str]:
    """The next process, once it begins to work."""
    command = [sys.executable, "-m", "benchmarks.killed_batch", "--child", url, str(folder)]
    process = subprocess.Popen(
        [*command, given.batch_id, str(given.rows)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    right(process.stdout and process.stdout.readline(), "a process ended before it began")
    return process


def child(url: str, folder: str, batch_id: str, rows: str) -> None:
    """Begin the job, or take it over, and work on it until it is done."""
    sessions, root = make_sessions(url), Path(folder)
    given = LargeFile(batch_id=batch_id, model=PENGUINS, signature=SIGNATURE, rows=int(rows))
    lock, asked = threading.Lock(), (root / "asked").open("ab", buffering=0)

    def note(numbers: Sequence[int]) -> None:
        time.sleep(REQUEST_SECONDS)
        with lock:
            asked.write("".join(f"{number}\n" for number in numbers).encode())

    kind = tools(sessions, root, Model(meanwhile=note)).kinds[large_file.NAME]
    here = here_and_alive(sessions)
    print("begun", flush=True)
    job = store.find(sessions, batch_id)
    if job is None:
        large_file.start(
            here, sessions, kind, given, file_name="rows.csv", question=batch_id, person="ada"
        )
    else:
        here.take(replace(kind, attempts=10**6), job)
    close(sessions)


def _taken_for_dead(sessions: Sessions, given: LargeFile) -> None:
    """As the other processes see it, once it has given no sign of life for long enough."""
    job = store.find(sessions, given.batch_id)
    with writing(sessions) as session:
        if job is not None and job.state == "running":
            db.workers.forget(session, job.runner)
            right(
                db.jobs.hand_back(session, job, utc_now(), is_loss=True),
                "the job is not handed back",
            )


def _done(sessions: Sessions, given: LargeFile) -> int:
    with reading(sessions) as session:
        return db.batch_chunks.tally(session, given.batch_id, given.rows).done


def _check(sessions: Sessions, folder: Path, given: LargeFile, bad: set[int]) -> int:
    """Everything that must hold; how many rows were asked more than once."""
    job = store.find(sessions, given.batch_id)
    right(job and job.state == "done", f"the job came to nothing: {job}")
    path = BatchFolder(folder, given.batch_id).result("parquet")
    found = pq.read_table(path, columns=["name", "Answer", "Case"]).to_pydict()
    expected = [None if i in bad else float(i) for i in range(given.rows)]
    right(found["Answer"] == expected, "a row is missing, twice, or has another's answer")
    right(found["name"] == [f"r{i}" for i in range(given.rows)], "the file's own rows differ")
    links = [link.rpartition("=")[2] for link in found["Case"] if link]
    right(len(links) == len(set(links)) == given.rows - len(bad), "cases are missing or shared")
    report = verify(sessions)
    right(not report.findings, f"the trail does not hold: {report.findings[:3]}")
    right(report.records == len(links), f"{report.records:,} cases are trailed")
    times = Counter(int(line) for line in (folder / "asked").read_bytes().split())
    right(not set(expected) - {None} - set(times), "a row was never asked")
    return sum(count > 1 for count in times.values())


if __name__ == "__main__":
    main()
