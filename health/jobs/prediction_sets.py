"""Keeps how far the checked cases of each version were off, every five minutes, so that an answer can say what else is possible."""

from __future__ import annotations

from typing import Protocol

from db.engine import Sessions
from health.prediction_sets import bring_up_to_date
from jobs.contract import Kind, Outcome, Run

NAME = "health-prediction-sets"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...


def kind(tools: Tools) -> Kind:
    """Run twice it has nothing to do the second time."""

    def run(_run: Run, _given: object) -> Outcome:
        models = bring_up_to_date(tools.sessions)
        return Outcome(sentence=f"Models whose checked cases were read again: {models:,}.")

    return Kind(
        name=NAME,
        title="Learn from checked cases what else is possible",
        run=run,
        schedule="3-58/5 * * * *",
        permission="operate",
    )
