"""Sees every five minutes which schedules are due, and ends those whose person may not ask the model any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

import db.batch_schedules
from batch import schedules
from batch.jobs import schedule_look
from db.batch_schedules import ScheduleView
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict
from db.ids import utc_now
from jobs.contract import Kind, Outcome, Run
from jobs.errors import JobUnderWay
from settings import Settings

NAME = "scheduled-batches"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def settings_now(self) -> Settings: ...
    @property
    def kinds(self) -> Mapping[str, Kind]: ...


def kind(tools: Tools, now: Callable[[], datetime] = utc_now) -> Kind:
    """Begins a look for each schedule that is due, in the name of its person. Run twice it begins no second one."""

    def run(_run: Run, _given: object) -> Outcome:
        moment, begun, ended = now(), 0, 0
        with reading(tools.sessions) as session:
            due = db.batch_schedules.due(session, moment)
        for each in due:
            if schedules.may_ask(tools.settings_now.access, each, tools.kinds[schedule_look.NAME]):
                begun += _begin(tools, each, moment)
            else:
                _end(tools, each, moment)
                ended += 1
        return Outcome(
            sentence=f"Schedules that looked for files: {begun:,}; that ended: {ended:,}."
        )

    return Kind(
        name=NAME,
        title="Look which schedules are due",
        run=run,
        schedule="4-59/5 * * * *",
        permission="operate",
    )


def _begin(tools: Tools, schedule: ScheduleView, now: datetime) -> bool:
    """Whether a look begins: not where one is under way, or another process has begun it."""
    postpone = partial(
        db.batch_schedules.postpone,
        schedule=schedule,
        next_at=schedules.next_look(schedule, now),
    )

    def also(session: Session) -> None:
        if not postpone(session):
            raise Conflict("another process has begun this look")

    try:
        schedule_look.submit(tools.sessions, tools.kinds, schedule, also)
    except JobUnderWay:
        with writing(tools.sessions) as session:
            postpone(session)
        return False
    except Conflict:
        return False
    return True


def _end(tools: Tools, schedule: ScheduleView, now: datetime) -> None:
    """The right of its person has ended: so does the schedule, and it says so."""
    model = f"{schedule.server}/{schedule.model}"
    words = f"It ended, since {schedule.person} may not ask {model} any more."
    with writing(tools.sessions) as session:
        db.batch_schedules.end(session, schedule.id, now, words)
