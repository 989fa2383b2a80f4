"""Shows as somebody keeps them: made from cases, put in order, taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import db.shows
from audit_log.chain import Record, append
from db.engine import Session, Sessions, reading, writing
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.shows import ShowView
from shows.errors import NoSuchShow, ShowRefused

__all__ = [
    "LONGEST_NAME",
    "MOST_CASES",
    "ShowView",
    "add_cases",
    "make",
    "move",
    "named",
    "owned",
    "remove",
    "show",
    "take_out",
]

LONGEST_NAME = 80
MOST_CASES = 100
MOST_SHOWS = 100


def make(
    sessions: Sessions,
    *,
    person: str,
    name: str,
    case_ids: Sequence[str] = (),
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> ShowView:
    """A new show of these cases, each once, in this order. Raises ShowRefused and StorageError."""
    made = ShowView(
        id=new_id(),
        person=known(person),
        name=_checked_name(name),
        case_ids=_checked_cases(case_ids),
        created_at=clock(),
    )
    with writing(sessions) as session:
        if db.shows.count_of(session, made.person) >= MOST_SHOWS:
            raise ShowRefused(f"At most {MOST_SHOWS} shows are kept: delete one first.")
        db.shows.add(session, made)
        append(session, "make-show", [Record(kind="show", id=made.id)], person=made.person)
    return made


def show(sessions: Sessions, show_id: str) -> ShowView:
    """A show of one's own. Raises NoSuchShow and StorageError."""
    with reading(sessions) as session:
        return _found(session, show_id)


def owned(sessions: Sessions, person: str) -> list[ShowView]:
    """A person's own shows, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.shows.newest(session, known(person), MOST_SHOWS)


def add_cases(
    sessions: Sessions, show_id: str, case_ids: Sequence[str], *, person: str
) -> ShowView:
    """Put cases at the end of a show; those that are in it already stay where they are.

    Raises NoSuchShow, ShowRefused and StorageError.
    """

    def added(found: ShowView) -> ShowView:
        return replace(found, case_ids=_checked_cases([*found.case_ids, *case_ids]))

    return _change(sessions, show_id, added, person)


def take_out(sessions: Sessions, show_id: str, case_id: str, *, person: str) -> ShowView:
    """Take a case out of a show. Raises NoSuchShow and StorageError."""

    def without(found: ShowView) -> ShowView:
        return replace(found, case_ids=tuple(each for each in found.case_ids if each != case_id))

    return _change(sessions, show_id, without, person)


def move(sessions: Sessions, show_id: str, case_id: str, *, by: int, person: str) -> ShowView:
    """Move a case by so many places towards the end, or with a negative number towards the beginning.

    Raises NoSuchShow and StorageError.
    """

    def moved(found: ShowView) -> ShowView:
        ids = list(found.case_ids)
        if case_id not in ids:
            return found
        place = ids.index(case_id)
        ids.insert(min(max(place + by, 0), len(ids) - 1), ids.pop(place))
        return replace(found, case_ids=tuple(ids))

    return _change(sessions, show_id, moved, person)


def named(sessions: Sessions, show_id: str, name: str, *, person: str) -> ShowView:
    """Give a show another name. Raises NoSuchShow, ShowRefused and StorageError."""

    def renamed(found: ShowView) -> ShowView:
        return replace(found, name=_checked_name(name))

    return _change(sessions, show_id, renamed, person)


def remove(sessions: Sessions, show_id: str, *, person: str) -> None:
    """Take a show away; its cases stay where they are. Raises NoSuchShow and StorageError.

    A run that is open is to be ended first (shows/runs.py): its workspace outlives the show.
    """
    with writing(sessions) as session:
        if not is_id(show_id) or not db.shows.remove(session, show_id):
            raise NoSuchShow(show_id)
        append(session, "remove-show", [Record(kind="show", id=show_id)], person=known(person))


def _change(
    sessions: Sessions, show_id: str, changed: Callable[[ShowView], ShowView], person: str
) -> ShowView:
    """Keep a show as `changed` makes it of what it is; an entry of the trail where that is something else."""
    with writing(sessions) as session:
        before = _found(session, show_id)
        after = changed(before)
        if after != before:
            db.shows.change(session, show_id, after.name, after.case_ids)
            append(session, "change-show", [Record(kind="show", id=show_id)], person=known(person))
    return after


def _found(session: Session, show_id: str) -> ShowView:
    found = db.shows.by_id(session, show_id) if is_id(show_id) else None
    if found is None:
        raise NoSuchShow(show_id)
    return found


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise ShowRefused(f"A show has a name of 1 to {LONGEST_NAME} characters.")
    return name


def _checked_cases(case_ids: Sequence[str]) -> tuple[str, ...]:
    once = tuple(dict.fromkeys(each for each in case_ids if is_id(each)))
    if len(once) > MOST_CASES:
        raise ShowRefused(
            f"A show has at most {MOST_CASES} cases, and this would have {len(once)}."
        )
    return once
