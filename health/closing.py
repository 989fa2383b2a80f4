"""What closing an alarm means: somebody dealt with the cause. The baseline stays, and what is asked from that moment on is watched
anew; until enough of it is known, nothing says that the cause is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from health.drift.fields import LEAST_CASES
from health.estimates import MINIMUM_AUDITED, Rate

# So many checked answers, or requests, without an alarm are enough; fewer where they are as good as they should be.
ENOUGH_CHECKED = 50
ENOUGH_ASKED = 100


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Who ended an alarm, when and why; `is_accepted` where what it showed was accepted as the new normal. `found` are the kinds of what
    went on then as it was written down; empty where nothing was. What is asked after that moment on the same day (UTC) is `right` and
    `wrong`, of drawn cases, and `answered` and `failed`."""

    person: str
    at: datetime
    reason: str = ""
    is_accepted: bool = False
    found: tuple[str, ...] = ()
    right: int = 0
    wrong: int = 0
    answered: int = 0
    failed: int = 0

    @property
    def until(self) -> datetime:
        """The end of its day."""
        day = self.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return day + timedelta(days=1)

    def with_rest(self, right: int, wrong: int, answered: int, failed: int) -> Closing:
        """The same, with what came after it on its day."""
        return replace(self, right=right, wrong=wrong, answered=answered, failed=failed)

    @property
    def words(self) -> str:
        """`Closed by olga on 28 November 14:05 UTC: 'rolled back'.`"""
        return f"Closed by {self.person} on {self.at:%-d %B %H:%M} UTC: '{self.reason}'."


@dataclass(frozen=True, kw_only=True)
class Since:
    """What is known since an alarm was closed, in words, and whether it is enough to say that the cause is gone."""

    sentence: str
    is_enough: bool


def checked_since(right: Rate, share: float) -> Since:
    """Of the drawn answers since a closing, against the share of the baseline."""
    is_good = right.n >= MINIMUM_AUDITED and (right.value or 0) >= share
    are = "answer since then is" if right.n == 1 else "answers since then are"
    if is_good or right.n >= ENOUGH_CHECKED:
        return Since(sentence=f"{right.count:,} of {right.n:,} drawn {are} right.", is_enough=True)
    known = f"{right.count:,} of {right.n:,} checked drawn {are} right" if right.n else ""
    known = known or "No drawn answer since then is checked"
    return Since(sentence=f"{known}: too few to tell yet.", is_enough=False)


def asked_since(failed: Rate, objective: float) -> Since:
    """Of the requests since a closing, against the share that may fail."""
    is_good = failed.n >= MINIMUM_AUDITED and (failed.value or 0) <= objective
    known = f"{failed.count:,} of {failed.n:,} {'request' if failed.n == 1 else 'requests'} since then failed"
    if is_good or failed.n >= ENOUGH_ASKED:
        return Since(sentence=f"{known}.", is_enough=True)
    known = known if failed.n else "Nobody has asked since then"
    return Since(sentence=f"{known}: too few to tell yet.", is_enough=False)


def compared_since(cases: int) -> Since:
    """Of the inputs of the newest cases since a closing, of which none is found to have changed."""
    if cases >= LEAST_CASES:
        known = f"The inputs of the newest {cases:,} cases since then look as before."
        return Since(sentence=known, is_enough=True)
    came = f"{cases:,} cases have come" if cases != 1 else "1 case has come"
    known = f"{came if cases else 'No case has come'} since then: too few to compare their inputs."
    return Since(sentence=known, is_enough=False)
