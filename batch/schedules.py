"""Schedules: a folder, a bucket or a query that a model is asked about again and again, with what is new alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import db.batch_schedules
import db.source_rows
from audit_log.chain import Record, append
from batch.errors import ScheduleRefused
from db.batch_schedules import FILES, QUERY, FileView, ScheduleView
from db.engine import Sessions, reading, writing
from db.ids import is_id, utc_now
from db.person import known
from db.source_rows import QueryRefused
from jobs.contract import Kind
from jobs.store import is_permitted
from people.access import viewer_of
from settings import AccessSettings, Settings

__all__ = ["FILES", "QUERY", "FileView", "ScheduleView"]

# The job that looks what is due runs as often.
LEAST_SECONDS = 300
CHANGED = ("tell", "again")
_UNITS = {"m": 60, "h": 3_600, "d": 86_400}


def seconds_of(words: str) -> int:
    """How long `15m`, `6h` or `1d` is. Raises ScheduleRefused."""
    number, unit = words[:-1], words[-1:]
    if unit not in _UNITS or not number.isascii() or not number.isdigit():
        raise ScheduleRefused(
            f"{words!r} is not a length of time.",
            advice="Write it as 15m, 6h or 1d: minutes, hours or days.",
        )
    seconds = int(number) * _UNITS[unit]
    if not LEAST_SECONDS <= seconds <= 366 * 86_400:
        raise ScheduleRefused(f"{words} is not between 5 minutes and a year.")
    return seconds


def in_words(seconds: int) -> str:
    """As in `15 minutes`, `6 hours` or `1 day`."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count:,} {word}" + ("" if count == 1 else "s")
    return f"{seconds:,} seconds"


def add(
    sessions: Sessions, settings: Settings, schedule: ScheduleView, *, by: str = ""
) -> ScheduleView:
    """Keep a new schedule; its first look is when the jobs look next. `by` is who made it, where that is not its person.

    Raises ScheduleRefused for what could never be looked at, and StorageError.
    """
    _check(settings, schedule)
    with writing(sessions) as session:
        db.batch_schedules.add(session, schedule)
        record = Record(kind="batch_schedule", id=schedule.id)
        append(session, "add-schedule", [record], person=by or schedule.person)
    return schedule


def listed(sessions: Sessions) -> list[ScheduleView]:
    """Those that who asks may see: those that go on first. Raises StorageError."""
    with reading(sessions) as session:
        return db.batch_schedules.listed(session)


def files_of(sessions: Sessions, schedule_id: str) -> list[FileView]:
    """What a schedule found so far. Raises StorageError."""
    with reading(sessions) as session:
        return db.batch_schedules.files(session, schedule_id)


def may_end(sessions: Sessions, schedule_id: str) -> bool:
    """Whether who asks may end it."""
    with reading(sessions) as session:
        return db.batch_schedules.may_end(session, schedule_id)


def end(
    sessions: Sessions,
    schedule_id: str,
    *,
    person: str,
    words: str = "",
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Look no more; what is under way goes on. Raises ScheduleRefused for one that is not there, has ended, or is somebody
    else's, and StorageError."""
    words = words or f"It was ended by {known(person)}."
    with writing(sessions) as session:
        is_there = is_id(schedule_id)
        if not is_there or not db.batch_schedules.end(session, schedule_id, clock(), words):
            raise ScheduleRefused(
                f"There is no schedule {schedule_id!r} that goes on and that you may end.",
                advice="`mds batch schedule list` shows what there is.",
            )
        record = Record(kind="batch_schedule", id=schedule_id)
        append(session, "end-schedule", [record], person=known(person))


def may_ask(table: Sequence[AccessSettings], schedule: ScheduleView, kind: Kind) -> bool:
    """Whether the person of a schedule may ask its model now. What the operator of everything made goes on."""
    if not table or schedule.groups is None:
        return True
    scope = viewer_of(schedule.person, schedule.groups, table).scope
    return is_permitted(scope, kind, (schedule.server, schedule.model))


def next_look(schedule: ScheduleView, now: datetime) -> datetime:
    """When it is looked at again after a look that is due at this moment."""
    return now + timedelta(seconds=schedule.every_seconds)


def database_url(settings: Settings, name: str) -> str:
    """The URL of a database of the settings. Raises ScheduleRefused."""
    found = next((each for each in settings.databases if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in settings.databases) or "none so far"
        raise ScheduleRefused(
            f"No database is called {name!r}.",
            advice=f"Whoever runs the workbench names them in `databases`: {names}.",
        )
    return found.url.get_secret_value()


def _check(settings: Settings, schedule: ScheduleView) -> None:
    if schedule.source == QUERY:
        try:
            url = database_url(settings, schedule.place)
            db.source_rows.check_query(url, schedule.query, schedule.key_column)
        except QueryRefused as error:
            raise ScheduleRefused(str(error)) from error
    if schedule.every_seconds < LEAST_SECONDS:
        raise ScheduleRefused("A schedule looks every 5 minutes at most.")
    if not 0 < schedule.share <= 1:
        raise ScheduleRefused("The share of a sample is more than 0 and at most 1.")
