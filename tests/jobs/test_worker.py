"""A worker with the real engine, on both databases: jobs come, go on, are stopped and resumed, and nothing twice."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import psycopg
import pytest

import db.jobs
from db.engine import Sessions, location
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome
from jobs.dbos_engine import DbosEngine, engine_file
from jobs.relay import UNKNOWN_KIND
from jobs.store import JobView
from tests.jobs.conftest import MakeWorker, in_a_thread, wait_for
from tests.jobs.some_kinds import Counting, by_name, counting


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """Where the parts are that were done."""
    return tmp_path / "done"


def _submit(sessions: Sessions, given: Counting, kind: Kind | None = None) -> JobView:
    kind = kind or counting()
    return store.submit(sessions, kind, store.make(kind), given)


def _parts(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.mark.slow
def test_a_job_is_run_and_its_progress_is_seen(
    shared: Sessions, make_worker: MakeWorker, done: Path
) -> None:
    make_worker()
    job = _submit(shared, Counting(last=4, seconds=0.3, file=str(done)))
    running = wait_for(shared, job.id, lambda found: 0 < found.fraction < 1)
    assert running.state == "running"
    assert running.words.endswith("of 4")
    ended = wait_for(shared, job.id, "done")
    assert (ended.fraction, ended.sentence) == (1.0, "Counted to 4: 10.")
    assert _parts(done) == [1, 2, 3, 4]


@pytest.mark.slow
def test_a_job_that_is_stopped_before_it_begins_never_runs(
    shared: Sessions, make_worker: MakeWorker, done: Path
) -> None:
    job = _submit(shared, Counting(last=1, file=str(done)))
    assert store.cancel(shared, job.id).state == "cancelled"
    make_worker()
    later = _submit(shared, Counting(last=1, file=str(done)))
    wait_for(shared, later.id, "done")
    assert _parts(done) == [1]


@pytest.mark.slow
def test_a_running_job_is_stopped_and_goes_on_where_it_was(
    shared: Sessions, make_worker: MakeWorker, done: Path
) -> None:
    make_worker()
    job = _submit(shared, Counting(last=12, seconds=0.2, file=str(done)))
    wait_for(shared, job.id, lambda found: found.fraction > 0.1)
    store.cancel(shared, job.id)
    stopped = wait_for(shared, job.id, "cancelled")
    assert stopped.sentence == "It was stopped."
    assert len(_parts(done)) < 12
    store.resume(shared, job.id, {})
    assert wait_for(shared, job.id, "done").sentence == "Counted to 12: 78."
    assert _parts(done) == list(range(1, 13))


@pytest.mark.slow
def test_a_job_that_broke_says_why_and_goes_on_when_it_is_mended(
    shared: Sessions, make_worker: MakeWorker, done: Path, tmp_path: Path
) -> None:
    make_worker()
    mended = tmp_path / "mended"
    job = _submit(shared, Counting(last=4, breaks_at=3, file=str(done), mended=str(mended)))
    broken = wait_for(shared, job.id, "failed")
    assert (broken.sentence, broken.advice) == ("It broke in the middle.", "Mend it.")
    mended.touch()
    store.resume(shared, job.id, {})
    wait_for(shared, job.id, "done")
    assert _parts(done) == [1, 2, 3, 4]


@pytest.mark.slow
def test_a_worker_that_is_closed_hands_its_job_on(
    shared: Sessions, make_worker: MakeWorker, done: Path
) -> None:
    first = make_worker()
    job = _submit(shared, Counting(last=10, seconds=0.15, file=str(done)))
    assert wait_for(shared, job.id, lambda found: found.fraction > 0.2).runner == first.id
    make_worker()
    assert wait_for(shared, job.id, "done").losses == 0
    assert sorted(set(_parts(done))) == list(range(1, 11))
    # Only the part that was under way when the worker was closed may have been done once more.
    assert len(_parts(done)) <= 11


@pytest.mark.slow
def test_what_was_written_before_a_crash_is_found(
    shared: Sessions, make_worker: MakeWorker, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wrote the row died before the engine heard of it, at first; then after, before it was noted."""
    job = _submit(shared, Counting(last=2, file=str(done)))
    put, noted, crashes = DbosEngine.put, db.jobs.queued, [0, 0]

    def no_put(engine: DbosEngine, job: JobView) -> None:
        crashes[0] += 1
        if crashes[0] == 1:
            raise RuntimeError("killed before the engine heard of it")
        put(engine, job)

    def not_noted(*arguments: object) -> None:
        crashes[1] += 1
        if crashes[1] == 1:
            raise RuntimeError("killed before it was noted that the engine has it")
        noted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(DbosEngine, "put", no_put)
    monkeypatch.setattr(db.jobs, "queued", not_noted)
    make_worker()
    wait_for(shared, job.id, "done")
    assert crashes[0] >= 2
    assert crashes[1] >= 1
    assert _parts(done) == [1, 2]


@pytest.mark.slow
def test_people_do_not_wait_behind_what_runs_unattended(
    shared: Sessions, make_worker: MakeWorker, done: Path, tmp_path: Path
) -> None:
    unattended = counting(UNATTENDED, "unattended")
    make_worker(by_name(counting(), unattended))
    long = Counting(last=60, seconds=0.2, file=str(tmp_path / "long"))
    slow = [_submit(shared, long, unattended) for _ in range(3)]
    wait_for(shared, slow[0].id, "running")
    quick = [_submit(shared, Counting(last=1, file=str(done))) for _ in range(3)]
    for job in quick:
        wait_for(shared, job.id, "done")
    assert [store.find(shared, job.id).state for job in slow] == ["running", "waiting", "waiting"]  # type: ignore[union-attr]
    for job in slow:
        store.cancel(shared, job.id)
    wait_for(shared, slow[0].id, "cancelled")


@pytest.mark.slow
def test_a_job_from_before_an_upgrade_goes_on(
    shared: Sessions, make_worker: MakeWorker, done: Path
) -> None:
    make_worker(version="1")
    going, waiting = (
        _submit(shared, Counting(last=6, seconds=0.2, file=str(done))),
        _submit(shared, Counting(last=1, file=str(done)), counting(UNATTENDED, "counting")),
    )
    wait_for(shared, going.id, lambda found: found.fraction > 0.2)
    make_worker(version="2")
    assert wait_for(shared, going.id, "done").queued_by == "2"
    wait_for(shared, waiting.id, "done")
    assert len(_parts(done)) <= 8


@pytest.mark.slow
def test_a_job_that_the_next_version_cannot_read_ends_with_a_sentence(
    shared: Sessions, make_worker: MakeWorker, done: Path
) -> None:
    given = Counting(last=1, file=str(done))
    older = _submit(shared, given)
    gone = _submit(shared, given, counting(name="gone"))
    make_worker(by_name(counting(version=2)), version="2")
    ended = wait_for(shared, older.id, "failed")
    assert ended.sentence.startswith("Another version of the workbench made this job")
    assert ended.advice == "Start it again."
    assert wait_for(shared, gone.id, "failed").sentence == UNKNOWN_KIND
    assert _parts(done) == []


@pytest.mark.slow
def test_what_the_engine_forgot_is_given_to_it_again(
    shared: Sessions, make_worker: MakeWorker, shared_database_url: str, done: Path
) -> None:
    """As after a backup of our tables was put back without the engine's."""
    job = _submit(shared, Counting(last=1, file=str(done)))
    with db.engine.writing(shared) as session:
        db.jobs.queued(session, job, "1")
    file = location(shared_database_url)
    if file is None:
        with psycopg.connect(shared_database_url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
    else:
        engine_file(file).unlink(missing_ok=True)
    make_worker()
    wait_for(shared, job.id, "done")
    assert _parts(done) == [1]


@pytest.mark.slow
def test_a_worker_whose_engine_does_not_start_leaves_nothing_running(
    shared: Sessions, make_worker: MakeWorker, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())
    with monkeypatch.context() as broken:
        broken.setattr("jobs.dbos_engine._schedule", lambda _schedules: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_worker()
    assert not [each for each in set(threading.enumerate()) - before if each.name == "heartbeat"]
    make_worker()
    wait_for(shared, _submit(shared, Counting(last=1, file=str(done))).id, "done")


@pytest.mark.slow
def test_a_kind_with_a_schedule_runs_by_itself(shared: Sessions, make_worker: MakeWorker) -> None:
    now_and_then = Kind(
        name="tidy",
        title="Tidy up",
        run=lambda _run, _given: Outcome(sentence="Tidied."),
        permission="operate",
        schedule="* * * * * *",
    )
    make_worker(by_name(now_and_then))
    found: list[JobView] = []
    deadline = time.monotonic() + 20
    while len(found) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
        found = store.newest(shared, kind="tidy", states=["done"])
    assert len(found) >= 2
    assert len({job.idempotency_key for job in found}) == len(found)


@pytest.mark.slow
def test_the_engine_calls_nobody(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where variables of its own cloud are set; and its log says no address of a database."""
    called: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, address: called.append(address))
    monkeypatch.setenv("DBOS_DOMAIN", "cloud.example")
    monkeypatch.setenv("DBOS__CONDUCTOR_KEY", "k3y")
    engine = DbosEngine(sqlite_url, executor="alone", version="1")
    in_a_thread(
        lambda: engine.start(lambda _job, _attempt, _steps: None, {}, lambda _kind, _moment: None)
    )
    time.sleep(1.5)
    engine.close()
    assert called == []
    assert "sqlite://" not in caplog.text
    assert "k3y" not in caplog.text
