"""Cases one by one, as far as estimates by class and by slice, comparisons and drift need them: the judged ones of those that
were drawn, and the first and the newest of a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from db.health import Selection, conditions, verdicts
from db.tables import Case, Feedback

# The first, the last with the newest first, or as many spread evenly over all, the oldest first.
Which = Literal["oldest", "newest", "spread"]
# Of so many models it is asked in one query.
_AT_ONCE = 100
_ANSWER = (Case.answer_label, Case.answer_number)


@dataclass(frozen=True, kw_only=True)
class JudgedNumber:
    """One answered case that was judged, as far as the sizes of errors need it."""

    id: str
    version: str
    purpose: str
    probability: float
    is_audited: bool
    is_volunteered: bool
    judgement: str
    answer_number: float | None
    truth_number: float | None


@dataclass(frozen=True, kw_only=True)
class JudgedCase(JudgedNumber):
    """One answered case that was judged: what was answered, and what is true as far as somebody said."""

    created_at: datetime
    answer: Mapping[str, object]
    answer_label: str | None
    truth_label: str | None
    entered: Mapping[str, object]
    # Values of sensitive fields that are kept, of which `entered` has marks: for figures alone, never for a list.
    sensitive: Mapping[str, object]


def judged_cases(
    session: Session, selection: Selection, limit: int, *, is_drawn: bool = True
) -> list[JudgedCase]:
    """The newest judged cases of those that were drawn, or of all, one for each case with the statement that counts."""
    columns = (Case.answer, Case.answer_label, Case.entered, Case.sensitive, Feedback.truth_label)
    where = [and_(Case.is_audited)] if is_drawn else []
    newest = _newest_judged(selection, limit, columns, where)
    return [
        JudgedCase(
            **_judged_number(row),
            created_at=row.created_at,
            answer=row.answer or {},
            answer_label=row.answer_label,
            truth_label=row.truth_label,
            entered=row.entered or {},
            sensitive=row.sensitive or {},
        )
        for row in session.execute(newest)
    ]


def answering_numbers(session: Session, models: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the models, by (server, model), that have ever answered a number."""
    every, found = list(models), set()
    for start in range(0, len(every), _AT_ONCE):
        some = every[start : start + _AT_ONCE]
        numbers = select(Case.id).where(Case.answer_number.is_not(None))
        each = [numbers.where(Case.server == of[0], Case.model == of[1]).exists() for of in some]
        found |= set(compress(some, session.execute(select(*each)).one()))
    return found


def judged_numbers(session: Session, selection: Selection, limit: int) -> list[JudgedNumber]:
    """The same of those that were answered with a number, without what was entered."""
    where = [and_(Case.is_audited), Case.answer_number.is_not(None)]
    newest = _newest_judged(selection, limit, (), where)
    return [JudgedNumber(**_judged_number(row)) for row in session.execute(newest)]


def _newest_judged(
    selection: Selection, limit: int, columns: Sequence[Any], where: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    numbers = (Case.answer_number, Feedback.truth_number)
    own = (Case.id.label("case_id"), Case.created_at, Case.purpose)
    verdict = verdicts(selection, *own, *numbers, *columns, where=where)
    found = verdict.c
    query = select(verdict).where(found.place == 1, found.judgement.is_not(None))
    return query.order_by(found.created_at.desc(), found.case_id.desc()).limit(limit)


class AnsweredCase(NamedTuple):
    """What was entered in a case, and the class or the number that was answered; None where the answer is neither."""

    id: str
    day: date
    entered: Mapping[str, object]
    answer: str | float | None = None


def inputs_and_answers(
    session: Session, selection: Selection, limit: int, which: Which = "newest"
) -> list[AnsweredCase]:
    """Answered cases, as far as it is compared what they are."""
    columns = (Case.id, Case.created_at, Case.entered, *_ANSWER)
    return [
        AnsweredCase(row[0], row[1].date(), row[2], _answer(*row[3:]))
        for row in session.execute(_answered(selection, limit, which, *columns))
    ]


def _answer(label: str | None, number: float | None) -> str | float | None:
    return number if label is None else label


def ids(session: Session, selection: Selection, limit: int, which: Which = "newest") -> list[str]:
    """The ids of the same."""
    return list(session.scalars(_answered(selection, limit, which, Case.id)))


def _answered(selection: Selection, limit: int, which: Which, *columns: Any) -> Select[Any]:
    where = [*conditions(selection), Case.outcome == "answered"]
    if which == "spread":
        where = [Case.id.in_(_spread(where, limit))]
    answered = select(*columns).where(*where)
    newest_first = (Case.created_at.desc(), Case.id.desc())
    order = newest_first if which == "newest" else (Case.created_at, Case.id)
    return answered.order_by(*order).limit(limit)


def _spread(where: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    """The ids of so many, evenly over all in the order of time (a systematic sample); of all where there are no more."""
    place = func.row_number().over(order_by=(Case.created_at, Case.id))
    numbered = select(Case.id, place.label("place"), func.count().over().label("of")).where(*where)
    each = numbered.subquery().c
    return select(each.id).where(
        each.place * limit // each.of != (each.place - 1) * limit // each.of
    )


@dataclass(frozen=True, kw_only=True)
class AskedCase:
    """One answered case: what was entered, the numbers of its pictures and sounds by field, and the vector that was answered,
    empty where the answer is none; or the class or the number."""

    id: str
    day: date
    entered: Mapping[str, object]
    features: Mapping[str, object]
    vector: tuple[float, ...]
    answer: str | float | None = None


def asked(
    session: Session, selection: Selection, limit: int, which: Which = "newest"
) -> list[AskedCase]:
    """Answered cases."""
    columns = (Case.id, Case.created_at, Case.entered, Case.features, Case.answer, *_ANSWER)
    return [
        AskedCase(
            id=row[0],
            day=row[1].date(),
            entered=row[2],
            features=row[3] or {},
            vector=tuple(cast(Sequence[float], (row[4] or {}).get("vector") or ())),
            answer=_answer(*row[5:]),
        )
        for row in session.execute(_answered(selection, limit, which, *columns))
    ]


def comparable(
    session: Session, selection: Selection, limit: int
) -> list[tuple[Mapping[str, object], Mapping[str, object]]]:
    """What was entered in the newest answered cases, and the numbers of their pictures and sounds."""
    query = select(Case.entered, Case.features).where(
        *conditions(selection), Case.outcome == "answered"
    )
    newest = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)
    return [(row[0], row[1] or {}) for row in session.execute(newest)]


def unlike(session: Session, selection: Selection, newest: int) -> tuple[int, int]:
    """Of so many of the newest answered cases: how many were unlike all earlier ones when they were asked, and how many were
    compared with earlier ones."""
    query = select(Case.unlike).where(*conditions(selection), Case.outcome == "answered")
    newest_first = query.order_by(Case.created_at.desc(), Case.id.desc()).limit(newest)
    found = [words for words in session.scalars(newest_first) if words is not None]
    return sum(words != "" for words in found), len(found)


def compared(
    session: Session, selection: Selection, limit: int
) -> list[tuple[str, str, bool, bool]]:
    """(version of the first, of the second, whether each is right), of cases that were asked again of another version and
    whose truth is known, the newest first."""
    again = Case
    # By the table itself: what is found is joined to the cases that are seen.
    others = Case.__table__.alias()
    was_repeated = exists().where(others.c.parent_id == Case.id)
    columns = (Case.id.label("case_id"), Case.answer_label, Feedback.truth_label)
    first = verdicts(selection, *columns, where=[was_repeated])
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


def _judged_number(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "id": row.case_id,
        "version": row.version,
        "purpose": row.purpose,
        "probability": row.audit_probability,
        "is_audited": row.is_audited,
        "is_volunteered": bool(row.is_volunteered),
        "judgement": row.judgement,
        "answer_number": row.answer_number,
        "truth_number": row.truth_number,
    }
