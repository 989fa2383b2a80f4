"""Compares the inputs of each model as a whole with its first ones, every five minutes where something changed, so that Health need not."""

from __future__ import annotations

from typing import Protocol

from db.engine import Sessions
from health.joint_drift import bring_up_to_date
from jobs.contract import Kind, Outcome, Run

NAME = "health-joint-drift"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...


def kind(tools: Tools) -> Kind:
    """Run twice it has nothing to do the second time."""

    def run(_run: Run, _given: object) -> Outcome:
        models = bring_up_to_date(tools.sessions)
        return Outcome(
            sentence=f"The inputs of {models} models were compared with their first ones."
        )

    return Kind(
        name=NAME,
        title="Compare inputs as a whole with the first ones",
        run=run,
        schedule="4-59/5 * * * *",
        permission="operate",
    )
