"""Jobs: how far something is that was begun, and stopping it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.v1.asked import Asked, AskedNow
from api.v1.problems import refused
from api.v1.resource import JobId, Resource
from db.engine import Sessions
from jobs import store
from jobs.store import JobView

RESOURCE = Resource("jobs")


class Job(BaseModel):
    """Work that was begun."""

    id: str = Field(examples=["01KAC5E1Z3W0V0C5Y7M1N2P3Q5"])
    url: str = Field(examples=["/api/v1/jobs/01KAC5E1Z3W0V0C5Y7M1N2P3Q5"])
    kind: str = Field(examples=["explanation"])
    title: str
    person: str
    about: str = Field(description="What it is about", examples=["case/01KAC5E1Z3W0V0C5Y7M1N2P3Q4"])
    state: str = Field(description="waiting, running, done, failed, paused or cancelled")
    fraction: float = Field(description="How far it is, 0 to 1")
    words: str = Field(description="What it is doing")
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: str = Field("", description="The id of what it made")
    sentence: str = Field("", description="Result")
    advice: str = ""
    may_cancel: bool


@RESOURCE.get("/jobs/{job_id}")
def get_job(asked: AskedNow, job_id: JobId) -> Job:
    """How far a job is."""
    return job_of(asked.services.sessions, _seen(asked, job_id))


@RESOURCE.post("/jobs/{job_id}/cancel", permission="explain", status=202)
def cancel_job(asked: AskedNow, job_id: JobId) -> Job:
    """Stop a job for good: at once where it waits, soon where it runs. One that has ended stays as it is."""
    if _seen(asked, job_id).is_under_way:
        asked.services.here.cancel(job_id, for_good=True)
    return job_of(asked.services.sessions, _seen(asked, job_id))


def job_url(job_id: str) -> str:
    return f"/api/v1/jobs/{job_id}"


def job_of(sessions: Sessions, job: JobView) -> Job:
    """A job as the API tells it."""
    return Job(
        id=job.id,
        url=job_url(job.id),
        kind=job.kind,
        title=job.title,
        person=job.person,
        about=job.subject,
        state=job.status,
        fraction=job.fraction,
        words=job.words_now,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        result=job.result,
        sentence=job.sentence,
        advice=job.advice,
        may_cancel=job.is_under_way and store.may_change(sessions, job.id),
    )


def _seen(asked: Asked, job_id: str) -> JobView:
    job = store.find(asked.services.sessions, job_id)
    if job is None:
        raise refused(404, "no_such_job", f"There is no job {job_id}, or you may not see it.")
    return job
