"""Queries on the outbox, and where the statements of a session are to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from db.feedback import FeedbackView, view
from db.ids import new_id
from db.scope import Models
from db.tables import Delivery, Feedback
from db.tables.outbox import DELIVERY_STATES

__all__ = ["DELIVERY_STATES", "DeliveryView", "Target", "routed"]

_KEY = "targets"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where statements on the cases of some models go: the model's own server, or a webhook by its name."""

    name: str
    models: tuple[Models, ...]
    # A server takes a word on whether its answer was right; a webhook takes everything.
    takes_unsure: bool = True

    def takes(self, server: str, model: str, judgement: str) -> bool:
        is_about = any(each.matches(server, model) for each in self.models)
        return is_about and (self.takes_unsure or judgement != "unsure")


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """One statement on its way to one target."""

    id: str
    case_id: str
    feedback_id: str
    target: str
    state: str = "waiting"
    attempts: int = 0
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None = None
    words: str = ""


_NAMES = tuple(field.name for field in fields(DeliveryView))


def routed(sessions: sessionmaker[Session], targets: Sequence[Target]) -> sessionmaker[Session]:
    """The same sessions, which put each statement that they record into the outbox for these targets."""
    known = dict(sessions.kw)
    bind, more = known.pop("bind"), known.pop("info")
    return sessionmaker(bind, info={**more, _KEY: tuple(targets)}, **known)


def put(session: Session, said: FeedbackView, server: str, model: str) -> None:
    """Put a statement into the outbox, in its own transaction: one row for each target that takes it."""
    targets: Sequence[Target] = session.info.get(_KEY, ())
    session.add_all(
        Delivery(
            id=new_id(),
            case_id=said.case_id,
            feedback_id=said.id,
            target=target.name,
            state="waiting",
            attempts=0,
            created_at=said.created_at,
            next_at=said.created_at,
            words="",
        )
        for target in targets
        if target.takes(server, model, said.judgement)
    )


def due(session: Session, now: datetime, limit: int) -> list[DeliveryView]:
    """What is to be sent now, the oldest first."""
    query = select(Delivery).where(Delivery.state == "waiting", Delivery.next_at <= now)
    return [_view(row) for row in session.scalars(query.order_by(Delivery.id).limit(limit))]


def of_case(session: Session, case_id: str) -> list[DeliveryView]:
    """What of a case was sent or waits, the newest first."""
    query = select(Delivery).where(Delivery.case_id == case_id).order_by(Delivery.id.desc())
    return [_view(row) for row in session.scalars(query)]


def note(session: Session, delivery_id: str, **values: object) -> None:
    """What came of an attempt."""
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))


def again(session: Session, delivery_id: str, now: datetime) -> bool:
    """Have something sent at the next occasion, whatever came of it before; whether there is such a thing."""
    query = update(Delivery).where(Delivery.id == delivery_id)
    row = session.execute(query.values(state="waiting", next_at=now).returning(Delivery.id))
    return row.first() is not None


def statement(session: Session, feedback_id: str) -> FeedbackView | None:
    """What is to be sent; None where it was erased meanwhile."""
    row = session.get(Feedback, feedback_id)
    return None if row is None else view(row)


def _view(row: Delivery) -> DeliveryView:
    return DeliveryView(**{name: getattr(row, name) for name in _NAMES})
