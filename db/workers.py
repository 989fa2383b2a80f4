"""Queries on the processes that run jobs: who is alive, by the database's own clock."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.ids import utc_now
from db.tables import Worker


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """A process that runs jobs. `role` is `web` or `worker`, of which only the second takes them from queues, or `ray`: a
    process of a cluster that helps with one."""

    id: str
    role: str
    host: str
    process: int
    version: str
    started_at: datetime
    seen_at: datetime


_NAMES = tuple(field.name for field in fields(WorkerView))


def now(session: Session) -> datetime:
    """The moment by the clock that all processes share: their own on one machine, else PostgreSQL's."""
    if session.get_bind().dialect.name == "postgresql":
        moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return moment
    return utc_now()


def beat(session: Session, worker: WorkerView) -> None:
    """Give a sign of life; the first one makes the worker known."""
    row = session.get(Worker, worker.id)
    moment = now(session)
    if row is None:
        facts = {name: getattr(worker, name) for name in _NAMES}
        session.add(Worker(**(facts | {"started_at": moment, "seen_at": moment})))
    else:
        row.seen_at = moment


def forget(session: Session, worker_id: str) -> None:
    """A worker has ended, or is known to be dead."""
    session.execute(delete(Worker).where(Worker.id == worker_id))


def living(session: Session, seconds: float) -> list[WorkerView]:
    """Those who gave a sign of life within so many seconds, the oldest first."""
    since = now(session) - timedelta(seconds=seconds)
    query = select(Worker).where(Worker.seen_at > since).order_by(Worker.started_at, Worker.id)
    return [
        WorkerView(**{name: getattr(row, name) for name in _NAMES})
        for row in session.scalars(query)
    ]


def forget_silent(session: Session, seconds: float) -> None:
    """Forget those who have been silent for so many seconds."""
    session.execute(
        delete(Worker).where(Worker.seen_at < now(session) - timedelta(seconds=seconds))
    )
