"""From rows to queues: what somebody wrote down is brought to the engine, and what the dead left is handed on.

Every worker does this, at any time, twice if need be: each change is one statement that only one of them can make,
and the engine takes the same run only once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import db.jobs
import db.workers
from db.engine import Session, Sessions, reading, writing
from db.ids import utc_now
from db.job_view import JobView
from db.workers import WorkerView
from jobs.contract import Kind
from jobs.engine import Engine

log = logging.getLogger(__name__)

_AT_ONCE = 50
# Rows of workers that were silent for so long are deleted.
_FORGET_SECONDS = 24 * 3600.0
UNKNOWN_KIND = "This version of the workbench does not know this kind of job."
DIED = "The process that worked on it ended {} times before it was done."


@dataclass(frozen=True, kw_only=True)
class Relay:
    """What one worker does for the jobs of all. `running` are the ids of the jobs that it runs itself."""

    sessions: Sessions
    engine: Engine
    kinds: Mapping[str, Kind]
    worker: WorkerView
    lost_seconds: float
    running: Callable[[], Collection[str]]

    def place(self) -> int:
        """Bring waiting jobs that are in no queue to the engine; how many. Raises StorageError."""
        with reading(self.sessions) as session:
            if not db.jobs.to_queue(session, 1):
                return 0
        with writing(self.sessions) as session:
            waiting = db.jobs.to_queue(session, _AT_ONCE)
            for job in waiting:
                self._place(session, job)
        return len(waiting)

    def care(self) -> None:
        """Hand on what dead workers ran, and what waits in the queue of a version that nobody runs any more.
        Raises StorageError."""
        with reading(self.sessions) as session:
            living = db.workers.living(session, self.lost_seconds)
            lost = db.jobs.run_by_others_than(session, [self.worker.id, *(w.id for w in living)])
            stranded = db.jobs.queued_by_others_than(session, self._versions(living))
            mine = db.jobs.run_by(session, self.worker.id)
            queued = db.jobs.in_queue(session, _AT_ONCE)
        running = self.running()
        dropped = [job for job in mine if job.id not in running]
        ids = {self.worker.id, *(w.id for w in living)}
        stranded += self.engine.stuck(queued, ids) if queued else []
        if lost or stranded or dropped:
            with writing(self.sessions) as session:
                for job in (*lost, *dropped):
                    self._hand_on(session, job)
                for job in stranded:
                    db.jobs.hand_back(session, job, utc_now())
        with writing(self.sessions) as session:
            db.workers.forget_silent(session, _FORGET_SECONDS)

    def _versions(self, living: Collection[WorkerView]) -> set[str]:
        """The versions of the app whose queues are served."""
        return {self.worker.version, *(w.version for w in living if w.role == "worker")}

    def _place(self, session: Session, job: JobView) -> None:
        if job.kind in self.kinds:
            self.engine.put(job)
            db.jobs.queued(session, job, self.worker.version)
        elif self._versions(db.workers.living(session, self.lost_seconds)) == {self.worker.version}:
            db.jobs.give_up(session, job, "failed", utc_now(), UNKNOWN_KIND, "Start it again.")

    def _hand_on(self, session: Session, job: JobView) -> None:
        """Let a job go on whose process died, unless somebody wants it stopped; one that has lost too many is given up."""
        kind, losses = self.kinds.get(job.kind), job.losses + 1
        if kind and losses >= kind.attempts and not job.cancel_requested:
            advice = "The log says why. `mds jobs resume` lets it go on."
            db.jobs.give_up(session, job, "failed", utc_now(), DIED.format(losses), advice)
        elif db.jobs.hand_back(session, job, utc_now(), is_loss=True):
            log.warning("the job %s of %s, which is gone, goes on", job.id, job.runner)
