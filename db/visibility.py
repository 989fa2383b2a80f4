"""The conditions that a scope puts on cases, on what is said of them, and on jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, String, and_, exists, false, func, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from db.begins_with import begins_with
from db.position import position
from db.scope import ANY, OF_CASE, OF_MODEL, Models, Scope
from db.tables import (
    TAKEN_BACK,
    Batch,
    BatchSchedule,
    Case,
    CaseComment,
    Feedback,
    FirstCall,
    Job,
    ReviewItem,
)

_Text = InstrumentedAttribute[str] | ColumnElement[str]


def is_open_to(
    scope: Scope, table: type[Feedback] | type[FirstCall] | type[CaseComment]
) -> ColumnElement[bool]:
    """What a reader may read of what is said of cases: all of it, but where a case waits for a review that they may
    give and they have said nothing, their own words alone. A decision between two readings is not blind."""
    if not scope.reader or scope.is_of_all_people:
        return true()
    items, said = ReviewItem.__table__.alias("waits"), Feedback.__table__.alias("said")
    theirs = true() if scope.is_all else like(scope.reviewed, items.c.server, items.c.model)
    waits = exists(items.c.id).where(
        items.c.case_id == table.case_id, items.c.state == "open", items.c.reading < 3, theirs
    )
    has_spoken = exists(said.c.id).where(
        said.c.case_id == table.case_id,
        said.c.person == scope.reader,
        said.c.is_current,
        said.c.reason != TAKEN_BACK,
    )
    return or_(table.person == scope.reader, not_(waits), has_spoken)


def schedules(scope: Scope, is_change: bool) -> ColumnElement[bool]:
    """Schedules that are seen: as what is asked; and those that may be ended: one's own, and all of the models that are
    operated."""
    if not is_change:
        return asked(BatchSchedule, replace(scope, is_of_all_people=False))
    of_model = like(scope.operated, BatchSchedule.server, BatchSchedule.model)
    seen = like(scope.seen, BatchSchedule.server, BatchSchedule.model)
    return and_(seen, or_(BatchSchedule.person == scope.person, of_model))


def asked(
    table: type[Case] | type[Batch] | type[BatchSchedule], scope: Scope
) -> ColumnElement[bool]:
    """What was asked of the models that are seen: by oneself, and by everybody of those that are reviewed."""
    seen = like(scope.seen, table.server, table.model)
    if scope.is_of_all_people:
        return seen
    grounds = [table.person == scope.person, like(scope.reviewed, table.server, table.model)]
    if table is Case and scope.shared:
        grounds.append(Case.id.in_(scope.shared))
    return and_(seen, or_(*grounds))


def visible_jobs(scope: Scope) -> ColumnElement[bool]:
    """Jobs: with what they are about, by who sees that. A study is of who began it, and its model's operators."""
    scope = replace(scope, is_of_all_people=False)
    is_of_case = exists(Case.__table__.c.id).where(Case.id == _case_of_job(), asked(Case, scope))
    is_of_batch = exists(Batch.__table__.c.id).where(Batch.id == Job.id, asked(Batch, scope))
    return or_(changeable_jobs(scope), is_of_case, is_of_batch)


def changeable_jobs(scope: Scope) -> ColumnElement[bool]:
    """Jobs that somebody may stop or let go on: their own, and all of the models that they operate.

    Those about no model, such as the nightly ones, are the business of who operates all.
    """
    if Models() in scope.operated:
        return true()
    is_mine = Job.person == scope.person
    server, name = _model_of_job()
    of_model = and_(
        _is_about_model(),
        like(scope.seen, server, name),
        or_(is_mine, like(scope.operated, server, name)),
    )
    operated = like(scope.operated, Case.server, Case.model)
    of_case = exists(Case.__table__.c.id).where(
        Case.id == _case_of_job(), asked(Case, scope), or_(is_mine, operated)
    )
    of_neither = and_(not_(_is_about_model()), not_(_is_about_case()), is_mine)
    return or_(of_model, of_case, of_neither)


def _is_about_model() -> ColumnElement[bool]:
    return func.substr(Job.subject, 1, len(OF_MODEL)) == OF_MODEL


def _is_about_case() -> ColumnElement[bool]:
    return func.substr(Job.subject, 1, len(OF_CASE)) == OF_CASE


def _case_of_job() -> ColumnElement[str]:
    return func.substr(Job.subject, len(OF_CASE) + 1, type_=String)


def _model_of_job() -> tuple[ColumnElement[str], ColumnElement[str]]:
    """The server and the name; a server's name holds no slash. Of no use where the job is not about a model."""
    rest: ColumnElement[str] = func.substr(Job.subject, len(OF_MODEL) + 1, type_=String)
    slash = position(rest + "/", "/")
    return func.substr(rest, 1, slash - 1, type_=String), func.substr(rest, slash + 1, type_=String)


def like(models: Iterable[Models], server: _Text, name: _Text) -> ColumnElement[bool]:
    conditions = [and_(_is(server, each.server), _is(name, each.name)) for each in models]
    return or_(*conditions) if conditions else false()


def _is(column: _Text, pattern: str) -> ColumnElement[bool]:
    """The same as `is_like`. Not LIKE, which does not tell a from A in SQLite."""
    if pattern == ANY:
        return true()
    if pattern.endswith(ANY):
        return begins_with(column, pattern[:-1])
    return column == pattern
