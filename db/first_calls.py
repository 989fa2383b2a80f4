"""Queries on what people answer before the model does."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db.tables import CallDraw, Case, FirstCall


@dataclass(frozen=True, kw_only=True)
class CallDrawView:
    """What was drawn for some inputs of a person; `id` is that of the case in which they are asked."""

    id: str
    created_at: datetime
    person: str
    server: str
    model: str
    inputs: str
    probability: float
    draw: float

    @property
    def is_drawn(self) -> bool:
        """Whether the person answers before the model does."""
        return self.draw < self.probability


@dataclass(frozen=True, kw_only=True)
class FirstCallView:
    """What a person answered before the model did. Nothing is known of it where they declined."""

    id: str
    case_id: str
    created_at: datetime
    person: str
    label: str | None = None
    number: float | None = None
    text: str | None = None
    confidence: float | None = None
    is_declined: bool = False

    @property
    def answer(self) -> str | float | None:
        """The answer, whatever its kind."""
        given = (self.label, self.number, self.text)
        return next((each for each in given if each is not None), None)


def drawn(
    session: Session, person: str, server: str, model: str, inputs: str
) -> CallDrawView | None:
    """What was drawn for these inputs of a person."""
    query = select(CallDraw).filter_by(person=person, server=server, model=model, inputs=inputs)
    row = session.scalar(query)
    return None if row is None else CallDrawView(**_facts(CallDrawView, row))


def add_draw(session: Session, draw: CallDrawView) -> None:
    """Add a draw. Raises Conflict where something was drawn for these inputs of the person."""
    session.add(CallDraw(**vars(draw)))
    session.flush()


def forget_draws(session: Session, person: str, before: datetime) -> None:
    """Delete what was drawn for a person before then and led to no case."""
    asked = exists(Case.id).where(Case.id == CallDraw.id)
    over = (CallDraw.person == person, CallDraw.created_at < before, ~asked)
    session.execute(delete(CallDraw).where(*over), execution_options={"synchronize_session": False})


def add(session: Session, call: FirstCallView) -> None:
    """Add a call. Raises Conflict for a case that has one."""
    session.add(FirstCall(**vars(call)))
    session.flush()


def of_case(session: Session, case_id: str) -> FirstCallView | None:
    """What was answered in a case before the model did, as far as it may be read."""
    row = session.scalar(select(FirstCall).where(FirstCall.case_id == case_id))
    return None if row is None else FirstCallView(**_facts(FirstCallView, row))


def is_answered_again(session: Session, case_id: str) -> bool:
    """Whether a case that asks this one again was answered and has a call."""
    again = select(FirstCall.id).join(Case, Case.id == FirstCall.case_id)
    query = again.where(Case.parent_id == case_id, Case.outcome == "answered")
    return session.scalar(query.limit(1)) is not None


def newest(
    session: Session, server: str, model: str, since: datetime, limit: int
) -> list[FirstCallView]:
    """The newest calls on answered cases of a model, as far as they may be read."""
    query = (
        select(FirstCall)
        .join(Case, Case.id == FirstCall.case_id)
        .where(Case.server == server, Case.model == model, Case.created_at >= since)
        .where(Case.outcome == "answered")
        .order_by(Case.created_at.desc(), Case.id.desc())
    )
    rows = session.scalars(query.limit(limit))
    return [FirstCallView(**_facts(FirstCallView, row)) for row in rows]


def _facts(view: type[CallDrawView] | type[FirstCallView], row: object) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(view)}
