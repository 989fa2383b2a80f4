"""Queries on what people chose to compare the newest inputs of models with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from db.tables import HealthReference

Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ReferenceView:
    """A choice, without its rows."""

    id: str
    server: str
    model: str
    source: str
    name: str
    person: str
    created_at: datetime
    content: Mapping[str, object]


_COLUMNS = tuple(getattr(HealthReference, name) for name in ReferenceView.__dataclass_fields__)


def add(session: Session, view: ReferenceView, rows: Sequence[Row]) -> None:
    """Keep a choice, which counts from now on, with its rows: those of an earlier choice are deleted. Raises OutOfScope for a model that
    who asks does not review."""
    of = {"server": view.server, "model": view.model}
    session.execute(update(HealthReference).filter_by(**of).values(rows=[]))
    session.add(HealthReference(**vars(view), rows=[dict(row) for row in rows]))
    session.flush()


def newest(session: Session, server: str, model: str) -> ReferenceView | None:
    """The choice that counts for a model; None where nobody chose."""
    return of_models(session, server, model).get((server, model))


def of_models(
    session: Session, server: str | None = None, model: str | None = None
) -> dict[tuple[str, str], ReferenceView]:
    """The choice that counts for each model that is seen, or for one."""
    of = {name: n for name, n in (("server", server), ("model", model)) if n is not None}
    found = session.execute(_newest_of_each().filter_by(**of))
    return {(row.server, row.model): ReferenceView(**row._mapping) for row in found}


def rows(session: Session, reference_id: str) -> list[Row]:
    """Its rows; none where another was chosen since."""
    kept = session.scalar(select(HealthReference.rows).filter_by(id=reference_id))
    return list(kept or ())


def _newest_of_each() -> Select[tuple[object, ...]]:
    """By the id, which is the later the greater, as two choices may be of one moment."""
    ids = select(func.max(HealthReference.id)).group_by(
        HealthReference.server, HealthReference.model
    )
    return select(*_COLUMNS).where(HealthReference.id.in_(ids))
