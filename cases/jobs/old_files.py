"""Deletes files that were kept with cases long ago, every night; the cases stay, with the files' names and hashes."""

from __future__ import annotations

from datetime import datetime

import db.case_files
from db.engine import writing
from jobs.contract import Kind
from jobs.old_rows import Tools, deletes_old

NAME = "old-files"
AT_ONCE = 100


def kind(tools: Tools) -> Kind:
    """Deletes what was kept last more than `kept_file_days` ago."""

    def delete(before: datetime) -> int:
        with writing(tools.sessions) as session:
            return db.case_files.forget(session, before, AT_ONCE)

    days = tools.settings.kept_file_days
    return deletes_old(NAME, "files", "were kept", days=days, schedule="37 3 * * *", delete=delete)
