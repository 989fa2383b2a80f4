"""Cases by day: from the counts that are kept where nothing changed since, from the cases themselves where something did.

Exact at every moment: what is read is of one moment (db.engine.snapshot), and the marks that triggers make in the transaction of
every change say which days are counted anew. Who may not see everybody's cases gets counts of the cases alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

import db.health_counting as counting
from db.health import ModelVersion, Selection
from db.health_counting import DayCount, DayStatements, key_of
from db.scope import scope_of
from db.tables import (
    PURPOSES,
    Case,
    DeletedCases,
    DeletedFeedback,
    HealthDay,
    HealthDayFeedback,
    HealthDaySeconds,
    HealthMark,
    HealthRevision,
)

_Table = (
    type[HealthDay]
    | type[HealthDayFeedback]
    | type[HealthDaySeconds]
    | type[DeletedCases]
    | type[DeletedFeedback]
)
_T = TypeVar("_T")
_Counting = Callable[[Session, Selection, Sequence[ColumnElement[bool]]], list[_T]]
# So many spans in one query: each is a look into an index, and of very many the database would rather read everything.
_AT_ONCE = 50
_DAY = timedelta(days=1)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time of a model version, or without a key of everything; what is None does not matter."""

    key: ModelVersion | None
    since: datetime | None
    until: datetime | None

    @property
    def model(self) -> tuple[str, str] | None:
        return (self.key.server, self.key.model) if self.key else None

    def of(self, table: Any, moment: Any) -> ColumnElement[bool]:
        """The condition that a row is of it."""
        found: list[ColumnElement[bool]] = [true()]
        if self.key is not None:
            found += [getattr(table, name) == value for name, value in vars(self.key).items()]
        if self.since is not None:
            found.append(moment >= self.since)
        if self.until is not None:
            found.append(moment < self.until)
        return and_(*found)


@dataclass(frozen=True, kw_only=True)
class VersionCount:
    """How many answered cases a version has, how many of them `lately`, and when the newest was asked."""

    version: str
    cases: int
    lately: int
    last_at: datetime


def by_day(
    session: Session, selection: Selection, counted: Sequence[DayCount] | None = None
) -> list[DayCount]:
    """Every case of the selection by day, outcome, lottery and what was said, deleted ones too unless a value is asked for.
    `counted` is what `not_kept` has found of it, where somebody has asked for that already."""
    return _cases(session, selection, is_daily=True, counted=counted)


def by_version(
    session: Session, selection: Selection, counted: Sequence[DayCount] | None = None
) -> list[DayCount]:
    """The same, of all days together as far as they are kept: `day` is the first of them."""
    return _cases(session, selection, is_daily=False, counted=counted)


def not_kept(session: Session, selection: Selection) -> list[DayCount]:
    """What of a selection is in no count that is kept, from the cases themselves."""
    return live(session, selection, counting.cases)


def since(counted: Iterable[DayCount], midnight: datetime) -> list[DayCount]:
    """Those of the days from one on."""
    return [count for count in counted if count.day >= midnight.date()]


def statements(session: Session, selection: Selection) -> list[DayStatements]:
    """What counts of what was said of answered cases, of deleted ones too."""
    found = live(session, selection, counting.statements)
    for table in (HealthDayFeedback, DeletedFeedback):
        columns = (table.purpose, table.channel, table.judgement)
        sums = (func.min(table.day), func.sum(table.statements))
        for row in _kept(session, selection, table, columns, sums):
            found.append(
                DayStatements(
                    key=key_of(row),
                    purpose=row[3],
                    channel=row[4],
                    judgement=row[5],
                    day=row[6].date(),
                    statements=int(row[7]),
                )
            )
    return found


def versions(
    session: Session,
    selection: Selection,
    lately: datetime = _LONG_AGO,
    counted: Sequence[DayCount] | None = None,
) -> dict[tuple[str, str], list[VersionCount]]:
    """The versions of each model with their answered cases that are still there. `lately` is the midnight (UTC) since when;
    `counted` is what `not_kept` has found of the selection, which may be of more purposes."""
    table = HealthDay
    groups = (table.server, table.model, table.version)
    is_late = case((table.day >= lately, table.cases), else_=0)
    sums = (func.sum(table.cases), func.sum(is_late), func.max(table.last_at))
    query = select(*groups, *sums).where(
        is_kept(session, selection, table), table.outcome == "answered"
    )
    parts = [
        (key_of(row), int(row[3]), int(row[4]), row[5])
        for row in session.execute(query.group_by(*groups))
    ]
    for count in not_kept(session, selection) if counted is None else counted:
        if count.outcome == "answered" and count.purpose in (selection.purposes or PURPOSES):
            late = count.cases if count.day >= lately.date() else 0
            parts.append((count.key, count.cases, late, count.last_at))
    return _by_model(parts)


def _by_model(
    parts: Iterable[tuple[ModelVersion, int, int, datetime]],
) -> dict[tuple[str, str], list[VersionCount]]:
    sums: dict[ModelVersion, tuple[int, int, datetime]] = {}
    for key, cases, late, last_at in parts:
        before = sums.get(key, (0, 0, last_at))
        sums[key] = before[0] + cases, before[1] + late, max(before[2], last_at)
    found: dict[tuple[str, str], list[VersionCount]] = defaultdict(list)
    for key, (cases, late, last_at) in sums.items():
        version = VersionCount(version=key.version, cases=cases, lately=late, last_at=last_at)
        found[key.server, key.model].append(version)
    return dict(found)


def revisions(session: Session, selection: Selection) -> dict[tuple[str, str], str]:
    """By which fold each model was counted last, of the models in which nothing has changed since; none for who may not use
    the counts."""
    if not _may_use_counts(session, selection):
        return {}
    table = HealthRevision
    marked = exists().where(HealthMark.server == table.server, HealthMark.model == table.model)
    query = select(table).where(~marked)
    for name in ("server", "model"):
        if (value := getattr(selection, name)) is not None:
            query = query.where(getattr(table, name) == value)
    return {(row.server, row.model): row.revision for row in session.scalars(query)}


def counted_as(session: Session, selection: Selection) -> dict[tuple[str, str], str]:
    """The same where nothing has changed in any model of the selection, a new one among them; none where something has."""
    query = select(HealthMark.id).limit(1)
    for name in ("server", "model"):
        if (value := getattr(selection, name)) is not None:
            query = query.where(getattr(HealthMark, name) == value)
    return {} if session.scalar(query) else revisions(session, selection)


def marked(session: Session, limit: int) -> list[Span]:
    """Days that are to be counted anew, at most so many; days that follow each other are one span."""
    return _marked(session, Selection(purposes=None), limit)


def _cases(
    session: Session,
    selection: Selection,
    *,
    is_daily: bool,
    counted: Sequence[DayCount] | None,
) -> list[DayCount]:
    found = list(not_kept(session, selection) if counted is None else counted)
    keys: dict[tuple[Any, ...], ModelVersion] = {}
    for table in (HealthDay, DeletedCases):
        columns = [
            table.purpose, table.outcome, table.audit_probability, table.is_audited, table.is_volunteered, table.judgement,
        ]  # fmt: skip
        last_at = HealthDay.last_at if table is HealthDay else DeletedCases.day
        sums = (
            func.min(table.day),
            func.sum(table.cases),
            func.sum(table.seconds),
            func.max(last_at),
        )
        groups = [*columns, table.day] if is_daily else columns
        for row in _kept(session, selection, table, groups, sums):
            day, cases, seconds, last = row[-4:]
            found.append(
                DayCount(
                    key=keys.setdefault(row[:3], key_of(row)),
                    day=day.date(),
                    purpose=row[3],
                    outcome=row[4],
                    probability=row[5],
                    is_audited=row[6],
                    is_volunteered=row[7],
                    judgement=row[8],
                    cases=int(cases),
                    seconds=seconds,
                    last_at=last,
                    is_deleted=table is DeletedCases,
                )
            )
    return found


def _may_use_counts(session: Session, selection: Selection) -> bool:
    """Whether counts that name nobody say what this session would count itself: it sees everybody's cases and everything
    that is said of them, and asks for nothing that the counts do not have."""
    scope = scope_of(session)
    sees_all = scope.is_of_all_people or (scope.is_all and not scope.reader)
    return sees_all and not selection.is_of_content


def _kept(
    session: Session,
    selection: Selection,
    table: _Table,
    columns: Sequence[Any],
    sums: Sequence[Any],
) -> Any:
    """Rows (server, model, version, *columns, *sums) of the whole days of a selection."""
    groups = (table.server, table.model, table.version, *columns)
    query = select(*groups, *sums).where(is_kept(session, selection, table)).group_by(*groups)
    return session.execute(query)


def is_kept(session: Session, selection: Selection, table: _Table) -> ColumnElement[bool]:
    """The condition that a row is of the whole days of a selection, and of one that is not marked."""
    is_deleted = table in (DeletedCases, DeletedFeedback)
    whole, _ = _whole_days(selection)
    may_use = not selection.is_of_content if is_deleted else _may_use_counts(session, selection)
    if whole is None or not may_use:
        return false()
    wanted = [whole.of(table, table.day)]
    for name in ("server", "model", "version"):
        if (value := getattr(selection, name)) is not None:
            wanted.append(getattr(table, name) == value)
    if selection.purposes is not None:
        wanted.append(table.purpose.in_(selection.purposes))
    if not is_deleted:
        same = [
            getattr(HealthMark, n) == getattr(table, n)
            for n in ("server", "model", "version", "day")
        ]
        wanted.append(~exists().where(*same))
    return and_(*wanted)


def live(
    session: Session,
    selection: Selection,
    count: _Counting[_T],
    left_out: Collection[tuple[str, str]] = (),
) -> list[_T]:
    """What is counted from the cases: marked days, but of models that are `left_out`, and days that the selection does not have
    as a whole."""
    if not _may_use_counts(session, selection):
        return count(session, selection, ())
    whole, parts = _whole_days(selection)
    marked_days = _marked(session, _of_span(selection, whole)) if whole else ()
    spans = parts + [span for span in marked_days if span.model not in left_out]
    anywhen = replace(selection, since=None, until=None)
    return [found for where in conditions_of(spans) for found in count(session, anywhen, [where])]


def conditions_of(
    spans: Sequence[Span], table: Any = Case, moment: Any = Case.created_at
) -> Iterator[ColumnElement[bool]]:
    """Conditions, each for some of the spans."""
    for start in range(0, len(spans), _AT_ONCE):
        yield or_(*(span.of(table, moment) for span in spans[start : start + _AT_ONCE]))


def _of_span(selection: Selection, span: Span) -> Selection:
    return replace(selection, since=span.since, until=span.until)


def _whole_days(selection: Selection) -> tuple[Span | None, list[Span]]:
    """The whole days of a selection, and the parts of days at its ends."""
    since, until = selection.since, selection.until
    first = since and _midnight(since + _DAY - timedelta(microseconds=1))
    last = until and _midnight(until)
    if first and last and first > last:
        return None, [Span(key=None, since=since, until=until)]
    parts = []
    if since and first and since < first:
        parts.append(Span(key=None, since=since, until=first))
    if until and last and last < until:
        parts.append(Span(key=None, since=last, until=until))
    return Span(key=None, since=first, until=last), parts


def _marked(session: Session, selection: Selection, limit: int | None = None) -> list[Span]:
    table = HealthMark
    columns = (table.server, table.model, table.version, table.day, table.day_after)
    query = select(*columns).distinct().order_by(*columns[:4]).limit(limit)
    for name in ("server", "model", "version"):
        if (value := getattr(selection, name)) is not None:
            query = query.where(getattr(table, name) == value)
    if selection.since is not None:
        query = query.where(table.day >= selection.since)
    if selection.until is not None:
        query = query.where(table.day < selection.until)
    spans: list[Span] = []
    for row in session.execute(query):
        key = key_of(row)
        if spans and (spans[-1].key, spans[-1].until) == (key, row[3]):
            spans[-1] = replace(spans[-1], until=row[4])
        else:
            spans.append(Span(key=key, since=row[3], until=row[4]))
    return spans


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
