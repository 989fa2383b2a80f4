"""Queries on many cases of one model at once: what was entered, answered, and said to be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from db.tables import Case, Explanation, Feedback

_MANY = 500


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which answered cases of these purposes: the newest `limit` of a model, or of one version, since a moment, with one answer,
    and with or without feedback (None: either)."""

    server: str
    model: str
    purposes: tuple[str, ...]
    limit: int
    version: str | None = None
    since: datetime | None = None
    answer: str | None = None
    has_feedback: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CohortRow:
    """One case as a row: what was entered and answered, and the right answer where somebody knows it."""

    case_id: str
    version: str
    entered: dict[str, object]
    answer_label: str | None
    answer_number: float | None
    truth: str | float | None = None


@dataclass(frozen=True, kw_only=True)
class ExplainedRow:
    """A case with one of its explanations, as stored."""

    case_id: str
    version: str
    entered: dict[str, object]
    method: str
    result: dict[str, object]


def rows(session: Session, wanted: Wanted) -> list[CohortRow]:
    """The cases, the newest first."""
    query = select(
        Case.id, Case.version, Case.entered, Case.sensitive, Case.answer_label, Case.answer_number
    )
    newest_first = query.where(*_conditions(wanted)).order_by(
        Case.created_at.desc(), Case.id.desc()
    )
    cases = session.execute(newest_first.limit(wanted.limit)).all()
    truths = _truths(session, [row.id for row in cases])
    return [
        CohortRow(
            case_id=row.id,
            version=row.version,
            entered={**row.entered, **(row.sensitive or {})},
            answer_label=row.answer_label,
            answer_number=row.answer_number,
            truth=truths.get(row.id),
        )
        for row in cases
    ]


def versions(session: Session, *, server: str, model: str) -> list[str]:
    """The versions that have answered, in alphabetical order."""
    query = select(Case.version).filter_by(server=server, model=model, outcome="answered")
    return sorted(session.scalars(query.distinct()))


def seconds(session: Session, *, server: str, model: str, limit: int) -> Sequence[float]:
    """How long the newest answered cases took, from asking to answer."""
    query = select(Case.seconds_total).filter_by(server=server, model=model, outcome="answered")
    return session.scalars(query.order_by(Case.created_at.desc()).limit(limit)).all()


def explained(session: Session, wanted: Wanted, method: str) -> list[ExplainedRow]:
    """The newest explanations of a method that there are of these cases; a case may come more than once."""
    query = select(Case.id, Case.version, Case.entered, Explanation.method, Explanation.result)
    joined = query.join(Explanation, Explanation.case_id == Case.id)
    own = joined.where(*_conditions(wanted), Explanation.method == method)
    newest_first = own.order_by(Case.created_at.desc(), Explanation.created_at.desc())
    return [
        ExplainedRow(
            case_id=row.id,
            version=row.version,
            entered=row.entered,
            method=row.method,
            result=row.result,
        )
        for row in session.execute(newest_first.limit(wanted.limit))
        if row.result
    ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        Case.server == wanted.server,
        Case.model == wanted.model,
        Case.outcome == "answered",
        Case.purpose.in_(wanted.purposes),
    ]
    if wanted.version is not None:
        conditions.append(Case.version == wanted.version)
    if wanted.since is not None:
        conditions.append(Case.created_at >= wanted.since)
    if wanted.answer is not None:
        conditions.append(Case.answer_label == wanted.answer)
    if wanted.has_feedback is not None:
        has_current_feedback = exists().where(Feedback.case_id == Case.id, Feedback.is_current)
        conditions.append(has_current_feedback if wanted.has_feedback else ~has_current_feedback)
    return conditions


def _truths(session: Session, case_ids: Sequence[str]) -> dict[str, str | float]:
    """The right answers, as far as somebody knows them. A reviewer's word goes before others', the newest
    before older ones; `unsure` decides nothing."""
    truths: dict[str, str | float] = {}
    for start in range(0, len(case_ids), _MANY):
        some = case_ids[start : start + _MANY]
        query = select(
            Feedback.case_id, Feedback.channel, Feedback.truth_label, Feedback.truth_number
        ).where(Feedback.case_id.in_(some), Feedback.is_current, Feedback.judgement != "unsure")
        judgements = session.execute(query.order_by(Feedback.created_at, Feedback.id)).all()
        for row in sorted(judgements, key=lambda row: row.channel == "review"):
            truth = row.truth_label if row.truth_label is not None else row.truth_number
            truths.pop(row.case_id, None)
            if truth is not None:
                truths[row.case_id] = truth
    return truths
