"""Queries on studies: what was found of how a model treats a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from db.tables import Study


@dataclass(frozen=True, kw_only=True)
class StudyView:
    """A study as it was recorded. `cohort` says which rows it is about, `result` is the explanation."""

    id: str
    server: str
    model: str
    version: str
    method: str
    cohort: dict[str, object]
    person: str
    created_at: datetime
    status: str
    rows: int
    calls: int
    seconds: float
    seed: int | None
    result: dict[str, object] | None
    sentence: str


@dataclass(frozen=True, kw_only=True)
class StudyLine:
    """What a list says of a study."""

    id: str
    version: str
    method: str
    cohort: dict[str, object]
    person: str
    created_at: datetime
    status: str
    rows: int
    seconds: float


_LINE = tuple(field.name for field in fields(StudyLine))


def add(session: Session, study: StudyView) -> None:
    """Add a study."""
    session.add(Study(**{field.name: getattr(study, field.name) for field in fields(StudyView)}))


def by_id(session: Session, study_id: str) -> StudyView | None:
    """The study behind a link; None when there is none."""
    row = session.get(Study, study_id)
    if row is None:
        return None
    return StudyView(**{field.name: getattr(row, field.name) for field in fields(StudyView)})


def newest(session: Session, *, server: str, model: str, limit: int) -> Sequence[StudyLine]:
    """The studies of a model, the newest first, without their results."""
    query = select(Study).filter_by(server=server, model=model)
    newest_first = query.order_by(Study.created_at.desc(), Study.id.desc()).limit(limit)
    lean = newest_first.options(load_only(*(getattr(Study, name) for name in _LINE)))
    return [
        StudyLine(**{name: getattr(row, name) for name in _LINE}) for row in session.scalars(lean)
    ]
