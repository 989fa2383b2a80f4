"""Some cases of a model that are looked at alone: of a version, a time, a value, a class, a number, a probability, a channel, an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from db.health import Selection, Within
from db.health_counting import DayCount


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Which cases of a model are looked at; what is None or empty does not matter. The words are those of `db.health.Selection`."""

    version: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    values: tuple[tuple[str, str], ...] = ()
    within: tuple[Within, ...] = ()
    answer: str | None = None
    truth: str | None = None
    number: tuple[float, float] | None = None
    sure: tuple[float, float] | None = None
    channel: str | None = None
    outcome: str | None = None

    @property
    def is_of_answered(self) -> bool:
        """Whether it asks how cases ended, or for what only answered ones have: then the share that failed says nothing."""
        asked = (self.answer, self.number, self.sure, self.truth, self.channel, self.outcome)
        return any(each is not None for each in asked)

    @property
    def is_of_said(self) -> bool:
        """Whether it chooses by what somebody said: of cases that were not drawn it has those alone that were reported."""
        return self.truth is not None or self.channel is not None

    def is_closed(self, now: datetime) -> bool:
        """Whether no other case can join these: their time is over, or somebody has to say something of each first."""
        return self.is_of_said or (self.until is not None and self.until <= now)

    @property
    def is_whole(self) -> bool:
        """Whether it chooses by nothing but version and days."""
        return self == self.whole

    @property
    def whole(self) -> Cohort:
        """All cases of its version and days: those that its cases were drawn with."""
        return Cohort(version=self.version, since=self.since, until=self.until)

    def speaking(self, counts: Sequence[DayCount]) -> Sequence[DayCount]:
        """Of its cases, those that say how often answers are right."""
        return [count for count in counts if count.is_audited] if self.is_of_said else counts

    def of(self, selection: Selection) -> Selection:
        """Those of a selection."""
        return replace(selection, **{each.name: getattr(self, each.name) for each in fields(self)})


EVERY = Cohort()
