"""Queries on jobs: each change of state is one statement that only the run that owns the job can make."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, Update, case, delete, func, select, update
from sqlalchemy.orm import Session

from db import job_conditions
from db.job_view import EARLY, STOPPED, UNDER_WAY, WITHDRAWN, JobView
from db.limits import TO_CHANGE
from db.scope import case_of, model_of
from db.tables import Case, Job, JobInput

# The keys of jobs that nobody asked for: their time had come.
SCHEDULED = "schedule/"
_NAMES = tuple(field.name for field in fields(JobView))


def add(session: Session, job: JobView, content: bytes) -> None:
    """Add a job and what it takes. Raises Conflict for a taken key, or one too many under way."""
    session.add(Job(**{name: getattr(job, name) for name in _NAMES}))
    session.flush()
    session.add(JobInput(job_id=job.id, content=content))


def by_id(session: Session, job_id: str) -> JobView | None:
    """The job of that id; None when there is none."""
    return _first(session, Job.id == job_id)


def may_change(session: Session, job_id: str) -> bool:
    """Whether who asks may stop a job, or let it go on."""
    query = select(Job.id).where(Job.id == job_id).execution_options(**{TO_CHANGE: True})
    return session.scalar(query) is not None


def model_about(session: Session, subject: str) -> tuple[str, str] | None:
    """The server and the name of the model that a subject is about, itself or through a case that the session sees;
    None where it is about no model. Raises KeyError for a case that it does not see."""
    case_id = case_of(subject)
    if not case_id:
        return model_of(subject)
    row = session.execute(select(Case.server, Case.model).where(Case.id == case_id)).first()
    if row is None:
        raise KeyError(case_id)
    return row.server, row.model


def groups_of(session: Session, job_id: str) -> Sequence[str] | None:
    """The groups of who asked for a job, as they are known now; None where the operator of everything did."""
    return session.scalar(select(Job.groups).where(Job.id == job_id))


def set_groups(session: Session, person: str, groups: Sequence[str]) -> None:
    """The jobs of a person that are not done have these groups from now on."""
    unfinished = (Job.person == person, Job.groups.is_not(None), Job.state != "done")
    session.execute(update(Job).where(*unfinished).values(groups=list(groups)))


def by_key(session: Session, key: str) -> JobView | None:
    """The job that was asked for under an idempotency key."""
    return _first(session, Job.idempotency_key == key)


def under_way(session: Session, one_at_a_time: str) -> JobView | None:
    """What is under way of that which is wanted once at a time."""
    return _first(session, Job.one_at_a_time == one_at_a_time, Job.state.in_(UNDER_WAY))


def newest(
    session: Session,
    *,
    states: Collection[str] = (),
    kind: str = "",
    subject: str = "",
    person: str = "",
    is_scheduled: bool | None = None,
    limit: int = 100,
) -> list[JobView]:
    """Jobs, the newest first; what is empty asks for nothing. `states` are of `STATUSES`; `is_scheduled` tells those whose time had come from those
    that somebody asked for."""
    by_itself = Job.idempotency_key.startswith(SCHEDULED)
    wanted = [
        condition
        for condition, is_asked in (
            (job_conditions.stands_in(states), states),
            (Job.kind == kind, kind),
            (Job.subject == subject, subject),
            (Job.person == person, person),
            (by_itself if is_scheduled else ~by_itself, is_scheduled is not None),
        )
        if is_asked
    ]
    query = select(Job).where(*wanted).order_by(Job.created_at.desc(), Job.id.desc())
    return [_view(row) for row in session.scalars(query.limit(limit))]


def last_scheduled(session: Session, person: str) -> list[JobView]:
    """The newest run of each job of a person that runs by itself, by its title."""
    newest_ids = (
        select(func.max(Job.id))
        .where(Job.person == person, Job.idempotency_key.startswith(SCHEDULED))
        .group_by(Job.title)
    )
    query = select(Job).where(Job.id.in_(newest_ids)).order_by(Job.title)
    return [_view(row) for row in session.scalars(query)]


def by_kind(session: Session) -> dict[tuple[str, str], int]:
    """How many jobs wait and run, by (kind, state)."""
    counted = select(Job.kind, Job.state, func.count()).where(Job.state.in_(UNDER_WAY))
    rows = session.execute(counted.group_by(Job.kind, Job.state).order_by(Job.kind, Job.state))
    return {(row[0], row[1]): row[2] for row in rows}


def oldest_waiting(session: Session) -> datetime | None:
    """When the oldest job was asked for that nobody has begun; None where none waits."""
    return session.scalar(select(func.min(Job.created_at)).where(Job.state == "waiting"))


def content(session: Session, job_id: str) -> bytes | None:
    """What a job takes; None when it is not kept any more."""
    return session.scalar(select(JobInput.content).where(JobInput.job_id == job_id))


def set_content(session: Session, job_id: str, content: bytes) -> None:
    """What a job takes is this from now on."""
    session.execute(update(JobInput).where(JobInput.job_id == job_id).values(content=content))


def claim(session: Session, job_id: str, attempt: int, runner: str, now: datetime) -> bool:
    """Begin this run of a waiting job; False when it is not waiting for it."""
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.state == "waiting")
        .values(state="running", runner=runner, started_at=func.coalesce(Job.started_at, now))
    )
    return _changed(session, statement) == 1


def advance(session: Session, job: JobView, fraction: float, words: str) -> bool | None:
    """Tell how far a run is. Whether somebody wants it stopped; None when the job is not this run's any more."""
    statement = (
        update(Job)
        .where(*job_conditions.owned_by_run(job))
        .values(fraction=fraction, words=words)
        .returning(Job.cancel_requested)
    )
    return session.scalar(statement)


def hold(session: Session, job: JobView) -> bool:
    """Whether the job is this run's, which it stays until the transaction ends. The job got on: processes that died before
    do not count any more."""
    statement = update(Job).where(*job_conditions.owned_by_run(job)).values(losses=0)
    return _changed(session, statement) == 1


def wants_stop(session: Session, job: JobView) -> bool | None:
    """Whether somebody wants this run stopped; None when the job is not this run's any more. Nothing is held."""
    return session.scalar(select(Job.cancel_requested).where(*job_conditions.owned_by_run(job)))


def state_of(session: Session, job_id: str) -> str:
    """The state of a job; empty when there is none."""
    return session.scalar(select(Job.state).where(Job.id == job_id)) or ""


def end(
    session: Session,
    job: JobView,
    state: str,
    now: datetime,
    *,
    sentence: str = "",
    advice: str = "",
) -> bool:
    """End a run; False when the job is not this run's any more. What a finished job took is forgotten. One that was stopped
    for good and does not come to its end says that, whatever else it has to say."""
    ended = job_conditions.ended_early(state, now, sentence, advice)
    if state == "done":
        ended = {"state": state, "ended_at": now, "sentence": sentence, "advice": advice}
        ended["fraction"] = 1.0
    is_ours = (
        _changed(session, update(Job).where(*job_conditions.owned_by_run(job)).values(ended)) == 1
    )
    if is_ours and state == "done":
        session.execute(delete(JobInput).where(JobInput.job_id == job.id))
    return is_ours


def note_result(session: Session, job_id: str, result: str) -> None:
    """Under which id its result is kept."""
    if result:
        session.execute(update(Job).where(Job.id == job_id).values(result=result))


def request_cancel(session: Session, job_id: str, now: datetime) -> None:
    """A waiting job ends at once, a running one is asked to; nothing happens to one that has ended."""
    _stop(session, job_id, now, UNDER_WAY, "It was stopped before it began.")


def withdraw(session: Session, job_id: str, now: datetime) -> None:
    """As `request_cancel`, and it cannot go on: what it takes is forgotten. One that ended early is cancelled, too."""
    _stop(session, job_id, now, (*UNDER_WAY, *EARLY), WITHDRAWN)
    session.execute(delete(JobInput).where(JobInput.job_id == job_id))


def is_withdrawn(session: Session, job_id: str) -> bool:
    """Whether somebody stopped a job for good, which may still run."""
    return bool(
        session.scalar(select(Job.id).where(Job.id == job_id, job_conditions.is_withdrawn()))
    )


def note_kept(session: Session, job_id: str, words: str, fraction: float) -> None:
    """What is kept of a job that was stopped for good, in words, is what it says of itself from now on."""
    said = {"sentence": f"{WITHDRAWN} {words}.", "words": words, "fraction": fraction}
    session.execute(update(Job).where(Job.id == job_id, job_conditions.is_withdrawn()).values(said))


def _stop(
    session: Session, job_id: str, now: datetime, states: Collection[str], sentence: str
) -> None:
    """One statement: between two of them a running job could come to wait again, and would be missed by both."""
    is_run = Job.state == "running"
    stopped = {
        "state": case((is_run, Job.state), else_=job_conditions.as_kept("state", "cancelled")),
        "cancel_requested": True,
        "ended_at": case((is_run, Job.ended_at), else_=func.coalesce(Job.ended_at, now)),
        "sentence": case(
            (is_run | job_conditions.says_what_is_kept(), Job.sentence),
            else_=job_conditions.as_kept("sentence", sentence),
        ),
        "advice": case((is_run, Job.advice), else_=job_conditions.as_kept("advice", "")),
    }
    session.execute(update(Job).where(Job.id == job_id, Job.state.in_(states)).values(stopped))


def can_resume(session: Session, job_id: str) -> bool:
    """Whether who asks may let a job go on that failed or was cancelled: what it takes is there."""
    query = (
        select(Job.id)
        .where(*job_conditions.resumable(job_id))
        .execution_options(**{TO_CHANGE: True})
    )
    return session.scalar(query) is not None


def resume(session: Session, job_id: str) -> bool:
    """Let a failed or cancelled job run again; False when it is neither, or what it takes is gone.
    Raises Conflict when another of that which is wanted once at a time is under way.
    """
    statement = (
        update(Job)
        .where(*job_conditions.resumable(job_id))
        .values(
            job_conditions.waiting_anew("Waiting")
            | {"losses": 0, "ended_at": None, "sentence": "", "advice": ""}
        )
    )
    return _changed(session, statement) == 1


def to_queue(session: Session, limit: int) -> list[JobView]:
    """Waiting jobs that are in no queue yet, the oldest first; held for this transaction where others look too."""
    query = select(Job).where(Job.state == "waiting", Job.queued_by == "").order_by(Job.created_at)
    return [
        _view(row) for row in session.scalars(query.limit(limit).with_for_update(skip_locked=True))
    ]


def queued(session: Session, job: JobView, version: str) -> None:
    """A waiting job is in the queue of that version of the app."""
    session.execute(
        update(Job).where(Job.id == job.id, Job.attempt == job.attempt).values(queued_by=version)
    )


def run_by_others_than(session: Session, living: Collection[str]) -> list[JobView]:
    """Running jobs whose process is not among the living."""
    query = select(Job).where(Job.state == "running", Job.runner.not_in(living))
    return [_view(row) for row in session.scalars(query)]


def run_by(session: Session, runner: str) -> list[JobView]:
    """The jobs that a process runs."""
    query = select(Job).where(Job.state == "running", Job.runner == runner)
    return [_view(row) for row in session.scalars(query)]


def in_queue(session: Session, limit: int) -> list[JobView]:
    """Waiting jobs that are in a queue, the oldest first."""
    query = select(Job).where(Job.state == "waiting", Job.queued_by != "").order_by(Job.created_at)
    return [_view(row) for row in session.scalars(query.limit(limit))]


def queued_by_others_than(session: Session, versions: Collection[str]) -> list[JobView]:
    """Waiting jobs in the queue of a version of the app that nobody runs any more."""
    query = select(Job).where(Job.state == "waiting", Job.queued_by.not_in([*versions, ""]))
    return [_view(row) for row in session.scalars(query)]


def hand_back(session: Session, job: JobView, now: datetime, *, is_loss: bool = False) -> bool:
    """Let a job wait for its next run, or end where somebody wants it stopped; whether it waits. Nothing happens to one that
    has changed since it was read."""
    ours, wants_end = job_conditions.unchanged(job), Job.cancel_requested
    stopped = job_conditions.ended_early("cancelled", now, STOPPED)
    session.execute(update(Job).where(*ours, wants_end).values(stopped))
    values = job_conditions.waiting_anew("Waiting to go on") | {"losses": Job.losses + int(is_loss)}
    return _changed(session, update(Job).where(*ours, ~wants_end).values(values)) == 1


def give_up(
    session: Session, job: JobView, state: str, now: datetime, sentence: str, advice: str = ""
) -> bool:
    """End a job that nobody runs; False when it has changed since it was read."""
    ended = job_conditions.ended_early(state, now, sentence, advice)
    return _changed(session, update(Job).where(*job_conditions.unchanged(job)).values(ended)) == 1


def forget_ended(session: Session, before: datetime, limit: int) -> int:
    """Delete jobs that ended before a moment, at most so many; how many there were."""
    old = Job.state.not_in(UNDER_WAY) & (Job.ended_at < before)
    ids = list(session.scalars(select(Job.id).where(old).order_by(Job.id).limit(limit)))
    session.execute(delete(JobInput).where(JobInput.job_id.in_(ids)))
    session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


def _changed(session: Session, statement: Update) -> int:
    """How many rows a statement changed."""
    return len(session.scalars(statement.returning(Job.id)).all())


def _first(session: Session, *conditions: ColumnElement[bool]) -> JobView | None:
    row = session.scalar(select(Job).where(*conditions).limit(1))
    return None if row is None else _view(row)


def _view(row: Job) -> JobView:
    return JobView(**{name: getattr(row, name) for name in _NAMES})
