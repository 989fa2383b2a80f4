"""Whether a job may go on: who asked for it may still ask for it, by the access table as it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import db.jobs
from db.engine import Session
from db.job_view import JobView
from jobs.contract import Kind
from jobs.runs import MayGoOn
from jobs.store import is_permitted
from people.access import viewer_of
from settings import AccessSettings


def by_table(table: Callable[[], Sequence[AccessSettings]]) -> MayGoOn:
    """Asks the table, which is read again when its file has changed, at each look.

    What the operator of everything asked for goes on, and so does what was asked for while there was no table.
    """

    def may_go_on(session: Session, job: JobView, kind: Kind) -> bool:
        rows = table()
        groups = db.jobs.groups_of(session, job.id) if rows else None
        if groups is None:
            return True
        try:
            model = db.jobs.model_about(session, job.subject)
        except KeyError:  # its case was deleted, which the job finds out itself
            return True
        return is_permitted(viewer_of(job.person, groups, rows).scope, kind, model)

    return may_go_on
