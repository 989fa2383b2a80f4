"""Compares the inputs of each model as a whole with its first ones, every five minutes where something changed, so that Health need not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from db.engine import Sessions
from health.joint_drift import bring_up_to_date
from jobs.contract import Kind, Outcome, Run

NAME = "health-joint-drift"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    def field_titles_in_jobs(self, server: str, model: str, /) -> Mapping[str, str]: ...


def kind(tools: Tools) -> Kind:
    """Run twice it has nothing to do the second time."""

    def run(_run: Run, _given: object) -> Outcome:
        models = bring_up_to_date(tools.sessions, titles=tools.field_titles_in_jobs)
        return Outcome(
            sentence=f"Models whose inputs were compared with their first ones: {models}."
        )

    return Kind(
        name=NAME,
        title="Compare inputs as a whole with the first ones",
        run=run,
        schedule="4-59/5 * * * *",
        permission="operate",
    )
