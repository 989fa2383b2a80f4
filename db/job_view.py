"""A job as it stands, and in which words: values alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

UNDER_WAY = ("waiting", "running")
# States of what did not come to its end.
EARLY = ("failed", "cancelled")
# How a job can stand, as pages, the command line and the API say it.
STATUSES = ("waiting", "running", "done", "failed", "paused", "cancelled")
# What a job says that somebody stopped: it can go on, or it was for good.
STOPPED, WITHDRAWN = "It was stopped.", "It was cancelled."


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A job as it stands. `attempt` counts its runs from 0, `losses` those whose process died; `queued_by` is the
    version of the app whose queue has it. `result` is what its kind calls what it made, `sentence` and `advice` say what came of it.
    """

    id: str
    kind: str
    kind_version: int = 1
    title: str = ""
    person: str
    subject: str = ""
    one_at_a_time: str | None = None
    idempotency_key: str
    queue: str
    state: str = "waiting"
    fraction: float = 0.0
    words: str = "Waiting"
    cancel_requested: bool = False
    runner: str = ""
    attempt: int = 0
    losses: int = 0
    queued_by: str = ""
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: str = ""
    sentence: str = ""
    advice: str = ""
    # Those of its person now; None where the operator of everything asked.
    groups: Sequence[str] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in UNDER_WAY

    @property
    def is_withdrawn(self) -> bool:
        """Whether it ended since somebody stopped it for good."""
        return self.state == "cancelled" and self.sentence.startswith(WITHDRAWN)

    @property
    def status(self) -> str:
        """Its state, and `paused` in place of `cancelled` where it can go on: `STATUSES` has all there are."""
        return "paused" if self.state == "cancelled" and not self.is_withdrawn else self.state

    @property
    def words_now(self) -> str:
        """How far it is. How quick it is and how long it takes is true only as long as it runs and nobody stops it."""
        is_at_work = self.state == "running" and not self.cancel_requested
        return self.words if is_at_work else without_rate(self.words)


def without_rate(words: str) -> str:
    """Words on how far a job is without those on how quick it is, which come after them: `1 of 5 rows`."""
    return words.partition(" · ")[0]
