"""A worker: takes jobs from the queues and runs them, and cares for what other processes left behind."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import db.jobs
from db.engine import Sessions, writing
from db.errors import StorageError
from db.ids import utc_now
from jobs import store
from jobs.contract import Kind
from jobs.engine import Engine
from jobs.heartbeat import Heartbeat, itself
from jobs.relay import Relay
from jobs.runs import JobRun, MayGoOn, Steps, always
from jobs.store import JobView

log = logging.getLogger(__name__)

PLACE_SECONDS = 0.5
# How long runs may take to notice that their worker ends.
_RUNS_END_SECONDS = 3.0
# What the engine remembers of old runs goes once in so many rounds of placing: every hour.
_ROUNDS_BETWEEN_FORGETTING = int(3600 / PLACE_SECONDS)


class Worker:
    """Runs jobs until it is closed.

    `version` is the app's: jobs in the queue of another are taken over when nobody runs that version any more.
    After `lost_seconds` without a sign of life a process counts as dead. `keep_days` is how long the engine
    remembers runs that are over. A run stops where `may_go_on` says so.
    """

    def __init__(
        self,
        sessions: Sessions,
        kinds: Mapping[str, Kind],
        engine: Engine,
        *,
        version: str,
        lost_seconds: float,
        keep_days: float = 30.0,
        name: str = "",
        may_go_on: MayGoOn = always,
    ) -> None:
        self._sessions = sessions
        self._kinds = kinds
        self._engine = engine
        self._keep = timedelta(days=keep_days)
        self._may_go_on = may_go_on
        self._me = itself("worker", version, name)
        self._runs: dict[str, JobRun] = {}
        self._relay = Relay(
            sessions=sessions,
            engine=engine,
            kinds=kinds,
            worker=self._me,
            lost_seconds=lost_seconds,
            running=lambda: list(self._runs),
        )
        self._heart = Heartbeat(sessions, self._me, lost_seconds, also=self._relay.care)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._place, daemon=True, name="relay")

    @property
    def id(self) -> str:
        """What it is called in the rows of jobs."""
        return self._me.id

    def start(self) -> None:
        """Begin. Raises StorageError when the database does not answer; then nothing of it is left running."""
        schedules = {k.name: k.schedule for k in self._kinds.values() if k.schedule}
        try:
            self._heart.start()
            self._engine.start(self._run, schedules, self._tick)
            self._relay.care()
        except BaseException:
            self.close()
            raise
        self._thread.start()

    def close(self) -> None:
        """Take no more jobs, and hand back those that run: another worker goes on with them."""
        self._stop.set()
        try:
            self._hand_back(list(self._runs.values()))
            self._heart.close()
            if self._thread.is_alive():
                self._thread.join(timeout=5)
            self._wait_for_runs()
        finally:  # it is one in a process: left open, no other could start
            self._engine.close()

    def _hand_back(self, runs: Sequence[JobRun]) -> None:
        for run in runs:
            run.abandon()
        try:
            with writing(self._sessions) as session:
                for run in runs:
                    db.jobs.hand_back(session, run.job, utc_now())
        except StorageError as error:  # then they wait until this process is taken for dead
            log.warning("jobs were not handed back: %s", error)

    def _wait_for_runs(self) -> None:
        """A run that ends after its engine would use connections that are closed."""
        deadline = time.monotonic() + _RUNS_END_SECONDS
        while self._runs and time.monotonic() < deadline:
            time.sleep(0.02)

    def _place(self) -> None:
        rounds = 0
        while not self._stop.wait(PLACE_SECONDS):
            try:
                if rounds % _ROUNDS_BETWEEN_FORGETTING == 0:
                    self._engine.forget(utc_now() - self._keep)
                rounds += 1
                self._relay.place()
            except StorageError as error:
                log.warning("waiting jobs could not be looked for: %s", error)
            except Exception:
                log.exception("waiting jobs could not be given to the engine")

    def _run(self, job_id: str, attempt: int, steps: Steps) -> None:
        """Run a job, if it waits for this run; the engine may bring one that was stopped or taken over since."""
        job = store.find(self._sessions, job_id)
        kind = self._kinds.get(job.kind) if job else None
        if job is None or kind is None or (job.attempt, job.state) != (attempt, "waiting"):
            return
        ours = replace(job, state="running", runner=self.id)
        run = JobRun(ours, self._sessions, steps, self._may_go_on)
        self._runs[job_id] = run  # before it is ours: what is ours and not here counts as dropped
        try:
            if not self._stop.is_set() and self._claimed(ours):
                run.perform(kind)
        finally:
            self._runs.pop(job_id, None)

    def _claimed(self, job: JobView) -> bool:
        with writing(self._sessions) as session:
            return db.jobs.claim(session, job.id, job.attempt, self.id, utc_now())

    def _tick(self, name: str, moment: datetime) -> None:
        """It is time for a kind of job; asked for twice, it is one."""
        kind = self._kinds.get(name)
        if kind:
            key = f"{db.jobs.SCHEDULED}{name}/{moment.isoformat()}"
            store.submit(self._sessions, kind, store.make(kind, key=key), None)
