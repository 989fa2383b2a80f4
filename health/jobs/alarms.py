"""Looks at every model every five minutes, keeps what it finds for the cards, and tells who is named in the settings when an alarm begins and ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from db.engine import Sessions
from db.ids import utc_now
from health.alarms.channels import Channels
from health.alarms.delivery import deliver
from health.alarms.episodes import bring_up_to_date
from health.kept_standings import keep
from health.standing import standings
from jobs.contract import Kind, Outcome, Run
from settings import Settings

NAME = "health-alarms"


class Tools(Protocol):
    """What it needs."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def settings(self) -> Settings: ...

    def field_titles_in_jobs(self, server: str, model: str, /) -> Mapping[str, str]: ...

    def answer_unit_in_jobs(self, server: str, model: str, /) -> str: ...

    def model_title_in_jobs(self, server: str, model: str, /) -> str: ...


def kind(tools: Tools) -> Kind:
    """Run twice it tells nobody twice; what could not be delivered is tried again by the next run."""

    def run(_run: Run, _given: object) -> Outcome:
        at = utc_now()
        units = tools.answer_unit_in_jobs
        now = standings(tools.sessions, titles=tools.field_titles_in_jobs, units=units)
        keep(tools.sessions, now.values(), looked_at=at, units=units)
        begun, ended = bring_up_to_date(tools.sessions, now.values())
        channels = Channels(tools.settings.alarms)
        url = tools.settings.public_url or ""
        told = deliver(tools.sessions, channels, url, title_of=tools.model_title_in_jobs)
        return Outcome(
            sentence=f"Alarms that began: {begun}, that ended: {ended}. Messages sent: {told.sent}, not sent: {told.failed}."
        )

    return Kind(
        name=NAME,
        title="Look for alarms and notify people",
        run=run,
        schedule="*/5 * * * *",
        permission="operate",
    )
