"""Jobs as their rows: asked for, found, stopped, and let go on. Nothing here needs the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

import db.jobs
import db.workers
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.job_view import WITHDRAWN, JobView, without_rate
from db.person import known
from db.scope import Scope, scope_of
from db.workers import WorkerView
from jobs.contract import Kind
from jobs.errors import JobFailed, JobUnderWay, NoSuchJob, NotResumable
from jobs.payload import Codec
from people.errors import NotPermitted
from people.permissions import may, may_without_model

__all__ = [
    "WITHDRAWN",
    "JobView",
    "WorkerView",
    "can_resume",
    "cancel",
    "find",
    "is_permitted",
    "is_withdrawn",
    "last_scheduled",
    "living",
    "make",
    "may_change",
    "new_id",
    "newest",
    "resume",
    "submit",
    "withdraw",
    "without_rate",
]


def new_id() -> str:
    """An id for a job whose files are written before it is."""
    return make_id()


def make(
    kind: Kind,
    *,
    title: str = "",
    person: str = "",
    subject: str = "",
    one_at_a_time: str | None = None,
    key: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> JobView:
    """A job that waits, not written yet. `subject` is what it is about, by which a page finds it again; of those
    with the same `one_at_a_time` one is under way; `key` is the same for what is asked for only once.
    """
    job_id = new_id()
    return JobView(
        id=job_id,
        kind=kind.name,
        kind_version=kind.version,
        title=title or kind.title,
        person=known(person),
        subject=subject,
        one_at_a_time=one_at_a_time,
        idempotency_key=key or job_id,
        queue=kind.queue.name,
        created_at=clock(),
    )


def submit(
    sessions: Sessions,
    kind: Kind,
    job: JobView,
    job_input: object,
    *,
    also: Callable[[Session], None] = lambda _: None,
) -> JobView:
    """Write a job down; a worker takes it. The job that has its key already, if there is one. `also` writes what
    belongs to a new job, in the same transaction. Raises NotPermitted, JobUnderWay, and JobFailed when it cannot be
    written down."""
    try:
        content = Codec(kind.takes).encode(job_input)
        with writing(sessions) as session:
            _check(session, kind, job)
            job = _with_groups(session, job)
            db.jobs.add(session, job, content)
            also(session)
        return job
    except Conflict:
        with reading(sessions) as session:
            same = db.jobs.by_key(session, job.idempotency_key)
            other = db.jobs.under_way(session, job.one_at_a_time or "")
        if same:
            return same
        if other:
            raise JobUnderWay(other.id) from None
        raise
    except (StorageError, TypeError) as error:
        raise JobFailed(
            f"“{job.title}” could not be written down, so it did not begin.",
            advice="Try again in a minute.",
            detail=str(error),
        ) from error


def find(sessions: Sessions, job_id: str) -> JobView | None:
    """The job of that id; None when there is none."""
    if not is_id(job_id):
        return None
    with reading(sessions) as session:
        return db.jobs.by_id(session, job_id)


def may_change(sessions: Sessions, job_id: str) -> bool:
    """Whether who asks may stop this job, or let it go on: who began it, and the operators of its model."""
    if not is_id(job_id):
        return False
    with reading(sessions) as session:
        return db.jobs.may_change(session, job_id)


def newest(
    sessions: Sessions,
    *,
    states: Collection[str] = (),
    kind: str = "",
    subject: str = "",
    person: str = "",
    is_scheduled: bool | None = None,
    limit: int = 100,
) -> list[JobView]:
    """Jobs, the newest first; with `is_scheduled` only those that run by themselves, or only those that do not."""
    with reading(sessions) as session:
        return db.jobs.newest(
            session,
            states=states,
            kind=kind,
            subject=subject,
            person=person,
            is_scheduled=is_scheduled,
            limit=limit,
        )


def last_scheduled(sessions: Sessions, person: str) -> list[JobView]:
    """The newest run of each job of a person that runs by itself."""
    with reading(sessions) as session:
        return db.jobs.last_scheduled(session, person)


def cancel(sessions: Sessions, job_id: str, *, clock: Callable[[], datetime] = utc_now) -> JobView:
    """Stop a job: at once when it waits, soon when it runs. Raises NoSuchJob and NotPermitted."""
    with writing(sessions) as session:
        _check_changeable(session, job_id)
        db.jobs.request_cancel(session, job_id, clock())
        job = db.jobs.by_id(session, job_id)
    if job is None:
        raise _unknown(job_id)
    return job


def can_resume(sessions: Sessions, job_id: str) -> bool:
    """Whether who asks may let a job go on, which failed or was stopped and has what it takes."""
    if not is_id(job_id):
        return False
    with reading(sessions) as session:
        return db.jobs.can_resume(session, job_id)


def resume(sessions: Sessions, job_id: str, kinds: Mapping[str, Kind]) -> JobView:
    """Let a job that failed or was stopped go on, by who may ask for its kind. Raises NoSuchJob, NotPermitted,
    NotResumable and JobUnderWay."""
    job = find(sessions, job_id)
    if job is None:
        raise _unknown(job_id)
    try:
        with writing(sessions) as session:
            _check_changeable(session, job_id)
            _check_permitted(session, kinds.get(job.kind), job)
            is_resumed = db.jobs.resume(session, job_id)
            after = db.jobs.by_id(session, job_id)
    except Conflict:
        with reading(sessions) as session:
            other = db.jobs.under_way(session, job.one_at_a_time or "")
        raise JobUnderWay(other.id if other else "") from None
    if not is_resumed or after is None:
        raise NotResumable(
            f"The job {job_id} is {job.status}.",
            advice="Only a job that failed or was stopped can go on.",
        )
    return after


def withdraw(
    sessions: Sessions, job_id: str, *, clock: Callable[[], datetime] = utc_now
) -> JobView:
    """Stop a job for good, as `cancel` does: it cannot go on. Raises NoSuchJob and NotPermitted."""
    with writing(sessions) as session:
        _check_changeable(session, job_id)
        db.jobs.withdraw(session, job_id, clock())
        job = db.jobs.by_id(session, job_id)
    if job is None:
        raise _unknown(job_id)
    return job


def is_withdrawn(sessions: Sessions, job_id: str) -> bool:
    """Whether somebody stopped a job for good, which may still run."""
    with reading(sessions) as session:
        return db.jobs.is_withdrawn(session, job_id)


def by_kind(sessions: Sessions) -> dict[tuple[str, str], int]:
    """How many jobs wait and run, by (kind, state)."""
    with reading(sessions) as session:
        return db.jobs.by_kind(session)


def oldest_waiting_seconds(sessions: Sessions, *, clock: Callable[[], datetime] = utc_now) -> float:
    """How long the oldest job waits that nobody has begun; 0 where none waits."""
    with reading(sessions) as session:
        oldest = db.jobs.oldest_waiting(session)
    return max(0.0, (clock() - oldest).total_seconds()) if oldest else 0.0


def living(sessions: Sessions, seconds: float) -> list[WorkerView]:
    """The processes that run jobs and gave a sign of life within so many seconds."""
    with reading(sessions) as session:
        return db.workers.living(session, seconds)


def _check(session: Session, kind: Kind, job: JobView) -> None:
    """Raises NotPermitted unless who asks may ask for this kind of job, on what it is about, in their own name."""
    scope = scope_of(session)
    if scope.is_all:
        return
    try:
        model = db.jobs.model_about(session, job.subject)
    except KeyError:
        raise _refused(job, "There is no such case that you may see.") from None
    if model and not scope.sees(*model):
        raise _refused(job, f"There is no model {'/'.join(model)} that you may see.")
    if not is_permitted(scope, kind, model) or job.person != scope.person:
        raise _refused(job, "Your role does not let you ask for it.")


def _check_permitted(session: Session, kind: Kind | None, job: JobView) -> None:
    """Raises NotPermitted unless who asks might ask for such a job now."""
    scope = scope_of(session)
    if scope.is_all:
        return
    try:
        model = db.jobs.model_about(session, job.subject)
    except KeyError:
        kind = model = None
    if kind is None or not is_permitted(scope, kind, model):
        raise NotPermitted(
            f"“{job.title}” does not go on. Your role does not let you ask for it.",
            advice="**You** shows your role. Whoever runs the workbench can change it.",
        )


def is_permitted(scope: Scope, kind: Kind, model: tuple[str, str] | None) -> bool:
    """Whether somebody may ask for a kind of job, on a model or on none."""
    if model:
        return may(scope, kind.permission, *model)
    return may_without_model(scope, kind.permission)


def _with_groups(session: Session, job: JobView) -> JobView:
    """The job with the groups of who asks, by which it is looked later whether it may go on."""
    scope = scope_of(session)
    return job if scope.is_all else replace(job, groups=list(scope.groups))


def _refused(job: JobView, why: str) -> NotPermitted:
    return NotPermitted(
        f"“{job.title}” did not begin. {why}",
        advice="**You** shows your role. Whoever runs the workbench can change it.",
    )


def _check_changeable(session: Session, job_id: str) -> None:
    """Raises NoSuchJob and NotPermitted unless who asks may stop a job, or let it go on."""
    if db.jobs.by_id(session, job_id) is None:
        raise _unknown(job_id)
    if not db.jobs.may_change(session, job_id):
        raise NotPermitted(
            "Nothing was changed: this job is somebody else's.",
            advice="Who began it can stop it or let it go on, and the operators of its model.",
        )


def _unknown(job_id: str) -> NoSuchJob:
    return NoSuchJob(f"There is no job {job_id!r}.", advice="`mds jobs list` shows what there is.")
