"""Workers in this process, on real databases, with the real engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.engine import Sessions, close, make_sessions
from jobs import store
from jobs.contract import Kind
from jobs.dbos_engine import DbosEngine
from jobs.store import JobView
from jobs.worker import Worker
from tests.jobs.some_kinds import by_name, counting

MakeWorker = Callable[..., Worker]


@pytest.fixture
def shared(shared_database_url: str) -> Iterator[Sessions]:
    """Sessions on a database that the tests of a module share."""
    made = make_sessions(shared_database_url)
    yield made
    close(made)


@pytest.fixture
def make_worker(shared: Sessions, shared_database_url: str) -> Iterator[MakeWorker]:
    """Starts a worker, after the one before it was closed: the engine allows one in a process."""
    started: list[Worker] = []

    def start(kinds: Mapping[str, Kind] | None = None, version: str = "1") -> Worker:
        while started:
            started.pop().close()
        name = f"worker-{time.monotonic_ns()}"
        worker = Worker(
            shared,
            kinds or by_name(counting()),
            DbosEngine(shared_database_url, executor=name, version=version),
            version=version,
            lost_seconds=2.0,
            keep_days=1.0,
            name=name,
        )
        started.append(worker)
        in_a_thread(worker.start)
        return worker

    yield start
    while started:
        started.pop().close()


def in_a_thread(call: Callable[[], None]) -> None:
    """Call it where no event loop runs: browser tests leave theirs in this process's main thread, and the engine
    starts beside none."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(call).result()


def wait_for(
    sessions: Sessions, job_id: str, state: str | Callable[[JobView], bool], seconds: float = 30.0
) -> JobView:
    """The job, when it is in that state."""
    deadline = time.monotonic() + seconds
    while True:
        job = store.find(sessions, job_id)
        assert job is not None
        if job.state == state or (callable(state) and state(job)):
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.03)
