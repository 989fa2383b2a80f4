"""Deletes jobs that ended long ago, every night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import db.jobs
from db.engine import Sessions, writing
from db.ids import utc_now
from jobs.contract import Kind, Outcome, Progress, Run
from settings import Settings

NAME = "old-jobs"
AT_ONCE = 500


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def settings(self) -> Settings: ...


def kind(tools: Tools) -> Kind:
    """Deletes what ended more than `job_days` ago, so many at a time that nobody waits for it."""

    def run(run: Run, _input: object) -> Outcome:
        before = utc_now() - timedelta(days=tools.settings.job_days)
        deleted = 0
        while part := run.step("delete", lambda: _delete(tools.sessions, before)):
            deleted += part
            run.report(Progress(fraction=0.5, words=f"{deleted:,} old jobs deleted"))
        return Outcome(sentence=f"{deleted:,} jobs that ended before {before:%d %B %Y} deleted.")

    return Kind(
        name=NAME, title="Delete old jobs", run=run, schedule="17 3 * * *", permission="operate"
    )


def _delete(sessions: Sessions, before: datetime) -> int:
    with writing(sessions) as session:
        return db.jobs.forget_ended(session, before, AT_ONCE)
