"""What figures keep of cases that are deleted: counts by model version and day (UTC), which name nobody.

They have the same meaning as those that db/health_counting.py makes of cases that are there, and db/health_days.py adds them up.
Times of answers are kept as their sum alone, so percentiles are of what is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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
