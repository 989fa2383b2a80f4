"""What Health would have found in the days of the history, and what people decided on it then.

Health looks at every model as its job does, with the clock of that day, while nothing is recorded yet of what came later. An alarm
begins on the day on which it would have been raised, and is over when it is not found any more, or when somebody ends it: by the
functions that a click calls, hours after the alarm, by accounts that are named for what they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

import db.health_alarms
from db.engine import Sessions, limited, writing
from db.health_alarms import AlarmView
from db.ids import id_at
from db.scope import Models, Scope
from demonstration.plan import MISTAKE
from demonstration.timeline import Timeline
from health.alarms.decisions import decide, decisions
from health.alarms.episodes import alarms_of, bring_up_to_date
from health.alarms.evidence import evidence_of
from health.kept_standings import keep
from health.overview import look
from health.standing import standings
from health.titles import Titles, Units, no_unit

# Health looks at half past six in the evening, once the cases of the day are asked.
HOUR = 18.5
OPERATOR = "operator-1"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody decides so many `hours` after an alarm of a kind on a model; on a day where `day` says so, if the alarm goes on
    by then. `days` is for how long it is put off."""

    model: str
    kind: str
    person: str
    decision: str
    reason: str
    hours: float = 0.0
    day: float | None = None
    days: int = 0


ANSWERS = (
    Answer(
        model="penguins",
        kind="accuracy",
        person=OPERATOR,
        decision="acknowledged",
        reason="v1 answers again since the last release. I am finding out why",
        hours=14.5,
    ),
    Answer(
        model="penguins",
        kind="accuracy",
        person=OPERATOR,
        decision="closed",
        reason="v1 had been rolled out by mistake. It is rolled back: v2 answers again",
        day=MISTAKE[1] + 7 / 24,
    ),
    Answer(
        model="breast-cancer",
        kind="inputs",
        person="reviewer-1",
        decision="acknowledged",
        reason="Half of the mean textures are a tenth of what they were. I asked the laboratory about the new scanner",
        hours=15.0,
    ),
    Answer(
        model="flaky",
        kind="errors",
        person=OPERATOR,
        decision="snoozed",
        reason="It fails on purpose",
        hours=1.0,
        days=60,
    ),
    Answer(
        model="penguins",
        kind="errors",
        person=OPERATOR,
        decision="closed",
        reason="The disk of the server was full. It answers again since 15:00",
        hours=2.0,
    ),
)
# The second version of penguins did well, and somebody accepted that as the normal: what comes after is held against it.
ACCEPTED_MODEL, ACCEPTED_DAY = "penguins", 60


@dataclass(frozen=True, kw_only=True)
class Looking:
    """Where Health looks: at the models of a server that the demonstration asks, which are of its workspace."""

    sessions: Sessions
    server: str
    models: Sequence[str]
    workspace: str
    start: datetime
    titles: Titles
    timeline: Timeline
    units: Units = no_unit

    def known_until(self) -> datetime:
        """When something was found or decided last."""
        return max(self._known(), default=self.start)

    def _known(self) -> Iterator[datetime]:
        for model in self.models:
            for alarm in alarms_of(self.sessions, self.server, model):
                yield alarm.opened_at
                yield from (again for _, again in alarm.pauses)
                if alarm.ended_at:
                    yield alarm.ended_at
            yield from (d.created_at for d in decisions(self.sessions, self.server, model))

    def at(self, now: datetime) -> None:
        """Look at every model at that moment; whoever is to answer an alarm that begins will."""
        with writing(
            self.sessions
        ) as session:  # a job may have looked meanwhile, at half a history
            db.health_alarms.wind_back(session, self.server, self.models, now)
        found = standings(
            self.sessions,
            server=self.server,
            titles=self.titles,
            units=self.units,
            clock=lambda: now,
        ).values()
        bring_up_to_date(self.sessions, found, clock=lambda: now)
        for model in self.models:
            for alarm in alarms_of(self.sessions, self.server, model):
                if alarm.opened_at == now:
                    self._plan(alarm)

    def last(self, now: datetime) -> None:
        """The last look, which the cards of the models show until the job looks again."""
        every = standings(self.sessions, titles=self.titles, units=self.units, clock=lambda: now)
        found = list(every.values())
        keep(self.sessions, found, units=self.units, clock=lambda: now)
        bring_up_to_date(self.sessions, found, clock=lambda: now)

    def accept_normal(self) -> None:
        """Accept what the second version of penguins did as the baseline, once."""
        at = self.start + timedelta(days=ACCEPTED_DAY)
        if not decisions(self.sessions, self.server, ACCEPTED_MODEL):
            self._decide(ACCEPTED_MODEL, at, OPERATOR, "accepted", "v2 has been checked for weeks")

    def _plan(self, alarm: AlarmView) -> None:
        """Let everybody answer the alarm who does."""
        for answer in ANSWERS:
            if (answer.model, answer.kind) == (alarm.model, alarm.kind):
                at = alarm.opened_at + timedelta(hours=answer.hours)
                if answer.day is not None:
                    at = max(at, self.start + timedelta(days=answer.day))
                self.timeline.add(at, partial(self._answer, alarm, answer, at))

    def _answer(self, alarm: AlarmView, answer: Answer, at: datetime) -> None:
        """Decide, unless the alarm is over."""
        there = alarms_of(self.sessions, self.server, alarm.model)
        if any(each.id == alarm.id and each.is_open for each in there):
            self._decide(
                alarm.model, at, answer.person, answer.decision, answer.reason, answer.days
            )

    def _decide(
        self, model: str, at: datetime, person: str, decision: str, reason: str, days: int = 0
    ) -> None:
        """As a click decides, with what Health says at that moment."""
        found = look(
            self.sessions,
            self.server,
            model,
            titles=self.titles,
            units=self.units,
            clock=lambda: at,
        )
        if found is None or (decision == "accepted" and not found.normal.baseline.n):
            return
        of_ids = Random(f"{self.workspace}-{model}-{decision}-{at}")  # noqa: S311
        decide(
            limited(self.sessions, _scope(person)),
            server=self.server,
            model=model,
            person=person,
            decision=decision,
            reason=reason,
            days=days,
            evidence=evidence_of(found, self.titles(self.server, model)),
            normal=found.normal.baseline,
            workspace=self.workspace,
            clock=lambda: at,
            new_id=lambda: id_at(at, of_ids),
        )


def _scope(person: str) -> Scope:
    """What an account may: operators operate every model, and reviewers review it."""
    every = (Models(),)
    operated = every if person == OPERATOR else ()
    return Scope(person=person, seen=every, reviewed=every, operated=operated)


def moment_of(start: datetime, day: int) -> datetime:
    """When Health looks on a day of a history that begins at `start`."""
    return start + timedelta(days=day, hours=HOUR)
