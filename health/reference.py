"""With which cases the newest inputs of a model are compared: with the first ones of the version in use, or with the first ones since
somebody accepted how it was as the new normal; and from which moment on cases count as new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from db.health import Selection

REFERENCE, RECENT = 300, 200
RECENT_DAYS = 14
_Case = TypeVar("_Case")
# Answered cases of a selection, at most so many: the oldest of them, the oldest first, or the newest, the newest first.
Read = Callable[[Selection, int, bool], Sequence[_Case]]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What was decided on it: since somebody `accepted` how it was, the first cases are those after that; None where nobody did. Before
    `ended` somebody closed an alarm or accepted what it showed: only what came after it is new."""

    accepted: datetime | None = None
    ended: datetime | None = None

    @property
    def words(self) -> list[str]:
        """As plain data, to be kept."""
        return [each.isoformat() if each else "" for each in (self.accepted, self.ended)]


FIRST_CASES = Reference()


def recent(now: datetime) -> tuple[datetime, datetime]:
    """From when to when cases are the recent ones: what a clock that is wrong dates later would be the newest for ever."""
    return midnight(now) - timedelta(days=RECENT_DAYS - 1), midnight(now) + timedelta(days=2)


def midnight(moment: datetime) -> datetime:
    """The beginning of its day in UTC."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), tzinfo=UTC)


def compared_from(accepted: datetime) -> datetime:
    """From when on there are cases that came after it was accepted and are not recent ones."""
    return midnight(accepted) + timedelta(days=RECENT_DAYS)


def before(
    read: Read[_Case], of: Selection, reference: Reference, now: datetime
) -> Sequence[_Case]:
    """The cases of a version that its newest are compared with, the oldest first. From before something was accepted there are none:
    what changed a few days earlier would be mixed with what it was."""
    since, until = reference.accepted, recent(now)[0]
    if since and since >= until:
        return []
    return read(replace(of, since=since, until=until), REFERENCE, True)


def after(read: Read[_Case], of: Selection, reference: Reference, now: datetime) -> Sequence[_Case]:
    """The newest cases, the newest first."""
    since, until = recent(now)
    return read(replace(of, since=max(since, reference.ended or since), until=until), RECENT, False)
