"""Counts the days anew on which something changed, every five minutes, so that Health need not."""

from __future__ import annotations

from typing import Protocol

from db.engine import Sessions
from health.day_counts import fold
from jobs.contract import Kind, Outcome, Run

NAME = "health-day-counts"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...


def kind(tools: Tools) -> Kind:
    """Run twice it has nothing to do the second time."""

    def run(_run: Run, _given: object) -> Outcome:
        spans = fold(tools.sessions)
        return Outcome(sentence=f"Spans of days counted again: {spans:,}.")

    return Kind(
        name=NAME,
        title="Count cases by day for Health",
        run=run,
        schedule="2-57/5 * * * *",
        permission="operate",
    )
