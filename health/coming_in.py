"""While the history of a demonstration is still coming in: a model without a case is then none that nobody asks, and what is found of
the others is of a part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import db.health_days
from audit_log.workspaces import current
from db.cases import DEMO
from db.engine import Sessions, reading
from db.health import Selection
from db.health_standings import StandingView
from db.ids import utc_now
from health.baselines import in_words
from health.input_drift import Model
from health.standing import Standing

# What began longer ago and is not complete was cut off.
_AT_MOST = timedelta(minutes=15)
_CHANGES = "change until all are there."


@dataclass(frozen=True, kw_only=True)
class ComingIn:
    """How many cases of the history there are so far, by (server, model)."""

    cases: Mapping[Model, int]

    def is_of(self, server: str) -> bool:
        """Whether more may come of a model of this server: of any, as long as nothing has come."""
        return not self.cases or any(server == of for of, _ in self.cases)

    @property
    def words(self) -> str:
        """`The history of the demonstration is still coming in: 1,240 cases so far. Words and figures change …`"""
        return f"{self._so_far}. Words and figures {_CHANGES}"

    def words_of(self, server: str, model: str, *, is_asked: bool) -> str:
        """`…: 1,240 cases so far, 310 of this model. …`; whether it `is_asked` by anybody decides what else is said. Empty for a model
        of which none will come."""
        if not self.is_of(server):
            return ""
        own = self.cases.get((server, model), 0)
        said = f"{self._so_far}, {f'{own:,}' if own else 'none'} of this model"
        return f"{said}. Its word and figures {_CHANGES}" if is_asked else f"{said} yet."

    def as_known(self, standing: Standing) -> Standing:
        """A model that nobody asked lately, as far as its cases are there: that the others are still to come is said, and nothing is
        advised that would be wrong then."""
        status = standing.status
        quiet = next((each for each in status.findings if each.kind == "quiet"), None)
        if quiet is None or not self.is_of(standing.server):
            return standing
        later = f" after {in_words(quiet.since)}" if quiet.since else ""
        told = replace(quiet, sentence=f"Its cases{later} are still coming in.")
        known = replace(
            status,
            sentence=status.sentence.replace(quiet.sentence, told.sentence),
            action="Look again in a minute.",
            findings=tuple(told if each is quiet else each for each in status.findings),
        )
        return replace(standing, status=known)

    def as_kept(self, view: StandingView) -> StandingView:
        """What a card says of a model for which evidence is missing: its cases may still be to come."""
        if view.word != "Not enough evidence" or not self.is_of(view.server):
            return view
        return replace(view, sentence=self.words_of(view.server, view.model, is_asked=True))

    @property
    def _so_far(self) -> str:
        total = sum(self.cases.values())
        return f"The history of the demonstration is still coming in: {total:,} {'case' if total == 1 else 'cases'} so far"


def coming_in(sessions: Sessions, *, clock: Callable[[], datetime] = utc_now) -> ComingIn | None:
    """What there is of the history; None where it is complete, or there is none. Raises StorageError."""
    now, found = clock(), current(sessions, DEMO)
    if found is None or found.completed_at or now - found.opened_at > _AT_MOST:
        return None
    with reading(sessions) as session:
        cases: Counter[Model] = Counter()
        for count in db.health_days.by_version(session, Selection(purposes=(DEMO,))):
            cases[count.key.server, count.key.model] += count.cases
    return ComingIn(cases=cases)


def as_known(coming: ComingIn | None, standing: Standing) -> Standing:
    """A model as far as its cases are there; as it is where none are coming in."""
    return coming.as_known(standing) if coming else standing
