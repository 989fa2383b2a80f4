"""Counting the marked days anew, and keeping what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

import db.health_counting as counting
from db.health import ModelVersion, Selection
from db.health_days import Span, conditions_of, marked
from db.ids import new_id
from db.scope import scope_of
from db.tables import HealthDay, HealthDayFeedback, HealthDaySeconds, HealthMark, HealthRevision

_EVERYTHING = Selection(purposes=None)
# Any number, as long as nothing else on the same PostgreSQL takes the same advisory lock.
_ADVISORY_LOCK = 5_208_114_936
# A fold is one transaction: of so many days at most.
DAYS_AT_ONCE = 500


def fold(session: Session) -> int:
    """Count marked days anew and take their marks away, in a session that reads as of one moment: how many spans there were. 0
    also where another process is at it, and for who does not see everything.

    A mark that comes meanwhile stays, as does a case that comes with it.
    """
    scope = scope_of(session)
    if not scope.is_all or scope.reader or not _is_alone(session):
        return 0
    spans = marked(session, DAYS_AT_ONCE)
    if not spans:
        return 0
    for table in (HealthMark, HealthDay, HealthDayFeedback, HealthDaySeconds):
        for where in conditions_of(spans, table, table.day):
            session.execute(delete(table).where(where), execution_options=_AS_IT_IS)
    for where in conditions_of(spans):
        _keep(session, HealthDay, map(_day, counting.cases(session, _EVERYTHING, [where])))
        said = counting.statements(session, _EVERYTHING, [where])
        _keep(session, HealthDayFeedback, map(_statements, said))
        took = counting.durations(session, _EVERYTHING, [where])
        _keep(session, HealthDaySeconds, map(_durations, took))
    _revise(session, spans)
    return len(spans)


_AS_IT_IS = {"synchronize_session": False}


def _is_alone(session: Session) -> bool:
    """Whether no other process folds now; none begins until this transaction ends."""
    if session.get_bind().dialect.name == "sqlite":
        return True  # it has one writer
    lock = text("SELECT pg_try_advisory_xact_lock(:lock)")
    return bool(session.scalar(lock, {"lock": _ADVISORY_LOCK}))


def _keep(session: Session, table: type, rows: Iterable[dict[str, object]]) -> None:
    if found := list(rows):
        session.execute(insert(table), found)


def _revise(session: Session, spans: Sequence[Span]) -> None:
    models = {(span.key.server, span.key.model) for span in spans if span.key}
    revision = new_id()
    for server, model in sorted(models):
        of_model = (HealthRevision.server == server, HealthRevision.model == model)
        session.execute(delete(HealthRevision).where(*of_model), execution_options=_AS_IT_IS)
    rows = [{"server": s, "model": m, "revision": revision} for s, m in sorted(models)]
    session.execute(insert(HealthRevision), rows)


def _day(count: counting.DayCount) -> dict[str, object]:
    return {
        **_group(count.key, count.purpose, count.day),
        "outcome": count.outcome,
        "audit_probability": count.probability,
        "is_audited": count.is_audited,
        "is_volunteered": count.is_volunteered,
        "judgement": count.judgement,
        "cases": count.cases,
        "seconds": count.seconds,
        "last_at": count.last_at,
    }


def _statements(count: counting.DayStatements) -> dict[str, object]:
    return {
        **_group(count.key, count.purpose, count.day),
        "channel": count.channel,
        "judgement": count.judgement,
        "statements": count.statements,
    }


def _durations(count: counting.DayDurations) -> dict[str, object]:
    found = count.durations
    return {
        **_group(count.key, count.purpose, count.day),
        "cases": found.n,
        "least": found.least,
        "most": found.most,
        "counts": {str(number): cases for number, cases in found.counts.items()},
    }


def _group(key: ModelVersion, purpose: str, day: date) -> dict[str, object]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {"id": new_id(), **vars(key), "purpose": purpose, "day": midnight}
