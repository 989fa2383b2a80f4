"""What figures keep of cases that are deleted: counts by model version and day (UTC), which name nobody.

They come with the same meaning as those that db/health.py makes of cases that are there. Times of answers are kept as their
sum alone, so percentiles are of what is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from db.health import (
    BucketCount,
    FeedbackCount,
    JudgedCount,
    ModelVersion,
    OutcomeCount,
    Selection,
)
from db.ids import new_id
from db.tables import Case, DeletedCases, DeletedFeedback, Feedback

_CASE = (
    Case.id, Case.server, Case.model, Case.version, Case.purpose, Case.created_at, Case.outcome,
    Case.audit_probability, Case.is_audited, Case.seconds_total,
)  # fmt: skip
_SAID = (
    Feedback.id, Feedback.case_id, Feedback.created_at, Feedback.channel, Feedback.judgement, Feedback.is_current,
)  # fmt: skip
_GROUP = ("server", "model", "version", "purpose", "day")
_LOTTERY = ("outcome", "audit_probability", "is_audited", "is_volunteered", "judgement")


def keep(session: Session, case_ids: Collection[str]) -> None:
    """Add the counts of cases that are about to be deleted, and of what is said of them."""
    said: dict[str, list[Any]] = defaultdict(list)
    for statement in session.execute(select(*_SAID).where(Feedback.case_id.in_(case_ids))):
        said[statement.case_id].append(statement)
    cases: Counter[tuple[object, ...]] = Counter()
    seconds: dict[tuple[object, ...], float] = defaultdict(float)
    statements: Counter[tuple[object, ...]] = Counter()
    for case in session.execute(select(*_CASE).where(Case.id.in_(case_ids))):
        group = (case.server, case.model, case.version, case.purpose, _day(case.created_at))
        lottery = (case.outcome, case.audit_probability, case.is_audited)
        key = (*group, *lottery, *_verdict(case.outcome, said[case.id]))
        cases[key] += 1
        seconds[key] += case.seconds_total
        current = [s for s in said[case.id] if s.is_current and case.outcome == "answered"]
        statements.update((*group, s.channel, s.judgement) for s in current)
    session.add_all(_cases_row(key, count, seconds[key]) for key, count in cases.items())
    session.add_all(_feedback_row(key, count) for key, count in statements.items())
    session.flush()


def _cases_row(key: tuple[Any, ...], count: int, seconds: float) -> DeletedCases:
    values = dict(zip((*_GROUP, *_LOTTERY), key, strict=True))
    return DeletedCases(id=new_id(), cases=count, seconds=seconds, **values)


def _feedback_row(key: tuple[Any, ...], count: int) -> DeletedFeedback:
    values = dict(zip((*_GROUP, "channel", "judgement"), key, strict=True))
    return DeletedFeedback(id=new_id(), statements=count, **values)


def _verdict(outcome: str, said: Sequence[Any]) -> tuple[bool, str | None]:
    """Whether somebody spoke unasked, and what counts: in the order of `_verdict` of db/health.py."""
    if outcome != "answered" or not said:
        return False, None
    deciding = [s for s in said if s.is_current and s.judgement != "unsure"]
    newest = max(deciding, key=lambda s: (s.channel == "review", s.created_at, s.id), default=None)
    is_volunteered = any(s.channel == "volunteered" for s in said)
    return is_volunteered, None if newest is None else newest.judgement


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


# Reading: of a span that begins or ends within a day, that day is left out.


def outcomes(session: Session, selection: Selection) -> list[OutcomeCount]:
    """Deleted cases by model version and outcome; the last one was asked on the day that `last_at` begins."""
    key = _key_columns(DeletedCases)
    counted = (func.sum(DeletedCases.cases), func.max(DeletedCases.day))
    query = select(*key, DeletedCases.outcome, *counted).where(
        *_conditions(DeletedCases, selection)
    )
    return [
        OutcomeCount(key=_key(row), outcome=row[3], cases=int(row[4]), last_at=row[5])
        for row in session.execute(query.group_by(*key, DeletedCases.outcome))
    ]


def statements(session: Session, selection: Selection) -> list[FeedbackCount]:
    """Deleted feedback that counted, by model version, channel and judgement."""
    groups = (
        *_key_columns(DeletedFeedback),
        DeletedFeedback.channel,
        DeletedFeedback.judgement,
    )
    query = select(*groups, func.sum(DeletedFeedback.statements)).where(
        *_conditions(DeletedFeedback, selection)
    )
    return [
        FeedbackCount(key=_key(row), channel=row[3], judgement=row[4], statements=int(row[5]))
        for row in session.execute(query.group_by(*groups))
    ]


def judged(session: Session, selection: Selection) -> list[JudgedCount]:
    """Deleted answered cases by how they might have come to be judged and how they were."""
    lottery = (
        DeletedCases.audit_probability,
        DeletedCases.is_audited,
        DeletedCases.is_volunteered,
        DeletedCases.judgement,
    )
    groups = (*_key_columns(DeletedCases), *lottery)
    query = select(*groups, func.sum(DeletedCases.cases)).where(
        *_conditions(DeletedCases, selection), DeletedCases.outcome == "answered"
    )
    return [
        JudgedCount(
            key=_key(row),
            probability=row[3],
            is_audited=row[4],
            is_volunteered=row[5],
            judgement=row[6],
            cases=int(row[7]),
        )
        for row in session.execute(query.group_by(*groups))
    ]


def days(session: Session, selection: Selection) -> list[BucketCount]:
    """Deleted cases by day (UTC) and outcome."""
    sums = (func.sum(DeletedCases.cases), func.sum(DeletedCases.seconds))
    groups = (DeletedCases.day, DeletedCases.outcome)
    query = select(*groups, *sums).where(*_conditions(DeletedCases, selection)).group_by(*groups)
    return [
        BucketCount(
            start=row[0], outcome=row[1], cases=int(row[2]), mean_seconds=row[3] / int(row[2])
        )
        for row in session.execute(query)
    ]


_Table = type[DeletedCases] | type[DeletedFeedback]


def _key_columns(table: _Table) -> tuple[Any, ...]:
    return table.server, table.model, table.version


def _key(row: Row[*tuple[Any, ...]]) -> ModelVersion:
    return ModelVersion(server=row[0], model=row[1], version=row[2])


def _conditions(table: _Table, selection: Selection) -> list[ColumnElement[bool]]:
    wanted: Mapping[str, str | None] = {
        "server": selection.server,
        "model": selection.model,
        "version": selection.version,
    }
    conditions = [
        getattr(table, name) == value for name, value in wanted.items() if value is not None
    ]
    conditions.append(table.purpose.in_(selection.purposes))
    if selection.since is not None:
        conditions.append(table.day >= selection.since)
    if selection.until is not None:
        conditions.append(table.day < _day(selection.until))
    return conditions
