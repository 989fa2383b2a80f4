"""Deletes jobs that ended long ago, every night."""

from __future__ import annotations

from datetime import datetime

import db.jobs
from db.engine import writing
from jobs.contract import Kind
from jobs.old_rows import Tools, deletes_old

NAME = "old-jobs"
AT_ONCE = 500


def kind(tools: Tools) -> Kind:
    """Deletes what ended more than `job_days` ago."""

    def delete(before: datetime) -> int:
        with writing(tools.sessions) as session:
            return db.jobs.forget_ended(session, before, AT_ONCE)

    days = tools.settings.job_days
    return deletes_old(NAME, "jobs", "ended", days=days, schedule="17 3 * * *", delete=delete)
