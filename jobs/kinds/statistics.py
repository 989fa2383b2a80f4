"""Has SQLite count how its tables are filled, every hour, as PostgreSQL does by itself."""

from __future__ import annotations

from typing import Protocol

from db.engine import Sessions
from db.statistics import analyse
from jobs.contract import Kind, Outcome, Run

NAME = "statistics"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...


def kind(tools: Tools) -> Kind:
    """Run again it has nothing to do until there are many more cases; on PostgreSQL never."""

    def run(_run: Run, _given: object) -> Outcome:
        is_new = analyse(tools.sessions)
        return Outcome(sentence="Counted anew." if is_new else "Nothing had to be counted.")

    return Kind(
        name=NAME,
        title="Count how the tables of the database are filled",
        run=run,
        schedule="41 * * * *",
        permission="operate",
    )
