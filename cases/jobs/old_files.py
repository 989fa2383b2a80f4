"""Deletes files that were kept with cases long ago, every night; the cases stay, with the files' names and hashes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import db.case_files
from db.engine import Sessions, writing
from db.ids import utc_now
from jobs.contract import Kind, Outcome, Progress, Run
from settings import Settings

NAME = "old-files"
AT_ONCE = 100


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def settings(self) -> Settings: ...


def kind(tools: Tools) -> Kind:
    """Deletes what was kept last more than `kept_file_days` ago, so many at a time that nobody waits for it."""

    def run(run: Run, _given: object) -> Outcome:
        before = utc_now() - timedelta(days=tools.settings.kept_file_days)
        deleted = 0
        while part := run.step("delete", lambda: _delete(tools.sessions, before)):
            deleted += part
            run.report(Progress(fraction=0.5, words=f"{deleted:,} old files deleted"))
        return Outcome(
            sentence=f"{deleted:,} files that were kept before {before:%d %B %Y} deleted."
        )

    return Kind(
        name=NAME, title="Delete old files", run=run, schedule="37 3 * * *", permission="operate"
    )


def _delete(sessions: Sessions, before: datetime) -> int:
    with writing(sessions) as session:
        return db.case_files.forget(session, before, AT_ONCE)
