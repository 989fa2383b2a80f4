"""What holds of a job, as conditions on its row, and what is written into the row where it waits anew or ends early."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, literal, select

from db.job_view import EARLY, WITHDRAWN, JobView
from db.tables import Job, JobInput


def waiting_anew(words: str) -> dict[str, object]:
    """That a job waits for its next run, with what it says until then."""
    return {
        "state": "waiting",
        "runner": "",
        "attempt": Job.attempt + 1,
        "queued_by": "",
        "words": words,
        "cancel_requested": False,
    }


def ended_early(state: str, now: datetime, sentence: str, advice: str = "") -> dict[str, object]:
    """That a job did not come to its end, and why; of one that somebody stopped for good, that alone."""
    said = {
        "state": ("cancelled", state),
        "sentence": (WITHDRAWN, sentence),
        "advice": ("", advice),
    }
    ended: dict[str, object] = {
        name: case((is_withdrawn(), as_kept(name, stopped)), else_=as_kept(name, else_))
        for name, (stopped, else_) in said.items()
    }
    ended["sentence"] = case((says_what_is_kept(), Job.sentence), else_=ended["sentence"])
    ended["ended_at"] = now
    return ended


def as_kept(name: str, value: str) -> ColumnElement[str]:
    """A value as its column keeps it, which may clip it."""
    return literal(value, Job.__table__.c[name].type)


def resumable(job_id: str) -> Sequence[ColumnElement[bool]]:
    """That a job failed or was cancelled, and what it takes is there."""
    return (Job.id == job_id, Job.state.in_(EARLY), _has_input())


def is_withdrawn() -> ColumnElement[bool]:
    """That somebody wants a job stopped for good: what it takes is gone, and it did not finish."""
    return Job.cancel_requested & ~_has_input() & (Job.state != "done")


def says_what_is_kept() -> ColumnElement[bool]:
    """That a job says already that it was stopped for good, and what is kept of it."""
    return is_withdrawn() & Job.sentence.startswith(WITHDRAWN)


def stands_in(statuses: Collection[str]) -> ColumnElement[bool]:
    """That `JobView.status` is one of these; the state alone is in an index."""
    states = {"cancelled" if status == "paused" else status for status in statuses}
    is_paused = (Job.state == "cancelled") & ~Job.sentence.startswith(WITHDRAWN)
    status = case((is_paused, "paused"), else_=Job.state)
    return Job.state.in_(states) & status.in_(statuses)


def _has_input() -> ColumnElement[bool]:
    return select(JobInput.job_id).where(JobInput.job_id == Job.id).correlate(Job).exists()


def unchanged(job: JobView) -> Sequence[ColumnElement[bool]]:
    """That a job is as it was read."""
    return (Job.id == job.id, Job.attempt == job.attempt, Job.state == job.state)


def owned_by_run(job: JobView) -> Sequence[ColumnElement[bool]]:
    """That a job is still run by this run."""
    return (
        Job.id == job.id,
        Job.attempt == job.attempt,
        Job.runner == job.runner,
        Job.state == "running",
    )
