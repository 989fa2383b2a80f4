"""Workspaces of shows and demonstrations: each has a chain of its own, whose beginning and end the main chain notes.

The note of the end holds the hash of the chain's last entry: whoever changes, extends or takes away a closed chain is
found by `mds audit verify`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import db.audit_log
import db.workspaces
from audit_log.chain import Record, append
from db.audit_log import CLOSED, OPENED, WORKSPACE
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict
from db.ids import utc_now
from db.person import known
from db.workspaces import WorkspaceView

__all__ = ["PURPOSES", "WorkspaceView", "complete", "current", "find", "is_ended", "opened", "seal"]

# Why cases of a workspace are asked. Of demonstrations one is open at a time, of shows as many as there are.
PURPOSES = ("demo", "show")
_ATTEMPTS = 5


def opened(
    sessions: Sessions,
    purpose: str,
    *,
    person: str,
    title: str = "",
    clock: Callable[[], datetime] = utc_now,
) -> WorkspaceView:
    """A new workspace; of demonstrations the one that is open, if there is one.

    Raises ValueError for a purpose that needs none, and StorageError.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"cases that are asked for {purpose!r} have no workspace")
    for _ in range(_ATTEMPTS):
        workspace = current(sessions, purpose) if purpose == "demo" else None
        try:
            return workspace or _new(sessions, purpose, known(person), title, clock)
        except Conflict:  # another process has just made one
            continue
    raise Conflict(f"no workspace for {purpose} could be opened")


def current(sessions: Sessions, purpose: str) -> WorkspaceView | None:
    """The newest workspace for a purpose that is open."""
    with reading(sessions) as session:
        listed = db.workspaces.listed(session, purpose)
    return next((each for each in listed if each.closed_at is None), None)


def find(sessions: Sessions, name: str) -> WorkspaceView | None:
    """The workspace of that name; None where there is none."""
    with reading(sessions) as session:
        return db.workspaces.by_name(session, name)


def complete(sessions: Sessions, name: str, *, clock: Callable[[], datetime] = utc_now) -> None:
    """All that was to be written into a demonstration is there. Raises StorageError."""
    with writing(sessions) as session:
        db.workspaces.complete(session, name, clock())


def is_ended(session: Session, name: str) -> bool:
    """Whether the chain of a workspace has come to its end."""
    return db.audit_log.is_closed(session, name)


def seal(session: Session, name: str, *, person: str) -> None:
    """End the chain of a workspace, and note its end in the main one. Comes last in its transaction.

    Raises Conflict where it has ended.
    """
    last = append(session, CLOSED, [Record(kind=WORKSPACE, id=name)], person=person, workspace=name)
    append(session, CLOSED, [Record(kind=WORKSPACE, id=name)], person=person, before=last.hash)


def _new(
    sessions: Sessions, purpose: str, person: str, title: str, clock: Callable[[], datetime]
) -> WorkspaceView:
    with writing(sessions) as session:
        made = WorkspaceView(
            name=f"{purpose}-{db.workspaces.count(session, purpose) + 1}",
            purpose=purpose,
            title=title,
            opened_at=clock(),
            opened_by=person,
        )
        db.workspaces.add(session, made)
        append(session, OPENED, [Record(kind=WORKSPACE, id=made.name)], person=person)
    return made
