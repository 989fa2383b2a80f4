"""Queries on answers side by side: the cases that ask the same of several versions, and what people chose."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast

from sqlalchemy import Table, exists, select, update
from sqlalchemy.orm import Session

from db.cases import GENUINE
from db.tables import Case, Comparison
from db.tables.comparisons import CHOICES

__all__ = ["CHOICES"]

# Cases that ask another again with the same inputs.
_AGAIN = ("golden", "replay", "test")


@dataclass(frozen=True, kw_only=True)
class ComparisonView:
    """A pair as it was put in front of somebody. `draw` decided which case stood at the left."""

    id: str
    server: str
    model: str
    left_id: str
    right_id: str
    left_version: str
    right_version: str
    draw: float
    drawn_at: datetime
    person: str
    choice: str | None = None
    answered_at: datetime | None = None


def answers_of_versions(
    session: Session, server: str, model: str, limit: int
) -> dict[str, dict[str, str]]:
    """For each of the newest cases of a model that were asked again with success, the newest case of each version that
    answered it, itself included: ids by version, by the id of the case. `limit` bounds the cases that ask again."""
    query = (
        select(Case.parent_id, Case.version, Case.id)
        .where(
            Case.server == server,
            Case.model == model,
            Case.parent_id.is_not(None),
            Case.purpose.in_(_AGAIN),
            Case.outcome == "answered",
            Case.workspace.is_(None),
        )
        .order_by(Case.created_at.desc(), Case.id.desc())
        .limit(limit)
    )
    again = [(str(row[0]), str(row[1]), str(row[2])) for row in session.execute(query)]
    ids = {case_id for case_id, *_ in again}
    first = select(Case.id, Case.version).where(
        Case.id.in_(ids), Case.server == server, Case.model == model, Case.outcome == "answered"
    )
    versions = {row[0]: row[1] for row in session.execute(first)} if ids else {}
    found: dict[str, dict[str, str]] = {}
    for case_id, version, again_id in again:
        if case_id in versions:
            found.setdefault(case_id, {}).setdefault(version, again_id)
            found[case_id][versions[case_id]] = case_id
    return found


def not_asked(session: Session, server: str, model: str, version: str, limit: int) -> list[str]:
    """The ids of the newest cases about something that there is which another version answered, and which this one was not
    asked again. Sensitive values that were not kept do not matter here: such a case cannot be asked."""
    again = cast(Table, Case.__table__).alias()
    asked = exists(again.c.id).where(
        again.c.parent_id == Case.id, again.c.version == version, again.c.outcome == "answered"
    )
    query = (
        select(Case.id)
        .where(
            Case.server == server,
            Case.model == model,
            Case.version != version,
            Case.outcome == "answered",
            Case.purpose.in_(GENUINE),
            Case.workspace.is_(None),
            ~asked,
        )
        .order_by(Case.created_at.desc(), Case.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def add(session: Session, view: ComparisonView) -> None:
    """Note that a pair is put in front of somebody."""
    session.add(Comparison(**{field.name: getattr(view, field.name) for field in fields(view)}))
    session.flush()


def by_id(session: Session, comparison_id: str) -> ComparisonView | None:
    row = session.get(Comparison, comparison_id, populate_existing=True)
    return None if row is None else _view(row)


def of_person(session: Session, server: str, model: str, person: str) -> list[ComparisonView]:
    """What was put in front of somebody, the oldest first."""
    query = select(Comparison).filter_by(server=server, model=model, person=person)
    return [_view(row) for row in session.scalars(query.order_by(Comparison.drawn_at))]


def answered(session: Session, server: str, model: str) -> list[ComparisonView]:
    """What people chose of a model, the oldest first."""
    query = select(Comparison).filter_by(server=server, model=model)
    rows = session.scalars(
        query.where(Comparison.choice.is_not(None)).order_by(Comparison.drawn_at)
    )
    return [_view(row) for row in rows]


def choose(session: Session, comparison_id: str, choice: str, now: datetime) -> bool:
    """Keep what was chosen, once; whether nothing had been."""
    query = (
        update(Comparison)
        .where(Comparison.id == comparison_id, Comparison.choice.is_(None))
        .values(choice=choice, answered_at=now)
        .returning(Comparison.id)
    )
    return session.scalar(query) is not None


def _view(row: Comparison) -> ComparisonView:
    return ComparisonView(**{f.name: getattr(row, f.name) for f in fields(ComparisonView)})
