"""Taking out what was found of models, and decided on them, for cases that are removed with their workspace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from db.cases import DEMO
from db.deletion import check_operator
from db.tables import (
    Case,
    DeletedCases,
    HealthAlarm,
    HealthCalibration,
    HealthDecision,
    HealthDetection,
    HealthJointDrift,
    HealthReference,
    HealthStanding,
    ReviewRules,
)

Model = tuple[str, str]
# What jobs work out anew of the cases that stay.
_WORKED_OUT = (HealthStanding, HealthCalibration, HealthDetection, HealthJointDrift)
_AS_IT_IS = {"synchronize_session": False}


def models_of(session: Session, workspaces: Collection[str]) -> Sequence[Model]:
    """The server and the name of every model that was asked in these workspaces."""
    query = select(Case.server, Case.model).where(Case.workspace.in_(workspaces)).distinct()
    return [(row[0], row[1]) for row in session.execute(query.order_by(Case.server, Case.model))]


def remove(session: Session, models: Collection[Model], workspaces: Collection[str]) -> None:
    """Remove what health keeps of these models: alarms, decisions, chosen references and review rules from before the first case that is of none of
    these workspaces, and what was decided while such an alarm went on. All of them where there is no other case."""
    check_operator(session)
    for server, model in models:
        first = _first_that_stays(session, server, model, workspaces)
        for derived in _WORKED_OUT:
            _delete(session, derived, server, model)
        _delete_decisions(session, server, model, first)
        for table, moment in (
            (HealthAlarm, HealthAlarm.opened_at),
            (ReviewRules, ReviewRules.created_at),
            (HealthReference, HealthReference.created_at),
        ):
            _delete(session, table, server, model, *([moment < first] if first else []))


def _first_that_stays(
    session: Session, server: str, model: str, workspaces: Collection[str]
) -> datetime | None:
    """When a model was first asked outside of these workspaces, deleted cases included; None where it never was."""
    is_other = or_(Case.workspace.is_(None), Case.workspace.not_in(workspaces))
    of_model = (Case.server == server, Case.model == model)
    asked = session.scalar(select(func.min(Case.created_at)).where(*of_model, is_other))
    gone = session.scalar(
        select(func.min(DeletedCases.day)).where(
            DeletedCases.server == server,
            DeletedCases.model == model,
            DeletedCases.purpose != DEMO,
        )
    )
    return min((moment for moment in (asked, gone) if moment), default=None)


def _delete_decisions(session: Session, server: str, model: str, first: datetime | None) -> None:
    if first is None:
        _delete(session, HealthDecision, server, model)
        return
    alarms = session.execute(
        select(HealthAlarm.opened_at, HealthAlarm.ended_at)
        .filter_by(server=server, model=model)
        .where(HealthAlarm.opened_at < first)
    )
    made = HealthDecision.created_at
    while_it_went_on = [
        and_(made >= row[0], made <= row[1]) if row[1] else made >= row[0] for row in alarms
    ]
    _delete(session, HealthDecision, server, model, or_(made < first, *while_it_went_on))


def _delete(session: Session, table: type, server: str, model: str, *where: object) -> None:
    query = delete(table).filter_by(server=server, model=model).where(*where)  # type: ignore[arg-type]
    session.execute(query, execution_options=_AS_IT_IS)
