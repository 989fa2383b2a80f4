"""The quick way: a job that somebody waits for runs in this process at once, in no queue.

Its row is written first. When this process dies, a worker sees that it gives no sign of life and goes on with the
job; when it ends in order, it hands its jobs back before it goes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import replace

import db.jobs
from db.engine import Session, Sessions, limited, reading, writing
from db.errors import StorageError
from db.ids import utc_now
from db.scope import Scope, scope_of
from jobs import store
from jobs.contract import Kind
from jobs.heartbeat import Heartbeat, itself, log
from jobs.runs import JobRun, MayGoOn, always
from jobs.store import JobView

LEAVE_SECONDS = 2.0  # so long the end waits for what was told to stop


class Here:
    """Runs jobs in threads of this process. `is_inline`: in the thread that asks, for tests.

    Who asks, looks or stops is held to the scope of `sessions`. A run that was let begin is not: its row is ended in any case.
    It stops where `may_go_on` says so.
    """

    def __init__(
        self,
        sessions: Sessions,
        version: str,
        lost_seconds: float,
        *,
        is_inline: bool = False,
        may_go_on: MayGoOn = always,
    ) -> None:
        self._sessions = self._all = sessions
        self._heart = Heartbeat(sessions, itself("web", version), lost_seconds)
        self._is_inline = is_inline
        self._may_go_on = may_go_on
        self._runs: dict[str, JobRun] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def limited(self, scope: Scope) -> Here:
        """The same runs, for somebody who may see no more than `scope`."""
        narrowed = copy(self)
        narrowed._sessions = limited(self._all, scope)
        return narrowed

    def open(self) -> None:
        """Make this process known to those who would go on with its jobs. Raises StorageError."""
        if not self._is_inline:
            self._heart.start()

    def close(self) -> None:
        """Hand everything that runs here back; a worker goes on with it. What runs gets a moment to stop."""
        with self._lock:
            runs, threads = list(self._runs.values()), list(self._threads.values())
        for run in runs:
            run.abandon()
        try:
            with writing(self._all) as session:
                for run in runs:
                    db.jobs.hand_back(session, run.job, utc_now())
        except StorageError as error:  # then they wait until this process is taken for dead
            log.warning("jobs were not handed back: %s", error)
        self._heart.close()
        end = time.monotonic() + LEAVE_SECONDS
        for thread in threads:  # else one may hold a connection when the pool is given up
            thread.join(timeout=max(end - time.monotonic(), 0.0))

    def start(
        self,
        kind: Kind,
        job: JobView,
        job_input: object,
        *,
        also: Callable[[Session], None] = lambda _: None,
        written: object = None,
    ) -> JobView:
        """Write a job down, with what `also` writes, and begin. `written` is what is written down of the input, where
        that is less than it: another process that goes on with the job has no more. Raises NotPermitted, JobUnderWay, and JobFailed when it
        cannot be written down."""
        with suppress(StorageError):  # then the row cannot be written either, which is said
            self.open()
        ours = replace(
            job, state="running", runner=self._heart.worker.id, started_at=job.created_at
        )
        is_less = written is not None
        stored = written if is_less else job_input
        begun = store.submit(self._sessions, kind, ours, stored, also=also)
        if begun.id == job.id:
            given = job_input if is_less else None
            self._run(kind, JobRun(begun, self._all, may_go_on=self._may_go_on, given=given))
        return begun

    def take(self, kind: Kind, job: JobView) -> bool:
        """Go on here with a job that waits, as a worker would; False where another process has it by now."""
        with suppress(StorageError):
            self.open()
        ours = replace(job, state="running", runner=self._heart.worker.id)
        with writing(self._sessions) as session:
            is_ours = db.jobs.claim(session, job.id, job.attempt, ours.runner, utc_now())
        if is_ours:
            self._run(kind, JobRun(ours, self._all, may_go_on=self._may_go_on))
        return is_ours

    def run_of(self, job_id: str) -> JobRun | None:
        """The run of a job in this process; None when it runs elsewhere, not at all, or may not be seen."""
        run = self._runs.get(job_id)
        return run if run and self._sees(job_id) else None

    def cancel(self, job_id: str, *, for_good: bool = False) -> None:
        """Stop a job, wherever it runs; `for_good`, so that it cannot go on. Raises NoSuchJob and NotPermitted."""
        stop = store.withdraw if for_good else store.cancel
        stop(self._sessions, job_id, clock=utc_now)
        run = self._runs.get(job_id)
        if run:
            run.cancel()

    def _sees(self, job_id: str) -> bool:
        with reading(self._sessions) as session:
            return scope_of(session).is_all or db.jobs.by_id(session, job_id) is not None

    def _run(self, kind: Kind, run: JobRun) -> None:
        name = run.job.id
        work = threading.Thread(
            target=self._perform, args=(kind, run), daemon=True, name=f"job-{name}"
        )
        with self._lock:
            self._runs[name] = run
            if not self._is_inline:
                self._threads[name] = work
        if self._is_inline:
            self._perform(kind, run)
        else:
            work.start()

    def _perform(self, kind: Kind, run: JobRun) -> None:
        try:
            run.perform(kind)
        finally:
            with self._lock:
                self._runs.pop(run.job.id, None)
                self._threads.pop(run.job.id, None)
