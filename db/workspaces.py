"""Workspaces: the shows and demonstrations whose cases are not what was really asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from db.errors import Conflict
from db.tables import Workspace


@dataclass(frozen=True, kw_only=True)
class WorkspaceView:
    """A workspace as it is known now."""

    name: str
    purpose: str
    title: str
    opened_at: datetime
    opened_by: str
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""


def add(session: Session, workspace: WorkspaceView) -> None:
    """Add a workspace. Raises Conflict for a name that is taken, and for a second demonstration that is open."""
    session.add(Workspace(**vars(workspace)))
    session.flush()


def count(session: Session, purpose: str) -> int:
    """How many workspaces there ever were for a purpose."""
    query = select(func.count()).select_from(Workspace).where(Workspace.purpose == purpose)
    return session.scalar(query) or 0


def by_name(session: Session, name: str) -> WorkspaceView | None:
    """The workspace of that name."""
    row = session.get(Workspace, name)
    return None if row is None else _view(row)


def listed(session: Session, purpose: str = "") -> list[WorkspaceView]:
    """Workspaces, the newest first; of one purpose, or all."""
    query = select(Workspace).order_by(Workspace.opened_at.desc(), Workspace.name.desc())
    if purpose:
        query = query.where(Workspace.purpose == purpose)
    return [_view(row) for row in session.scalars(query)]


def is_of_show(name: str | None) -> bool:
    """Whether a case of this workspace was asked in a show: the name of a workspace begins with its purpose."""
    return name is not None and name.startswith("show-")


def of_shows() -> Select[str]:
    """The names of the workspaces of all shows, as part of a query."""
    return select(Workspace.name).where(Workspace.purpose == "show")


def complete(session: Session, name: str, now: datetime) -> None:
    """All that was to be written into a workspace is there."""
    query = update(Workspace).where(Workspace.name == name)
    session.execute(query.values(completed_at=now))


def close(session: Session, name: str, now: datetime, person: str) -> None:
    """Let nothing more be recorded in a workspace; once more changes nothing. Waits for cases that are being begun."""
    query = update(Workspace).where(Workspace.name == name, Workspace.closed_at.is_(None))
    session.execute(query.values(closed_at=now, closed_by=person))


def check_open(session: Session, names: Collection[str]) -> None:
    """Raises Conflict unless all of these workspaces are open; they stay so until the transaction ends."""
    if not names:
        return
    query = select(Workspace.name).where(Workspace.name.in_(names), Workspace.closed_at.is_(None))
    missing = set(names) - set(session.scalars(query.with_for_update(read=True)))
    if missing:
        raise Conflict(f"no such workspace is open: {', '.join(sorted(missing))}")


def _view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(**{each.name: getattr(row, each.name) for each in fields(WorkspaceView)})
