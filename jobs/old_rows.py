"""A kind of job that deletes old rows every night, a part at a time, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from db.engine import Sessions
from db.ids import utc_now
from jobs.contract import Kind, Outcome, Progress, Run
from settings import Settings


class Tools(Protocol):
    """What such a kind needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def settings(self) -> Settings: ...


def deletes_old(
    name: str,
    what: str,
    having: str,
    *,
    days: float,
    schedule: str,
    delete: Callable[[datetime], int],
) -> Kind:
    """The kind that deletes what is older than so many days.

    `what` are the rows in a word ("files"), `having` what happened to them so long ago ("were kept"). `delete` takes a
    moment, deletes a part of what is older, and says how many that were: 0 at the end.
    """

    def run(run: Run, _given: object) -> Outcome:
        before = utc_now() - timedelta(days=days)
        deleted = 0
        while part := run.step("delete", lambda: delete(before)):
            deleted += part
            run.report(Progress(fraction=0.5, words=f"{deleted:,} old {what} deleted"))
        return Outcome(
            sentence=f"{deleted:,} {what} that {having} before {before:%d %B %Y} deleted."
        )

    return Kind(
        name=name,
        title=f"Delete old {what}",
        run=run,
        schedule=schedule,
        permission="operate",
    )
