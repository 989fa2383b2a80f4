"""A folder, a bucket or a query is looked through for what is new, in the name of who scheduled it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import db.batch_schedules
from batch.schedule_look import Look, Tools
from db.batch_schedules import ScheduleView
from db.engine import Session, Sessions, reading
from db.jobs import SCHEDULED
from jobs import store
from jobs.contract import UNATTENDED, Kind, Outcome, Run
from jobs.store import JobView

NAME = "schedule-look"


@dataclass(frozen=True, kw_only=True)
class LookAt:
    """Which schedule."""

    schedule_id: str


def kind(tools: Tools) -> Kind:
    """Begins a batch for each file that is new, or for the rows that are."""

    def run(run: Run, given: object) -> Outcome:
        if not isinstance(given, LookAt):
            raise TypeError(type(given).__name__)
        with reading(tools.sessions) as session:
            schedule = db.batch_schedules.by_id(session, given.schedule_id)
        if schedule is None or schedule.ended_at is not None:
            return Outcome(sentence="This schedule has ended.")
        return Outcome(sentence=Look(run, tools, schedule).perform())

    return Kind(
        name=NAME,
        title="Look for what is new",
        run=run,
        takes=(LookAt,),
        queue=UNATTENDED,
        permission="predict",
    )


def submit(
    sessions: Sessions,
    kinds: Mapping[str, Kind],
    schedule: ScheduleView,
    also: Callable[[Session], None],
) -> JobView:
    """Have a worker look; one look of a schedule is under way at a time. `also` is written with the job.

    Raises JobUnderWay, and what `also` raises.
    """
    job = store.make(
        kinds[NAME],
        title=f"Look for what is new in {schedule.place}",
        person=schedule.person,
        subject=f"model/{schedule.server}/{schedule.model}",
        one_at_a_time=f"schedule/{schedule.id}",
        key=f"{SCHEDULED}look/{schedule.id}/{schedule.next_at.isoformat()}",
    )
    job = replace(job, groups=schedule.groups)
    look = LookAt(schedule_id=schedule.id)
    return store.submit(sessions, kinds[NAME], job, look, also=also)
