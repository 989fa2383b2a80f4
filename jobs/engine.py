"""What we want of an engine for durable work. `jobs.dbos_engine` is the one that we use; another needs no more.

The rows of jobs are the truth: an engine only brings a job to a worker, remembers which steps of a run are done,
and knows the time. What it has lost, a worker gives it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from db.job_view import JobView
from jobs.runs import Steps

RunJob = Callable[[str, int, Steps], None]
"""Runs a job, by its id and the number of its run; called by a thread of the engine."""
Tick = Callable[[str, datetime], None]
"""It is time for a kind of job that has a schedule; called once a time among all workers."""


class Engine(Protocol):
    """Brings jobs to workers."""

    def start(self, run: RunJob, schedules: Mapping[str, str], tick: Tick) -> None:
        """Begin to take jobs from the queues; `schedules` are crontabs, in UTC, by kind of job."""

    def put(self, job: JobView) -> None:
        """See that this run of a job comes to some worker, once. Putting it again changes nothing. A run that
        follows another keeps what that one's steps gave."""

    def stuck(self, jobs: Sequence[JobView], living: Collection[str]) -> list[JobView]:
        """Those of waiting jobs that were put, but that none of the living workers will run."""

    def forget(self, before: datetime) -> None:
        """Delete what is remembered of runs that were put before a moment and are over."""

    def close(self) -> None:
        """Take no more jobs. Runs that go on are not waited for."""
