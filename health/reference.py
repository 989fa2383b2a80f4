"""With which cases the newest inputs of a model are compared: with the first ones of the version in use, with the first ones since
somebody accepted how it was as the new normal, or with what somebody chose; and from which moment on cases count as new ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from db.health import Selection
from db.health_cases import Which

REFERENCE, RECENT = 300, 200
RECENT_DAYS = 14
FIRST, WINDOW, FILE, REGISTRY = "first", "window", "file", "registry"
_Case = TypeVar("_Case")
Row = Mapping[str, object]
# Answered cases of a selection, at most so many.
Read = Callable[[Selection, int, Which], Sequence[_Case]]
# What is read of the rows of a choice, by its id.
Given = Callable[["Chosen"], Sequence[_Case]]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody chose to compare with: the cases of the days from `since` to `until`, or `count` rows that are kept with the choice, of a
    `source` that is called so, of which so many more could not be read and are `left_out`. `since` and `until` are None for rows."""

    id: str
    source: str
    name: str
    person: str
    at: datetime
    since: date | None = None
    until: date | None = None
    count: int = 0
    left_out: int = 0

    @property
    def words(self) -> str:
        """`the cases of 1 to 31 March 2026`, `300 rows of the file march.csv (20 more could not be read)`."""
        if self.since and self.until:
            return f"the cases of {days_words(self.since, self.until)}"
        where = "the model registry" if self.source == REGISTRY else "the file"
        rest = f" ({self.left_out:,} more could not be read)" if self.left_out else ""
        return f"{self.count:,} rows of {where} {self.name}{rest}"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What was decided on it: since somebody `accepted` how it was, the first cases are those after that; None where nobody did. Before
    `ended` somebody closed an alarm or accepted what it showed: only what came after it is new. What is `chosen` is in the place of
    first cases."""

    accepted: datetime | None = None
    ended: datetime | None = None
    chosen: Chosen | None = None

    @property
    def words(self) -> list[str]:
        """As plain data, to be kept."""
        kept = [each.isoformat() if each else "" for each in (self.accepted, self.ended)]
        return [*kept, self.chosen.id] if self.chosen else kept


FIRST_CASES = Reference()


def recent(now: datetime) -> tuple[datetime, datetime]:
    """From when to when cases are the recent ones: what a clock that is wrong dates later would be the newest for ever."""
    return midnight(now) - timedelta(days=RECENT_DAYS - 1), midnight(now) + timedelta(days=2)


def midnight(moment: datetime) -> datetime:
    """The beginning of its day in UTC."""
    return begin_of(moment.astimezone(UTC).date())


def begin_of(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def days_words(since: date, until: date) -> str:
    """`1 March 2026`, `1 to 31 March 2026` or `1 March to 2 April 2026`."""
    last = f"{until:%-d %B %Y}"
    if since == until:
        return last
    if since.year != until.year:
        return f"{since:%-d %B %Y} to {last}"
    return f"{since:%-d}{'' if since.month == until.month else f' {since:%B}'} to {last}"


def compared_from(accepted: datetime) -> datetime:
    """From when on there are cases that came after it was accepted and are not recent ones."""
    return midnight(accepted) + timedelta(days=RECENT_DAYS)


def before(
    read: Read[_Case], of: Selection, reference: Reference, now: datetime, given: Given[_Case]
) -> Sequence[_Case]:
    """The cases that the newest of a version are compared with, the oldest first. From before something was accepted there are none:
    what changed a few days earlier would be mixed with what it was. Those of chosen days may be of any version."""
    chosen = reference.chosen
    if chosen and chosen.since and chosen.until:
        until = begin_of(chosen.until) + timedelta(days=1)
        window = replace(of, version=None, since=begin_of(chosen.since), until=until)
        return read(window, REFERENCE, "spread")
    if chosen:
        return given(chosen)
    since, end = reference.accepted, recent(now)[0]
    if since and since >= end:
        return []
    return read(replace(of, since=since, until=end), REFERENCE, "oldest")


def after(read: Read[_Case], of: Selection, reference: Reference, now: datetime) -> Sequence[_Case]:
    """The newest cases, the newest first."""
    since, until = recent(now)
    return read(
        replace(of, since=max(since, reference.ended or since), until=until), RECENT, "newest"
    )


def unfit(before: Sequence[Row], after: Sequence[Row]) -> frozenset[str]:
    """The fields that a chosen reference and the newest cases do not both have, or not as values of one kind: words here, numbers there. They
    cannot be compared: each would look as if all of it had changed."""
    if not before or not after:
        return frozenset()
    there = {name for row in after for name in row}
    names = there.union(*before)
    return frozenset(n for n in names if n not in there or not _fits(n, before, after))


def _fits(name: str, before: Sequence[Row], after: Sequence[Row]) -> bool:
    now = {_kind(row.get(name)) for row in after} - {""}
    return not now or not now.isdisjoint(_kind(row.get(name)) for row in before)


def _kind(value: object) -> str:
    """What kind of value it is; empty where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "words" if isinstance(value, str) else "other"
