"""Queries on shows, their runs, and the votes of the audience. A guest is found by the code or the workspace of a run,
whoever asks; everything else keeps to the scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Show, ShowRun, ShowVote, Workspace


@dataclass(frozen=True, kw_only=True)
class ShowView:
    """A show: its cases in their order."""

    id: str
    person: str
    name: str
    case_ids: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run of a show. `stage` is what the audience sees; `code` is empty while nobody is let in."""

    workspace: str
    show_id: str
    stage: Mapping[str, object] | None
    code: str
    guest_key: str
    audience_until: datetime | None

    def __repr__(self) -> str:
        return f"RunView({self.workspace})"  # no key in a log or a traceback


_RUN = tuple(field.name for field in fields(RunView))
_runs, _votes, _workspaces = (
    cast(Table, table.__table__) for table in (ShowRun, ShowVote, Workspace)
)


def add(session: Session, show: ShowView) -> None:
    """Add a show."""
    session.add(Show(**{**vars(show), "case_ids": list(show.case_ids)}))
    session.flush()


def by_id(session: Session, show_id: str) -> ShowView | None:
    """A show that may be seen."""
    row = session.scalar(select(Show).where(Show.id == show_id))
    return None if row is None else _view(row)


def newest(session: Session, person: str, limit: int) -> list[ShowView]:
    """A person's own shows, the newest first."""
    query = select(Show).where(Show.person == person)
    rows = session.scalars(query.order_by(Show.created_at.desc(), Show.id.desc()).limit(limit))
    return [_view(row) for row in rows]


def count_of(session: Session, person: str) -> int:
    """How many shows a person keeps."""
    query = select(func.count()).select_from(Show).where(Show.person == person)
    return session.scalar(query) or 0


def change(session: Session, show_id: str, name: str, case_ids: Sequence[str]) -> bool:
    """Give a show this name and these cases; whether it was there."""
    query = update(Show).where(Show.id == show_id).values(name=name, case_ids=list(case_ids))
    return session.scalar(query.returning(Show.id)) is not None


def remove(session: Session, show_id: str) -> bool:
    """Take a show away with its runs and votes; whether it was there."""
    if by_id(session, show_id) is None:
        return False
    of_show = select(_runs.c.workspace).where(_runs.c.show_id == show_id)
    session.execute(delete(ShowVote).where(ShowVote.workspace.in_(of_show)))
    session.execute(delete(ShowRun).where(ShowRun.show_id == show_id))
    session.execute(delete(Show).where(Show.id == show_id))
    return True


def add_run(session: Session, run: RunView) -> None:
    """Add a run of a show."""
    session.add(ShowRun(**{name: getattr(run, name) for name in _RUN}))
    session.flush()


def open_run(session: Session, show_id: str) -> RunView | None:
    """The newest run of a show whose workspace is open."""
    query = (
        select(ShowRun)
        .join(Workspace, Workspace.name == ShowRun.workspace)
        .where(ShowRun.show_id == show_id, Workspace.closed_at.is_(None))
        .order_by(Workspace.opened_at.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return None if row is None else _run(row)


def set_stage(session: Session, workspace: str, stage: Mapping[str, object]) -> bool:
    """Put on the stage what the audience sees from now on; whether the run is there."""
    return _update(session, workspace, stage=dict(stage))


def set_audience(session: Session, workspace: str, code: str, until: datetime | None) -> bool:
    """Let in whoever has the code, or with an empty one nobody; whether the run is there."""
    return _update(session, workspace, code=code, audience_until=until)


def is_any_open(session: Session, now: datetime) -> bool:
    """Whether a run that may be seen lets somebody in."""
    query = select(ShowRun.workspace).where(ShowRun.code != "", ShowRun.audience_until > now)
    return session.scalar(query.limit(1)) is not None


def by_code(session: Session, code: str) -> RunView | None:
    """The open run that this code lets into, whoever asks: they have the code."""
    if not code:
        return None
    row = session.connection().execute(_open_where(_runs.c.code == code)).first()
    return None if row is None else _run(row)


def open_to_guests(session: Session, now: datetime) -> list[RunView]:
    """The open runs that let somebody in, whoever asks: a guest whose cookie is still to be checked."""
    is_letting_in = and_(_runs.c.code != "", _runs.c.audience_until > now)
    return [_run(row) for row in session.connection().execute(_open_where(is_letting_in))]


def vote(
    session: Session, *, workspace: str, case_id: str, guest: str, is_right: bool, now: datetime
) -> bool:
    """Keep what a guest says of a case; what they said of it before is replaced. Whether the session is of this run."""
    if session.scalar(select(ShowRun.workspace).where(ShowRun.workspace == workspace)) is None:
        return False
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    statement = insert(_votes).values(
        workspace=workspace, case_id=case_id, guest=guest, is_right=is_right, created_at=now
    )
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["workspace", "case_id", "guest"],
            set_={"is_right": is_right, "created_at": now},
        )
    )
    return True


def votes(session: Session, workspace: str, case_id: str) -> tuple[int, int]:
    """How many say right, and how many wrong."""
    query = (
        select(ShowVote.is_right, func.count())
        .where(ShowVote.workspace == workspace, ShowVote.case_id == case_id)
        .group_by(ShowVote.is_right)
    )
    found = {bool(is_right): count for is_right, count in session.execute(query)}
    return found.get(True, 0), found.get(False, 0)


def voted(session: Session, workspace: str, case_id: str, guest: str) -> bool | None:
    """What a guest said of a case; None where they have said nothing."""
    query = select(ShowVote.is_right).where(
        ShowVote.workspace == workspace, ShowVote.case_id == case_id, ShowVote.guest == guest
    )
    return session.scalar(query)


def forget_run(session: Session, workspace: str) -> None:
    """Delete the votes of a workspace, and what was on its stage."""
    session.execute(delete(ShowVote).where(ShowVote.workspace == workspace))
    session.execute(delete(ShowRun).where(ShowRun.workspace == workspace))


def _open_where(condition: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*(_runs.c[name] for name in _RUN))
        .join(_workspaces, _workspaces.c.name == _runs.c.workspace)
        .where(condition, _workspaces.c.closed_at.is_(None))
    )


def _run(row: object) -> RunView:
    return RunView(**{name: getattr(row, name) for name in _RUN})


def _update(session: Session, workspace: str, **values: object) -> bool:
    query = update(ShowRun).where(ShowRun.workspace == workspace).values(**values)
    return session.scalar(query.returning(ShowRun.workspace)) is not None


def _view(row: Show) -> ShowView:
    return ShowView(
        id=row.id,
        person=row.person,
        name=row.name,
        case_ids=tuple(row.case_ids),
        created_at=row.created_at,
    )
