"""Deletes every night what the rules of retention say, where there are any."""

from __future__ import annotations

from typing import Protocol

from cases import retention
from db.engine import Sessions
from db.ids import utc_now
from jobs.contract import Kind, Outcome, Progress, Run
from settings import Settings

NAME = "retention"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def settings(self) -> Settings: ...


def kind(tools: Tools) -> Kind:
    """Deletes what is due. A run that was cut off goes on with what is left: nothing is done twice."""

    def run(run: Run, _given: object) -> Outcome:
        def between(words: str) -> None:
            run.report(Progress(fraction=0.5, words=words))
            run.check()

        done = retention.run(tools.sessions, tools.settings.retention, utc_now(), between=between)
        return Outcome(sentence=sentence(done))

    schedule = "7 4 * * *" if tools.settings.retention else ""
    return Kind(
        name=NAME,
        title="Delete what is older than its rule",
        run=run,
        schedule=schedule,
        permission="operate",
    )


def sentence(done: list[retention.Deleted]) -> str:
    """What was deleted, and what stayed that should not have."""
    cases, bodies = sum(each.cases for each in done), sum(each.bodies for each in done)
    words = f"Cases deleted: {cases:,}. Others that lost what was sent and came back: {bodies:,}."
    if changed := sum(each.changed for each in done):
        words += (
            f" Cases that kept it, since they are not as the trail says: {changed:,}, "
            "which `mds audit verify` shows."
        )
    return words
