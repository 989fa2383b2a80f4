"""Cases by day, and the judged ones one by one: what estimates over time, by class and by slice are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from db.health import ModelVersion, Selection, conditions, start_of, verdicts
from db.tables import Case, DeletedCases, Feedback


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """Cases of one day (UTC) that are alike. `is_volunteered` and `judgement` as in `db.health.JudgedCount`; of cases that
    were not answered they say nothing."""

    key: ModelVersion
    day: date
    purpose: str
    outcome: str
    probability: float
    is_audited: bool
    is_volunteered: bool
    judgement: str | None
    cases: int


@dataclass(frozen=True, kw_only=True)
class JudgedCase:
    """One answered case that was judged: what was answered, and what is true as far as somebody said."""

    id: str
    created_at: datetime
    version: str
    probability: float
    is_audited: bool
    is_volunteered: bool
    judgement: str
    answer: Mapping[str, object]
    answer_label: str | None
    answer_number: float | None
    truth_label: str | None
    truth_number: float | None
    entered: Mapping[str, object]


def by_day(session: Session, selection: Selection) -> list[DayCount]:
    """Every case of the selection by day, outcome, lottery and what was said, deleted ones too unless a value is asked for."""
    spoken = _spoken(session, selection)
    known: Counter[tuple[object, ...]] = Counter()
    for count in spoken:
        known[_lottery(count)] += count.cases
    silent = [
        DayCount(**{**vars(count), "cases": count.cases - known[_lottery(count)]})
        for count in _all(session, selection)
    ]
    there = spoken + [count for count in silent if count.cases > 0]
    return there if selection.is_of_content else there + _deleted(session, selection)


def judged_cases(session: Session, selection: Selection, limit: int) -> list[JudgedCase]:
    """The newest judged cases, one for each case with the statement that counts."""
    verdict = verdicts(
        selection,
        Case.id.label("case_id"),
        Case.created_at,
        Case.answer,
        Case.answer_label,
        Case.answer_number,
        Case.entered,
        Feedback.truth_label,
        Feedback.truth_number,
    )
    columns = verdict.c
    query = select(verdict).where(columns.place == 1, columns.judgement.is_not(None))
    newest = query.order_by(columns.created_at.desc(), columns.case_id.desc()).limit(limit)
    return [_judged(row) for row in session.execute(newest)]


def inputs(
    session: Session, selection: Selection, limit: int, *, is_oldest: bool = False
) -> list[tuple[date, Mapping[str, object]]]:
    """The day and the values of answered cases: the newest, or the oldest."""
    query = select(Case.created_at, Case.entered).where(
        *conditions(selection), Case.outcome == "answered"
    )
    order = (Case.created_at, Case.id) if is_oldest else (Case.created_at.desc(), Case.id.desc())
    return [(row[0].date(), row[1]) for row in session.execute(query.order_by(*order).limit(limit))]


def current_version(
    session: Session, selection: Selection, since: datetime, least: int
) -> str | None:
    """The newest version with at least `least` answered cases since a moment: one that somebody only tried is not it. Where no
    version has so many, the one with the most of all cases; None without an answered case."""
    lately = _by_version(session, replace(selection, since=since))
    if in_use := [row for row in lately if row[1] >= least]:
        return max(in_use, key=lambda row: row[2])[0]
    rows = _by_version(session, selection)
    return max(rows, key=lambda row: (row[1], row[2]))[0] if rows else None


def _by_version(session: Session, selection: Selection) -> list[tuple[str, int, datetime]]:
    """(version, answered cases, moment of the newest)."""
    query = select(Case.version, func.count(), func.max(Case.created_at))
    conditions_of_all = (*conditions(selection), Case.outcome == "answered")
    rows = session.execute(query.where(*conditions_of_all).group_by(Case.version))
    return [(row[0], row[1], row[2]) for row in rows]


def compared(
    session: Session, selection: Selection, limit: int
) -> list[tuple[str, str, bool, bool]]:
    """(version of the first, of the second, whether each is right), of cases that were asked again of another version and
    whose truth is known, the newest first."""
    first, again = (
        verdicts(selection, Case.id.label("case_id"), Case.answer_label, Feedback.truth_label),
        Case,
    )
    query = (
        select(
            first.c.version,
            again.version,
            first.c.answer_label,
            again.answer_label,
            first.c.truth_label,
        )
        .join(again, again.parent_id == first.c.case_id)
        .where(
            first.c.place == 1, first.c.truth_label.is_not(None), again.version != first.c.version
        )
        .order_by(again.created_at.desc())
        .limit(limit)
    )
    return [(r[0], r[1], r[2] == r[4], r[3] == r[4]) for r in session.execute(query)]


def _all(session: Session, selection: Selection) -> list[DayCount]:
    day = start_of(session, "day").label("day")
    groups = (Case.server, Case.model, Case.version, day, Case.purpose, Case.outcome)
    lottery = (Case.audit_probability, Case.is_audited)
    query = select(*groups, *lottery, func.count()).where(*conditions(selection))
    rows = session.execute(query.group_by(*groups, *lottery))
    return [_count(row[:8], False, None, row[8]) for row in rows]


def _spoken(session: Session, selection: Selection) -> list[DayCount]:
    day = start_of(session, "day").label("day")
    verdict = verdicts(selection, day, Case.purpose, Case.outcome)
    names = (
        "server", "model", "version", "day", "purpose", "outcome", "audit_probability", "is_audited",
        "is_volunteered", "judgement",
    )  # fmt: skip
    groups = [verdict.c[name] for name in names]
    query = select(*groups, func.count()).where(verdict.c.place == 1).group_by(*groups)
    return [_count(row[:8], bool(row[8]), row[9], row[10]) for row in session.execute(query)]


def _deleted(session: Session, selection: Selection) -> list[DayCount]:
    table = DeletedCases
    wanted: list[ColumnElement[bool]] = [table.purpose.in_(selection.purposes)]
    for name in ("server", "model", "version"):
        if (value := getattr(selection, name)) is not None:
            wanted.append(getattr(table, name) == value)
    if selection.since is not None:
        wanted.append(table.day >= selection.since)
    if selection.until is not None:
        wanted.append(table.day < selection.until)
    query = select(table).where(*wanted)
    return [
        DayCount(
            key=ModelVersion(server=row.server, model=row.model, version=row.version),
            day=row.day.date(),
            purpose=row.purpose,
            outcome=row.outcome,
            probability=row.audit_probability,
            is_audited=row.is_audited,
            is_volunteered=row.is_volunteered,
            judgement=row.judgement,
            cases=row.cases,
        )
        for row in session.scalars(query)
    ]


def _count(row: Sequence[Any], is_volunteered: bool, judgement: str | None, cases: int) -> DayCount:
    return DayCount(
        key=ModelVersion(server=row[0], model=row[1], version=row[2]),
        day=date.fromisoformat(str(row[3])[:10]),
        purpose=row[4],
        outcome=row[5],
        probability=row[6],
        is_audited=row[7],
        is_volunteered=is_volunteered,
        judgement=judgement,
        cases=cases,
    )


def _lottery(count: DayCount) -> tuple[object, ...]:
    key = (count.key, count.day, count.purpose, count.outcome)
    return (*key, count.probability, count.is_audited)


def _judged(row: Row[*tuple[Any, ...]]) -> JudgedCase:
    return JudgedCase(
        id=row.case_id,
        created_at=row.created_at,
        version=row.version,
        probability=row.audit_probability,
        is_audited=row.is_audited,
        is_volunteered=bool(row.is_volunteered),
        judgement=row.judgement,
        answer=row.answer or {},
        answer_label=row.answer_label,
        answer_number=row.answer_number,
        truth_label=row.truth_label,
        truth_number=row.truth_number,
        entered=row.entered or {},
    )
