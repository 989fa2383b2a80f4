"""Sends what is in the outbox every minute, where a server or a webhook is to have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from db.engine import Sessions
from feedback.deliveries import Send, deliver
from jobs.contract import Kind, Outcome, Run

NAME = "deliveries"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def sends(self) -> Mapping[str, Send]:
        """What sends to each target of the settings, by its name."""


def kind(tools: Tools) -> Kind:
    """Sends what is due. A run that was cut off sends at most one again, under the same id."""

    def run(run: Run, _given: object) -> Outcome:
        done = deliver(tools.sessions, tools.sends, between=run.check)
        failed = f"; to be tried again: {done.failed:,}" if done.failed else ""
        return Outcome(sentence=f"Statements sent: {done.sent:,}{failed}.")

    return Kind(
        name=NAME,
        title="Send feedback on",
        run=run,
        schedule="* * * * *" if tools.sends else "",
        permission="operate",
    )
