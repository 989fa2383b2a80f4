"""Queries on what the drift detectors deployed beside models said last."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.tables import HealthDetection


@dataclass(frozen=True, kw_only=True)
class DetectionView:
    """What a drift detector said of so many `cases`, the newest of which is `last_case`. `is_drift` is None while it collects,
    and where it could not be asked: then `problem` says why. `p` is its smallest chance, `distance` its largest distance."""

    server: str
    model: str
    detector: str
    asked_at: datetime
    last_case: str
    cases: int
    is_drift: bool | None = None
    p: float | None = None
    distance: float | None = None
    threshold: float | None = None
    problem: str = ""


_NAMES = tuple(each.name for each in fields(DetectionView))


def of_models(
    session: Session, server: str | None = None, model: str | None = None
) -> dict[tuple[str, str], list[DetectionView]]:
    """What is kept of the models that are seen, or of one, by (server, model)."""
    table = HealthDetection
    query = select(table).order_by(table.server, table.model, table.detector)
    for column, value in ((table.server, server), (table.model, model)):
        query = query if value is None else query.where(column == value)
    found: dict[tuple[str, str], list[DetectionView]] = defaultdict(list)
    for row in session.scalars(query):
        view = DetectionView(**{name: getattr(row, name) for name in _NAMES})
        found[row.server, row.model].append(view)
    return dict(found)


def put(session: Session, view: DetectionView) -> None:
    """This, in place of what the detector said before. Raises Conflict where another process does the same now."""
    of = {"server": view.server, "model": view.model, "detector": view.detector}
    session.execute(delete(HealthDetection).filter_by(**of))
    session.add(HealthDetection(**{name: getattr(view, name) for name in _NAMES}))
    session.flush()
