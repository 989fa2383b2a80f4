"""What the app has counted of a model: read as Health reads it, without a visit there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from db.engine import Sessions, make_sessions
from health.summary import summarise


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Cases of a model in all its versions."""

    cases: int = 0
    answered: int = 0
    feedback: int = 0

    @property
    def failed(self) -> int:
        return self.cases - self.answered


class Counts:
    """The database of a running app."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def of(self, model: str) -> Counted:
        """What Health would show of `server/model` now."""
        server, _, name = model.partition("/")
        rows = summarise(self._sessions, server=server, model=name)
        said = [count for row in rows for by in row.feedback.values() for count in by.values()]
        return Counted(
            cases=sum(row.cases for row in rows),
            answered=sum(row.answered for row in rows),
            feedback=sum(said),
        )


@contextmanager
def counting(database_url: str) -> Iterator[Counts]:
    """The counts of the app on this database."""
    sessions = make_sessions(database_url)
    yield Counts(sessions)
    sessions.kw["bind"].dispose()
