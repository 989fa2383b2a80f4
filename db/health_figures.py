"""Figures added up by the database from the counts by day, where these are more than a page needs: by model and day, by day, and
which models there are. As exact as the counts themselves (db/health_days.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from db.health import BucketCount, Selection, conditions
from db.health_counting import DayCount
from db.health_days import is_kept, live, not_kept
from db.tables import Case, DeletedCases, HealthDay

_TABLES = (HealthDay, DeletedCases)
Model = tuple[str, str]
# Of a day (UTC) of a version of a model: drawn cases that were judged right and wrong, cases that were answered, and
# cases that failed.
DayNumbers = Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """What is told apart of the cases of a day: drawn ones of the purposes `estimated` speak for answers, and outcomes that are
    not in `not_failed` are failures."""

    estimated: Collection[str]
    not_failed: Collection[str]


def models(session: Session, selection: Selection) -> list[Model]:
    """The (server, model) of the cases of a selection, deleted ones too, in alphabetical order."""
    found: set[Model] = set()
    for table in _TABLES:
        query = select(table.server, table.model).where(is_kept(session, selection, table))
        found |= {(row[0], row[1]) for row in session.execute(query.distinct())}
    return sorted(found.union(live(session, selection, _models, left_out=found)))


def by_day(
    session: Session, selection: Selection, kinds: Kinds, counted: Sequence[DayCount]
) -> dict[Model, dict[date, dict[str, DayNumbers]]]:
    """Each day of each model on which something was asked, by version. `counted` is what db.health_days.not_kept finds of the selection."""
    found: dict[Model, dict[date, dict[str, DayNumbers]]] = defaultdict(lambda: defaultdict(dict))
    for table in _TABLES:
        groups = (table.server, table.model, table.day, table.version)
        query = select(*groups, *_sums(table, kinds)).where(is_kept(session, selection, table))
        for row in session.execute(query.group_by(*groups)):
            _add(found[row[0], row[1]][row[2].date()], row[3], [int(number) for number in row[4:]])
    for count in counted:
        key = count.key
        _add(found[key.server, key.model][count.day], key.version, _numbers(count, kinds))
    return dict(found)


def _add(versions: dict[str, DayNumbers], version: str, numbers: DayNumbers) -> None:
    before = versions.get(version)
    versions[version] = list(map(add, before, numbers)) if before else numbers


def buckets(session: Session, selection: Selection) -> list[BucketCount]:
    """Cases by day (UTC) and outcome, the oldest first."""
    sums: dict[tuple[date, str], list[float]] = defaultdict(lambda: [0, 0.0])
    for day, outcome, cases, seconds in (
        *((c.day, c.outcome, c.cases, c.seconds) for c in not_kept(session, selection)),
        *_kept_buckets(session, selection),
    ):
        found = sums[day, outcome]
        found[0] += cases
        found[1] += seconds
    return [
        BucketCount(
            start=datetime(day.year, day.month, day.day, tzinfo=UTC),
            outcome=outcome,
            cases=int(cases),
            mean_seconds=seconds / cases,
        )
        for (day, outcome), (cases, seconds) in sorted(sums.items())
    ]


def _models(
    session: Session, selection: Selection, where: Sequence[ColumnElement[bool]]
) -> list[Model]:
    query = select(Case.server, Case.model).where(*conditions(selection), *where).distinct()
    return [(row[0], row[1]) for row in session.execute(query)]


def _sums(table: Any, kinds: Kinds) -> list[ColumnElement[int]]:
    is_drawn = and_(table.is_audited, table.purpose.in_(kinds.estimated))
    wanted = (
        and_(is_drawn, table.judgement == "correct"),
        and_(is_drawn, table.judgement == "incorrect"),
        table.outcome == "answered",
        table.outcome.not_in(kinds.not_failed),
    )
    return [func.sum(case((each, table.cases), else_=0)) for each in wanted]


def _numbers(count: DayCount, kinds: Kinds) -> Sequence[int]:
    is_drawn = count.is_audited and count.purpose in kinds.estimated
    wanted = (
        is_drawn and count.judgement == "correct",
        is_drawn and count.judgement == "incorrect",
        count.outcome == "answered",
        count.outcome not in kinds.not_failed,
    )
    return [count.cases if each else 0 for each in wanted]


def _kept_buckets(session: Session, selection: Selection) -> Iterable[tuple[date, str, int, float]]:
    for table in _TABLES:
        groups = (table.day, table.outcome)
        sums = (func.sum(table.cases), func.sum(table.seconds))
        query = select(*groups, *sums).where(is_kept(session, selection, table)).group_by(*groups)
        for day, outcome, cases, seconds in session.execute(query):
            yield day.date(), outcome, int(cases), seconds
