"""Queries on schedules of batches and on the files that they found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from db.limits import TO_CHANGE
from db.tables import BatchSchedule, BatchScheduleFile

FILES, QUERY = "files", "query"
SCORED, CHANGED, REFUSED = "scored", "changed", "refused"
View = TypeVar("View")


@dataclass(frozen=True, kw_only=True)
class ScheduleView:
    """A schedule as it stands; what it has is described at `BatchSchedule`."""

    id: str
    server: str
    model: str
    version: str = ""
    person: str
    groups: Sequence[str] | None = None
    created_at: datetime
    source: str = FILES
    place: str
    pattern: str = ""
    query: str = ""
    key_column: str = ""
    last_key: str = ""
    every_seconds: int
    changed: str = "tell"
    record: str = "all"
    share: float = 0.01
    reading: Mapping[str, object] = field(default_factory=dict)
    next_at: datetime
    looked_at: datetime | None = None
    words: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FileView:
    """A file as a schedule found it; what it has is described at `BatchScheduleFile`."""

    schedule_id: str
    digest: str
    name: str
    size: int
    seen_at: datetime
    state: str
    words: str = ""
    batch_id: str = ""


def add(session: Session, schedule: ScheduleView) -> None:
    """Keep a new schedule. Raises Conflict for an id that is taken, OutOfScope for somebody else's name."""
    session.add(BatchSchedule(**_values(schedule)))
    session.flush()


def by_id(session: Session, schedule_id: str) -> ScheduleView | None:
    """The schedule of that id; None when there is none."""
    row = session.get(BatchSchedule, schedule_id, populate_existing=True)
    return None if row is None else _view(ScheduleView, row)


def listed(session: Session, limit: int = 200) -> list[ScheduleView]:
    """Schedules, those that go on before those that ended, the newest first."""
    order = (BatchSchedule.ended_at.is_not(None), BatchSchedule.created_at.desc(), BatchSchedule.id)
    rows = session.scalars(select(BatchSchedule).order_by(*order).limit(limit))
    return [_view(ScheduleView, row) for row in rows]


def may_end(session: Session, schedule_id: str) -> bool:
    """Whether who asks may end a schedule: their own, or one of a model that they operate."""
    query = select(BatchSchedule.id).where(BatchSchedule.id == schedule_id)
    return session.scalar(query.execution_options(**{TO_CHANGE: True})) is not None


def due(session: Session, now: datetime, limit: int = 500) -> list[ScheduleView]:
    """Those that are to be looked at by now, the longest due first."""
    is_due = (BatchSchedule.ended_at.is_(None), BatchSchedule.next_at <= now)
    query = select(BatchSchedule).where(*is_due).order_by(BatchSchedule.next_at).limit(limit)
    return [_view(ScheduleView, row) for row in session.scalars(query)]


def postpone(session: Session, schedule: ScheduleView, next_at: datetime) -> bool:
    """The next look is then; False where another process has said so already, or it ended."""
    as_read = BatchSchedule.next_at == schedule.next_at
    return _changed(session, _open(schedule.id).where(as_read).values(next_at=next_at))


def note_look(session: Session, schedule_id: str, now: datetime, words: str) -> None:
    """What came of a look."""
    session.execute(_open(schedule_id).values(looked_at=now, words=words))


def end(session: Session, schedule_id: str, now: datetime, words: str) -> bool:
    """Look no more, and why; False where it had ended, or is not for who asks to end."""
    return _changed(session, _open(schedule_id).values(ended_at=now, words=words))


def note_key(session: Session, schedule: ScheduleView, last_key: str) -> bool:
    """The rows up to this key are read; False where another process read them meanwhile."""
    as_read = BatchSchedule.last_key == schedule.last_key
    return _changed(session, _open(schedule.id).where(as_read).values(last_key=last_key))


def files(session: Session, schedule_id: str) -> list[FileView]:
    """What it found so far, the oldest first."""
    query = select(BatchScheduleFile).where(BatchScheduleFile.schedule_id == schedule_id)
    order = (BatchScheduleFile.seen_at, BatchScheduleFile.digest)
    return [_view(FileView, row) for row in session.scalars(query.order_by(*order))]


def add_file(session: Session, found: FileView) -> None:
    """Keep what became of a file. Raises Conflict where it is known as it is."""
    session.add(BatchScheduleFile(**_values(found)))
    session.flush()


def with_other_groups(session: Session, person: str, groups: Sequence[str]) -> list[str]:
    """The ids of a person's schedules that go on with other groups than these."""
    theirs = (BatchSchedule.person == person, BatchSchedule.ended_at.is_(None))
    rows = session.execute(select(BatchSchedule.id, BatchSchedule.groups).where(*theirs))
    return [row[0] for row in rows if row[1] is not None and list(row[1]) != list(groups)]


def set_groups(session: Session, ids: Sequence[str], groups: Sequence[str]) -> None:
    """These schedules have these groups from now on."""
    change = update(BatchSchedule).where(BatchSchedule.id.in_(ids))
    session.execute(change.values(groups=list(groups)))


def _open(schedule_id: str) -> Update:
    return update(BatchSchedule).where(
        BatchSchedule.id == schedule_id, BatchSchedule.ended_at.is_(None)
    )


def _changed(session: Session, statement: Update) -> bool:
    return bool(session.scalars(statement.returning(BatchSchedule.id)).all())


def _values(view: Any) -> dict[str, Any]:
    return {each.name: getattr(view, each.name) for each in fields(view)}


def _view(kind: type[View], row: object) -> View:
    return kind(**{each.name: getattr(row, each.name) for each in fields(kind)})  # type: ignore[arg-type]
