"""Queries on what people decide on what Health found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from db.tables import HealthDecision
from db.tables.health import ACTIONS

__all__ = ["ACTIONS", "DecisionView", "add", "all_of", "decided_since", "of_models", "put_off"]

# So many of a model are read, and the newest of each action besides: what was accepted long ago still holds.
_MOST = 50


@dataclass(frozen=True, kw_only=True)
class DecisionView:
    """One step in the life of an alert, as it was recorded."""

    id: str
    server: str
    model: str
    person: str
    created_at: datetime
    action: str
    reason: str = ""
    evidence: Mapping[str, object]
    snoozed_until: datetime | None = None
    baseline_right: int | None = None
    baseline_n: int | None = None


_NAMES = tuple(field.name for field in fields(DecisionView))


def add(session: Session, view: DecisionView) -> DecisionView:
    """Record a step. Raises OutOfScope for a model that who asks does not review."""
    session.add(HealthDecision(**{name: getattr(view, name) for name in _NAMES}))
    session.flush()
    return view


def all_of(session: Session, server: str, model: str, most: int = _MOST) -> list[DecisionView]:
    """The steps of a model, the newest first: so many, and the newest of each action."""
    of_it = and_(HealthDecision.server == server, HealthDecision.model == model)
    return [_view(row) for row in session.scalars(_newest(of_it, most))]


def of_models(session: Session) -> dict[tuple[str, str], list[DecisionView]]:
    """The same of every model."""
    found: dict[tuple[str, str], list[DecisionView]] = {}
    for row in session.scalars(_newest(true(), _MOST)):
        found.setdefault((row.server, row.model), []).append(_view(row))
    return found


def _newest(wanted: ColumnElement[bool], most: int) -> Select[HealthDecision]:
    table = HealthDecision
    of_model, in_order = (table.server, table.model), (table.created_at.desc(), table.id.desc())
    place = func.row_number().over(partition_by=of_model, order_by=in_order)
    of_action = func.row_number().over(partition_by=(*of_model, table.action), order_by=in_order)
    places = select(table.id, place.label("place"), of_action.label("of_action")).where(wanted)
    each = places.subquery().c
    is_read = or_(each.place <= most, each.of_action == 1)
    return select(table).join(each.id.table, each.id == table.id).where(is_read).order_by(*in_order)


def decided_since(session: Session, moment: datetime) -> set[tuple[str, str]]:
    """(server, model) of the models on which somebody has decided since a moment."""
    table = HealthDecision
    query = select(table.server, table.model).where(table.created_at >= moment).distinct()
    return {(row[0], row[1]) for row in session.execute(query)}


def put_off(session: Session, now: datetime) -> dict[tuple[str, str], DecisionView]:
    """The newest step of each model, where that puts it off until a moment after `now`."""
    models = session.execute(
        select(HealthDecision.server, HealthDecision.model)
        .where(HealthDecision.snoozed_until > now)
        .distinct()
    )
    found = {(row[0], row[1]): all_of(session, row[0], row[1], most=1) for row in models}
    return {model: steps[0] for model, steps in found.items() if steps and _is_off(steps[0], now)}


def _is_off(step: DecisionView, now: datetime) -> bool:
    return step.snoozed_until is not None and step.snoozed_until > now


def _view(row: HealthDecision) -> DecisionView:
    return DecisionView(**{name: getattr(row, name) for name in _NAMES})
