"""Every statement sees no more than the `Scope` of its session.

The conditions are put into every statement on these tables as it is executed, subqueries and joins included
(SQLAlchemy's `with_loader_criteria`, made for this); a query that is added tomorrow is limited as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    event,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from db.errors import OutOfScope, UndeclaredTable
from db.scope import Models, Scope, model_of, scope_of
from db.tables import (
    ApiRequest,
    ApiToken,
    AuditChain,
    AuditEntry,
    AuditLeaf,
    AuditSalt,
    Background,
    Base,
    Batch,
    BatchChunk,
    BatchSchedule,
    BatchScheduleFile,
    CallDraw,
    Case,
    CaseComment,
    CaseFile,
    CaseHold,
    CaseShare,
    ColumnMapping,
    Comparison,
    DataSet,
    DataSetRow,
    DeletedCases,
    DeletedFeedback,
    Delivery,
    DiscoveredFacts,
    Explanation,
    Feedback,
    FirstCall,
    GoldenCase,
    GoldenResult,
    GoldenRun,
    GoldenSet,
    HealthAlarm,
    HealthCalibration,
    HealthDay,
    HealthDayFeedback,
    HealthDaySeconds,
    HealthDecision,
    HealthDetection,
    HealthJointDrift,
    HealthMark,
    HealthReference,
    HealthRevision,
    HealthStanding,
    InboxSeen,
    Job,
    JobInput,
    KeyField,
    KeyValue,
    Overlay,
    ReviewItem,
    ReviewRules,
    SavedView,
    Scenario,
    ShareOpening,
    Show,
    ShowRun,
    ShowVote,
    Stream,
    Study,
    TestResult,
    TestRun,
    Worker,
    Workspace,
)
from db.visibility import asked, changeable_jobs, is_open_to, like, schedules, visible_jobs

_TRAIL = (AuditChain, AuditEntry, AuditLeaf, AuditSalt)
_SHARED = "scope with shared cases"
_ANONYMOUS = "anonymous"  # db/person.py: nothing is shared with nobody in particular
_SHARED_WITH = (
    select(CaseShare.__table__.c.case_id)
    .join(ShareOpening.__table__, ShareOpening.__table__.c.share_id == CaseShare.__table__.c.id)
    .where(
        ShareOpening.__table__.c.person == bindparam("person"),
        CaseShare.__table__.c.revoked_at.is_(None),
        CaseShare.__table__.c.expires_at > bindparam("now"),
    )
)
# An execution option of a query that asks what may be changed rather than seen.
TO_CHANGE = "to_change"
_OF_MODELS = (
    Background,
    Batch,
    BatchSchedule,
    CallDraw,
    Case,
    ColumnMapping,
    DeletedCases,
    DeletedFeedback,
    DiscoveredFacts,
    GoldenRun,
    GoldenSet,
    HealthAlarm,
    HealthCalibration,
    HealthDay,
    HealthDayFeedback,
    HealthDaySeconds,
    HealthDecision,
    HealthDetection,
    HealthJointDrift,
    HealthMark,
    HealthReference,
    HealthRevision,
    HealthStanding,
    KeyField,
    Overlay,
    Stream,
    Study,
)
# Of models that somebody reviews.
_OF_REVIEWED = (Comparison, DataSet, ReviewItem, ReviewRules, TestRun)
# What is said of a case.
_WORDS = (Feedback, FirstCall, CaseComment)
# What nobody else has to do with.
_OF_PERSON = (ApiRequest, ApiToken)
# What one person writes and everybody meets: for those who review the model.
_FOR_ALL = (
    Background,
    Comparison,
    DataSet,
    GoldenCase,
    GoldenRun,
    GoldenSet,
    HealthAlarm,
    HealthDecision,
    HealthReference,
    Overlay,
    ReviewItem,
    ReviewRules,
    TestRun,
)
# What is written in somebody's name, which is that of who writes.
_IN_A_NAME = (
    *_OF_PERSON,
    Batch,
    BatchSchedule,
    CallDraw,
    Case,
    Feedback,
    FirstCall,
    HealthDecision,
    HealthReference,
    Job,
    Show,
)
# What belongs to a case, for those who see it.
_OF_CASES = (Delivery, Explanation, Feedback, FirstCall, Scenario)
# Tables that every session reads, and why they show nobody more than they may see. A table of neither kind stops the start.
OPEN: dict[type[Base], str] = {
    CaseFile: "found by the SHA-256 of its content alone, which stands in cases that are seen",
    Worker: "signs of life of processes, which say nothing of models or people",
    Workspace: "which shows and demonstrations there were; what was asked in them is not in it",
}


def _limit(state: ORMExecuteState) -> None:
    """Put the conditions of the session's scope into a statement."""
    scope = _with_shared(state.session)
    if scope.is_all and scope.reader and not scope.is_of_all_people and state.is_select:
        state.statement = state.statement.options(*_blinding(scope))
    elif not scope.is_all and (state.is_select or state.is_update or state.is_delete):
        is_change = not state.is_select or TO_CHANGE in state.execution_options
        state.statement = state.statement.options(*_criteria(scope, is_change))


def reviewed_in(session: Session) -> ColumnElement[bool]:
    """The condition that a case is of a model that who asks reviews or operates."""
    scope = scope_of(session)
    return true() if scope.is_all else like(scope.reviewed, Case.server, Case.model)


def _with_shared(session: Session) -> Scope:
    """The scope of a session, with what is shared with its person: by the tables themselves, past the conditions."""
    scope = scope_of(session)
    if scope.is_all or scope.shared or scope.person in ("", _ANONYMOUS):
        return scope
    if _SHARED not in session.info:
        bound = {"person": scope.person, "now": datetime.now(UTC)}
        case_ids = session.connection().execute(_SHARED_WITH, bound).scalars()
        session.info[_SHARED] = replace(scope, shared=tuple(sorted(set(case_ids))))
    shared: Scope = session.info[_SHARED]
    return shared


_Conditions = dict[type[Base], ColumnElement[bool]]


@lru_cache(maxsize=512)
def _criteria(scope: Scope, is_change: bool) -> tuple[LoaderCriteriaOption, ...]:
    conditions: _Conditions = {
        table: like(scope.seen, table.server, table.model) for table in _OF_MODELS
    }
    conditions |= {table: like(scope.reviewed, table.server, table.model) for table in _OF_REVIEWED}
    conditions |= _on_cases(scope, is_change)
    conditions |= _on_shares(scope)
    conditions |= _on_batches(scope, is_change)
    conditions |= _on_tests(scope)
    conditions |= _on_shows(scope, is_change)
    conditions |= _on_jobs(scope, is_change)
    conditions |= _on_people(scope)
    # The trail names everybody: it is the operator's. Whoever does something adds to it all the same (db/audit_log.py).
    conditions |= dict.fromkeys(_TRAIL, false())
    # The index of business keys leads to cases, past the scope, and these are found within it.
    conditions[KeyValue] = false()
    return tuple(
        with_loader_criteria(table, condition, include_aliases=True)
        for table, condition in conditions.items()
    )


def _on_cases(scope: Scope, is_change: bool) -> _Conditions:
    own = select(Case.__table__.c.id).where(asked(Case, scope))
    of_case = (Explanation, CaseHold, Delivery, GoldenCase, GoldenResult)
    conditions: _Conditions = {table: table.case_id.in_(own) for table in of_case}
    for table in _WORDS:
        is_open = true() if is_change else is_open_to(scope, table)
        conditions[table] = and_(table.case_id.in_(own), is_open)
    return conditions | {Case: asked(Case, scope), Scenario: Scenario.asked_id.in_(own)}


def _on_shares(scope: Scope) -> _Conditions:
    """Whom a case was shared with sees neither its links nor who else has one."""
    of_own = replace(scope, shared=(), is_of_all_people=False)
    managed = select(Case.__table__.c.id).where(asked(Case, of_own))
    shares = select(CaseShare.__table__.c.id).where(CaseShare.case_id.in_(managed))
    return {
        CaseShare: CaseShare.case_id.in_(managed),
        ShareOpening: ShareOpening.share_id.in_(shares),
    }


def _on_batches(scope: Scope, is_change: bool) -> _Conditions:
    batches = select(Batch.__table__.c.id).where(asked(Batch, scope))
    ids = select(BatchSchedule.__table__.c.id).where(schedules(scope, is_change))
    return {
        Batch: asked(Batch, scope),
        BatchChunk: BatchChunk.batch_id.in_(batches),
        BatchSchedule: schedules(scope, is_change),
        BatchScheduleFile: BatchScheduleFile.schedule_id.in_(ids),
    }


def _on_tests(scope: Scope) -> _Conditions:
    sets, runs = DataSet.__table__.c, TestRun.__table__.c
    frozen = select(sets.id).where(like(scope.reviewed, sets.server, sets.model))
    tests = select(runs.id).where(like(scope.reviewed, runs.server, runs.model))
    return {DataSetRow: DataSetRow.set_id.in_(frozen), TestResult: TestResult.run_id.in_(tests)}


def _on_shows(scope: Scope, is_change: bool) -> _Conditions:
    """One's own; a guest reads the stage, and changes nothing of it."""
    shows = select(Show.__table__.c.id).where(Show.__table__.c.person == scope.person)
    is_read = bool(scope.show) and not is_change
    is_guest = ShowRun.__table__.c.workspace == scope.show if is_read else false()
    runs = select(ShowRun.__table__.c.workspace).where(
        or_(ShowRun.__table__.c.show_id.in_(shows), is_guest)
    )
    return {
        Show: Show.person == scope.person,
        ShowRun: ShowRun.workspace.in_(runs),
        ShowVote: ShowVote.workspace.in_(runs),
    }


def _on_jobs(scope: Scope, is_change: bool) -> _Conditions:
    jobs = select(Job.__table__.c.id).where(visible_jobs(scope))
    return {
        Job: changeable_jobs(scope) if is_change else visible_jobs(scope),
        JobInput: JobInput.job_id.in_(jobs),
    }


def _on_people(scope: Scope) -> _Conditions:
    of_seen = like(scope.seen, SavedView.server, SavedView.model)
    is_shared = and_(SavedView.is_shared, or_(SavedView.server == "", of_seen))
    return {
        ApiRequest: ApiRequest.person == scope.person,
        # Whoever operates all can take back a token of somebody who left.
        ApiToken: true() if Models() in scope.operated else ApiToken.person == scope.person,
        CallDraw: CallDraw.person == scope.person,
        InboxSeen: InboxSeen.person == scope.person,
        SavedView: or_(SavedView.person == scope.person, is_shared),
    }


@lru_cache(maxsize=512)
def _blinding(scope: Scope) -> tuple[LoaderCriteriaOption, ...]:
    """For who sees everything: what others say of a case that waits for their review."""
    return tuple(
        with_loader_criteria(table, is_open_to(scope, table), include_aliases=True)
        for table in _WORDS
    )


def _check_new(session: Session, _context: object, _instances: object) -> None:
    """Refuse rows of models and cases that the writer may not see, of models that they may not change for others, and
    rows in the name of somebody else. Raises OutOfScope."""
    scope = scope_of(session)
    for row in () if scope.is_all else session.new:
        if isinstance(row, _IN_A_NAME) and row.person != scope.person:
            raise OutOfScope(f"{scope.person} may not write in the name of {row.person}")
        if not _may_write(session, scope, row):
            raise OutOfScope(f"{scope.person} may not write this: {type(row).__name__}")


def _may_write(session: Session, scope: Scope, row: object) -> bool:
    if isinstance(row, _FOR_ALL):
        return scope.reviews(row.server, row.model)
    if isinstance(row, _OF_MODELS):
        return scope.sees(row.server, row.model)
    if isinstance(row, _OF_CASES):
        return session.scalar(select(Case.id).where(Case.id == row.case_id)) is not None
    if isinstance(row, ShowRun):
        return session.scalar(select(Show.id).where(Show.id == row.show_id)) is not None
    model = model_of(row.subject) if isinstance(row, Job) else None
    return model is None or scope.sees(*model)


def check_declared() -> None:
    """Raises UndeclaredTable for a mapped table of which nothing says who may see it."""
    limited = {criterion.entity for criterion in _criteria(Scope(), False)}
    for mapper in Base.registry.mappers:
        if mapper.class_ not in OPEN and mapper not in limited:
            raise UndeclaredTable(mapper.class_.__name__)


event.listen(Session, "do_orm_execute", _limit)
event.listen(Session, "before_flush", _check_new)
