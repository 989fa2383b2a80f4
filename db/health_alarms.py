"""Queries on the alarms of Health: what goes on, what has ended, and who was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from db.tables import HealthAlarm
from db.tables.health import ALARM_KINDS

__all__ = [
    "ALARM_KINDS",
    "AlarmView",
    "add",
    "end",
    "end_of_model",
    "newest",
    "note_deliveries",
    "open_now",
    "over_since",
    "reopen",
    "to_tell",
    "wind_back",
]


@dataclass(frozen=True, kw_only=True)
class AlarmView:
    """One alarm, as it stands. `deliveries` is by the name of a channel; in its `pauses` it was over, from the first moment to the
    second."""

    id: str
    server: str
    model: str
    kind: str
    opened_at: datetime
    ended_at: datetime | None = None
    sentence: str
    deliveries: Mapping[str, object]
    pauses: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None


_NAMES = tuple(field.name for field in fields(AlarmView))


def add(session: Session, alarm: AlarmView) -> None:
    """Record an alarm that begins. Raises Conflict where one of its kind goes on."""
    values = {name: getattr(alarm, name) for name in _NAMES}
    session.add(HealthAlarm(**{**values, "pauses": _kept(alarm.pauses)}))
    session.flush()


def reopen(session: Session, alarm: AlarmView, now: datetime) -> None:
    """One that is over goes on again, with its `deliveries`. Raises Conflict where one of its kind goes on."""
    pauses = (*alarm.pauses, (alarm.ended_at or now, now))
    values = {"ended_at": None, "deliveries": dict(alarm.deliveries), "pauses": _kept(pauses)}
    is_it = (HealthAlarm.id == alarm.id, HealthAlarm.ended_at.is_not(None))
    session.execute(update(HealthAlarm).where(*is_it).values(values))
    session.flush()


def over_since(session: Session, moment: datetime) -> list[AlarmView]:
    """Those that ended from a moment on, the last to end last."""
    query = select(HealthAlarm).where(HealthAlarm.ended_at >= moment)
    return [_view(row) for row in session.scalars(query.order_by(HealthAlarm.ended_at))]


def end(session: Session, alarm_id: str, now: datetime) -> None:
    """It is over."""
    is_it = (HealthAlarm.id == alarm_id, HealthAlarm.ended_at.is_(None))
    session.execute(update(HealthAlarm).where(*is_it).values(ended_at=now))


def end_of_model(
    session: Session, server: str, model: str, kinds: Sequence[str], now: datetime
) -> None:
    """Those of these kinds that go on for a model are over."""
    are_they = (HealthAlarm.kind.in_(kinds), HealthAlarm.ended_at.is_(None))
    query = update(HealthAlarm).filter_by(server=server, model=model).where(*are_they)
    session.execute(query.values(ended_at=now))


def wind_back(session: Session, server: str, models: Sequence[str], now: datetime) -> None:
    """The alarms of these models as they were at a moment: what began later is not there, and what ended later goes on."""
    later = delete(HealthAlarm).where(HealthAlarm.opened_at > now)
    ended = update(HealthAlarm).where(HealthAlarm.ended_at > now).values(ended_at=None)
    for statement in (later, ended):
        of_models = statement.where(HealthAlarm.server == server, HealthAlarm.model.in_(models))
        session.execute(of_models, execution_options={"synchronize_session": False})
    again = select(HealthAlarm).where(HealthAlarm.server == server, HealthAlarm.model.in_(models))
    for alarm in session.scalars(again.where(HealthAlarm.pauses.is_not(None))):
        pauses = _view(alarm).pauses
        if later_ones := [pause for pause in pauses if pause[1] > now]:
            alarm.pauses = _kept(tuple(pause for pause in pauses if pause[1] <= now))
            alarm.ended_at = later_ones[0][0] if later_ones[0][0] <= now else None


def note_deliveries(session: Session, alarm_id: str, deliveries: Mapping[str, object]) -> None:
    """Who was told by now."""
    values = {"deliveries": dict(deliveries)}
    session.execute(update(HealthAlarm).where(HealthAlarm.id == alarm_id).values(values))


def open_now(session: Session) -> list[AlarmView]:
    """Those that go on, the oldest first."""
    query = select(HealthAlarm).where(HealthAlarm.ended_at.is_(None))
    rows = session.scalars(query.order_by(HealthAlarm.opened_at, HealthAlarm.id))
    return [_view(row) for row in rows]


def to_tell(session: Session, since: datetime) -> list[AlarmView]:
    """Those that go on or ended since a moment, the oldest first."""
    query = select(HealthAlarm).where(
        or_(HealthAlarm.ended_at.is_(None), HealthAlarm.ended_at >= since)
    )
    rows = session.scalars(query.order_by(HealthAlarm.opened_at, HealthAlarm.id))
    return [_view(row) for row in rows]


def newest(session: Session, server: str, model: str, limit: int = 20) -> list[AlarmView]:
    """The alarms of a model, the newest first."""
    query = select(HealthAlarm).filter_by(server=server, model=model)
    order = query.order_by(HealthAlarm.opened_at.desc(), HealthAlarm.id.desc())
    return [_view(row) for row in session.scalars(order.limit(limit))]


def _view(row: HealthAlarm) -> AlarmView:
    values = {name: getattr(row, name) for name in _NAMES}
    pauses = [tuple(map(datetime.fromisoformat, pause)) for pause in row.pauses or ()]
    return AlarmView(**{**values, "pauses": tuple(pauses)})


def _kept(pauses: Sequence[tuple[datetime, datetime]]) -> list[list[str]] | None:
    return [[moment.isoformat() for moment in pause] for pause in pauses] or None
