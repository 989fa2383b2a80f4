"""Puts new cases before reviewers every hour, and lets go of what nobody answered in time."""

from __future__ import annotations

from typing import Protocol

from db.engine import Sessions
from feedback.review_filling import fill
from jobs.contract import Kind, Outcome, Run

NAME = "review-queue"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...


def kind(tools: Tools) -> Kind:
    """Fills the queue by the rules of each model. Run twice it does nothing twice: a case comes once."""

    def run(_run: Run, _given: object) -> Outcome:
        return Outcome(sentence=f"Cases added to the review queue: {fill(tools.sessions):,}.")

    return Kind(
        name=NAME,
        title="Fill the review queue",
        run=run,
        schedule="11 * * * *",
        permission="operate",
    )
