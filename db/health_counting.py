"""Counts made by the database from the cases themselves: what counts by day are folded from, and what they are for the days
that have not been folded since something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.durations import Durations, interval_of
from db.health import ModelVersion, Selection, conditions, start_of, verdicts
from db.tables import Case, Feedback

Where = Sequence[ColumnElement[bool]]
_SUMS = (func.count(), func.sum(Case.seconds_total), func.max(Case.created_at))
_ALIKE = (
    "server", "model", "version", "day", "purpose", "outcome", "audit_probability", "is_audited",
    "is_volunteered", "judgement",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """Cases of one day (UTC) that are alike for an estimate. `is_volunteered`: somebody spoke without being asked;
    `judgement` is None where nobody decided; of cases that were not answered they say nothing. `seconds` is how long they
    took together, and none of them was asked after `last_at`."""

    key: ModelVersion
    day: date
    purpose: str
    outcome: str
    probability: float
    is_audited: bool
    is_volunteered: bool
    judgement: str | None
    cases: int
    seconds: float
    last_at: datetime
    # Deleted since: it counts, but nobody can look at it any more.
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class DayStatements:
    """How many statements of a channel and a judgement count, on answered cases of one day (UTC)."""

    key: ModelVersion
    day: date
    purpose: str
    channel: str
    judgement: str
    statements: int


@dataclass(frozen=True, kw_only=True)
class DayDurations:
    """How long the answered cases of one day (UTC) took."""

    key: ModelVersion
    day: date
    purpose: str
    durations: Durations


def cases(session: Session, selection: Selection, where: Where = ()) -> list[DayCount]:
    """The cases of a selection, of those for which all of `where` holds."""
    spoken = _spoken(session, selection, where)
    known: dict[tuple[object, ...], list[DayCount]] = defaultdict(list)
    for count in spoken:
        known[_lottery(count)].append(count)
    every = _every(session, selection, where)
    silent = [_without(count, known.get(_lottery(count), ())) for count in every]
    return spoken + [count for count in silent if count.cases > 0]


def statements(session: Session, selection: Selection, where: Where = ()) -> list[DayStatements]:
    """What was said of the answered cases of a selection."""
    groups = (*_day_columns(session), Feedback.channel, Feedback.judgement)
    query = select(*groups, func.count()).join(Feedback, Feedback.case_id == Case.id)
    query = query.where(*conditions(selection), *where, _is_answered(), Feedback.is_current)
    return [
        DayStatements(
            key=key_of(row),
            day=_day(row[3]),
            purpose=row[4],
            channel=row[5],
            judgement=row[6],
            statements=row[7],
        )
        for row in session.execute(query.group_by(*groups))
    ]


def durations(session: Session, selection: Selection, where: Where = ()) -> list[DayDurations]:
    """How long the answered cases of a selection took."""
    columns = (*_day_columns(session), interval_of(session, Case.seconds_total).label("interval"))
    query = select(*columns, Case.seconds_total).where(
        *conditions(selection), *where, _is_answered()
    )
    # Grouped by the names of a subquery: each interval is worked out once a case.
    each = query.subquery()
    groups = list(each.c)[:6]
    counted = (func.count(), func.min(each.c.seconds_total), func.max(each.c.seconds_total))
    found: dict[tuple[object, ...], list[Any]] = defaultdict(list)
    for row in session.execute(select(*groups, *counted).group_by(*groups)):
        found[row[:5]].append(row)
    return [
        DayDurations(
            key=key_of(rows[0]), day=_day(rows[0][3]), purpose=rows[0][4], durations=_of(rows)
        )
        for rows in found.values()
    ]


def key_of(row: Sequence[Any]) -> ModelVersion:
    """The model version in the first three columns."""
    return ModelVersion(server=row[0], model=row[1], version=row[2])


def _of(rows: Sequence[Any]) -> Durations:
    return Durations(
        counts={row[5]: row[6] for row in rows},
        least=min(row[7] for row in rows),
        most=max(row[8] for row in rows),
    )


def _day_columns(session: Session) -> tuple[Any, ...]:
    day = start_of(session, "day").label("day")
    return Case.server, Case.model, Case.version, day, Case.purpose


def _is_answered() -> ColumnElement[bool]:
    return Case.outcome == "answered"


def _every(session: Session, selection: Selection, where: Where) -> list[DayCount]:
    groups = (*_day_columns(session), Case.outcome, Case.audit_probability, Case.is_audited)
    query = select(*groups, *_SUMS).where(*conditions(selection), *where).group_by(*groups)
    return [_count(row[:8], False, None, row[8:]) for row in session.execute(query)]


def _spoken(session: Session, selection: Selection, where: Where) -> list[DayCount]:
    """Answered cases of which something was said."""
    day = start_of(session, "day").label("day")
    columns = (day, Case.purpose, Case.outcome, Case.seconds_total, Case.created_at)
    verdict = verdicts(selection, *columns, where=where)
    groups = [verdict.c[name] for name in _ALIKE]
    sums = (func.count(), func.sum(verdict.c.seconds_total), func.max(verdict.c.created_at))
    query = select(*groups, *sums).where(verdict.c.place == 1).group_by(*groups)
    return [_count(row[:8], bool(row[8]), row[9], row[10:]) for row in session.execute(query)]


def _without(count: DayCount, spoken: Sequence[DayCount]) -> DayCount:
    """Those of which nothing was said. The moment of the last is that of all: only the last of all is ever asked for."""
    changed = {
        "cases": count.cases - sum(each.cases for each in spoken),
        "seconds": count.seconds - sum(each.seconds for each in spoken),
    }
    return DayCount(**{**vars(count), **changed}) if spoken else count


def _count(
    row: Sequence[Any], is_volunteered: bool, judgement: str | None, sums: Sequence[Any]
) -> DayCount:
    return DayCount(
        key=key_of(row),
        day=_day(row[3]),
        purpose=row[4],
        outcome=row[5],
        probability=row[6],
        is_audited=row[7],
        is_volunteered=is_volunteered,
        judgement=judgement,
        cases=sums[0],
        seconds=sums[1],
        last_at=sums[2].replace(tzinfo=UTC) if sums[2].tzinfo is None else sums[2],
    )


def _day(words: str) -> date:
    return date.fromisoformat(words[:10])


def _lottery(count: DayCount) -> tuple[object, ...]:
    key = (count.key, count.day, count.purpose, count.outcome)
    return (*key, count.probability, count.is_audited)
