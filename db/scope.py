"""What may be seen: a `Scope` that every session carries, so that no query can be written without one.

The conditions are put into every statement on these tables as it is executed, subqueries and joins included
(SQLAlchemy's `with_loader_criteria`, made for this); a query that is added tomorrow is limited as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    event,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from db.begins_with import begins_with
from db.errors import OutOfScope, UndeclaredTable
from db.position import position
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
    HealthJointDrift,
    HealthMark,
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

ANY = "*"
_TRAIL = (AuditChain, AuditEntry, AuditLeaf, AuditSalt)
_KEY = "scope"
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
    HealthJointDrift,
    HealthMark,
    HealthRevision,
    HealthStanding,
    KeyField,
    Overlay,
    Stream,
    Study,
)
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
_Text = InstrumentedAttribute[str] | ColumnElement[str]


@dataclass(frozen=True, kw_only=True)
class Models:
    """Models by the names of their server and their own: a name, or its beginning and `*`."""

    server: str = ANY
    name: str = ANY

    def matches(self, server: str, name: str) -> bool:
        return _is_like(server, self.server) and _is_like(name, self.name)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Who asks, and what they may see.

    `seen` are the models that are there for them, to ask and to see their own cases of; of those that are
    `reviewed` they see everybody's, and of those that are `operated` everybody's jobs too, which they may stop.
    `is_all` is the operator of everything: nothing is limited.
    `is_of_all_people` is for counts that name nobody: every case of the models that are seen.
    """

    person: str = ""
    # What they are in: kept with their jobs, so that these end with what a group may do.
    groups: tuple[str, ...] = ()
    seen: tuple[Models, ...] = ()
    reviewed: tuple[Models, ...] = ()
    operated: tuple[Models, ...] = ()
    is_all: bool = False
    is_of_all_people: bool = False
    # The cases whose links they have opened and that still hold; looked up once a session.
    shared: tuple[str, ...] = ()
    # Who reads what others say only after they have said something themselves, while a case waits for their review;
    # nobody for the command line and for jobs.
    reader: str = ""
    # The workspace of the run of a show that a guest was let into: its stage and their vote are all they reach.
    show: str = ""

    def sees(self, server: str, model: str) -> bool:
        """Whether a model is there at all."""
        return self.is_all or any(each.matches(server, model) for each in self.seen)

    def sees_server(self, server: str) -> bool:
        """Whether a server is there: some of its models may be seen."""
        return self.is_all or any(_is_like(server, each.server) for each in self.seen)

    def reviews(self, server: str, model: str) -> bool:
        """Whether everybody's cases of a model are seen, and what all use of it may be changed."""
        return self.is_all or any(each.matches(server, model) for each in self.reviewed)

    def operates(self, server: str, model: str) -> bool:
        """Whether everybody's jobs on a model are seen, and may be stopped."""
        return self.is_all or any(each.matches(server, model) for each in self.operated)


EVERYTHING = Scope(is_all=True)


def info(scope: Scope) -> dict[str, Scope]:
    """What a session is made with."""
    return {_KEY: scope}


def scope_of(session: Session) -> Scope:
    """What a session may see. Raises OutOfScope for one that was made without a scope."""
    scope = session.info.get(_KEY)
    if not isinstance(scope, Scope):
        raise OutOfScope("a session was opened without saying what it may see")
    return scope


def _is_like(name: str, pattern: str) -> bool:
    if pattern.endswith(ANY):
        return name.startswith(pattern[:-1])
    return name == pattern


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
    return true() if scope.is_all else _like(scope.reviewed, Case.server, Case.model)


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


@lru_cache(maxsize=512)
def _criteria(scope: Scope, is_change: bool) -> tuple[LoaderCriteriaOption, ...]:
    own = select(Case.__table__.c.id).where(_asked(Case, scope))
    # Whom a case was shared with sees neither its links nor who else has one.
    of_own = replace(scope, shared=(), is_of_all_people=False)
    managed = select(Case.__table__.c.id).where(_asked(Case, of_own))
    batches = select(Batch.__table__.c.id).where(_asked(Batch, scope))
    schedules = select(BatchSchedule.__table__.c.id).where(_schedules(scope, is_change))
    conditions: dict[type[Base], ColumnElement[bool]] = {
        table: _like(scope.seen, table.server, table.model) for table in _OF_MODELS
    }
    sets = DataSet.__table__.c
    frozen = select(sets.id).where(_like(scope.reviewed, sets.server, sets.model))
    tested = TestRun.__table__.c
    tests = select(tested.id).where(_like(scope.reviewed, tested.server, tested.model))
    shows = select(Show.__table__.c.id).where(Show.__table__.c.person == scope.person)
    # A guest reads the stage, and changes nothing of it.
    is_read = bool(scope.show) and not is_change
    is_guest = ShowRun.__table__.c.workspace == scope.show if is_read else false()
    runs = select(ShowRun.__table__.c.workspace).where(
        or_(ShowRun.__table__.c.show_id.in_(shows), is_guest)
    )
    conditions |= {
        Case: _asked(Case, scope),
        Batch: _asked(Batch, scope),
        BatchChunk: BatchChunk.batch_id.in_(batches),
        BatchSchedule: _schedules(scope, is_change),
        BatchScheduleFile: BatchScheduleFile.schedule_id.in_(schedules),
        Explanation: Explanation.case_id.in_(own),
        Feedback: and_(
            Feedback.case_id.in_(own), true() if is_change else _is_open_to(scope, Feedback)
        ),
        FirstCall: and_(
            FirstCall.case_id.in_(own), true() if is_change else _is_open_to(scope, FirstCall)
        ),
        CallDraw: CallDraw.person == scope.person,
        CaseComment: and_(
            CaseComment.case_id.in_(own),
            true() if is_change else _is_open_to(scope, CaseComment),
        ),
        Comparison: _like(scope.reviewed, Comparison.server, Comparison.model),
        ReviewItem: _like(scope.reviewed, ReviewItem.server, ReviewItem.model),
        ReviewRules: _like(scope.reviewed, ReviewRules.server, ReviewRules.model),
        CaseHold: CaseHold.case_id.in_(own),
        Delivery: Delivery.case_id.in_(own),
        GoldenCase: GoldenCase.case_id.in_(own),
        GoldenResult: GoldenResult.case_id.in_(own),
        InboxSeen: InboxSeen.person == scope.person,
        DataSet: _like(scope.reviewed, DataSet.server, DataSet.model),
        DataSetRow: DataSetRow.set_id.in_(frozen),
        TestResult: TestResult.run_id.in_(tests),
        TestRun: _like(scope.reviewed, TestRun.server, TestRun.model),
        SavedView: or_(
            SavedView.person == scope.person,
            and_(
                SavedView.is_shared,
                or_(
                    SavedView.server == "",
                    _like(scope.seen, SavedView.server, SavedView.model),
                ),
            ),
        ),
        Scenario: Scenario.asked_id.in_(own),
        Show: Show.person == scope.person,
        ShowRun: ShowRun.workspace.in_(runs),
        ShowVote: ShowVote.workspace.in_(runs),
        Job: _changeable(scope) if is_change else _visible(scope),
        CaseShare: CaseShare.case_id.in_(managed),
        ShareOpening: ShareOpening.share_id.in_(
            select(CaseShare.__table__.c.id).where(CaseShare.case_id.in_(managed))
        ),
        JobInput: JobInput.job_id.in_(select(Job.__table__.c.id).where(_visible(scope))),
        ApiRequest: ApiRequest.person == scope.person,
        # Whoever operates all can take back a token of somebody who left.
        ApiToken: true() if Models() in scope.operated else ApiToken.person == scope.person,
    }
    # The trail names everybody: it is the operator's. Whoever does something adds to it all the same (db/audit_log.py).
    conditions |= dict.fromkeys(_TRAIL, false())
    # The index of business keys leads to cases, past the scope, and these are found within it.
    conditions[KeyValue] = false()
    return tuple(
        with_loader_criteria(table, condition, include_aliases=True)
        for table, condition in conditions.items()
    )


@lru_cache(maxsize=512)
def _blinding(scope: Scope) -> tuple[LoaderCriteriaOption, ...]:
    """For who sees everything: what others say of a case that waits for their review."""
    return tuple(
        with_loader_criteria(table, _is_open_to(scope, table), include_aliases=True)
        for table in (Feedback, FirstCall, CaseComment)
    )


def _is_open_to(
    scope: Scope, table: type[Feedback] | type[FirstCall] | type[CaseComment]
) -> ColumnElement[bool]:
    """What a reader may read of what is said of cases: all of it, but where a case waits for a review that they may
    give and they have said nothing, their own words alone. A decision between two readings is not blind."""
    if not scope.reader or scope.is_of_all_people:
        return true()
    items, said = ReviewItem.__table__.alias("waits"), Feedback.__table__.alias("said")
    theirs = true() if scope.is_all else _like(scope.reviewed, items.c.server, items.c.model)
    waits = exists(items.c.id).where(
        items.c.case_id == table.case_id, items.c.state == "open", items.c.reading < 3, theirs
    )
    has_spoken = exists(said.c.id).where(
        said.c.case_id == table.case_id, said.c.person == scope.reader, said.c.is_current
    )
    return or_(table.person == scope.reader, not_(waits), has_spoken)


def _schedules(scope: Scope, is_change: bool) -> ColumnElement[bool]:
    """Schedules that are seen: as what is asked; and those that may be ended: one's own, and all of the models that are
    operated."""
    if not is_change:
        return _asked(BatchSchedule, replace(scope, is_of_all_people=False))
    of_model = _like(scope.operated, BatchSchedule.server, BatchSchedule.model)
    seen = _like(scope.seen, BatchSchedule.server, BatchSchedule.model)
    return and_(seen, or_(BatchSchedule.person == scope.person, of_model))


def _asked(
    table: type[Case] | type[Batch] | type[BatchSchedule], scope: Scope
) -> ColumnElement[bool]:
    """What was asked of the models that are seen: by oneself, and by everybody of those that are reviewed."""
    seen = _like(scope.seen, table.server, table.model)
    if scope.is_of_all_people:
        return seen
    grounds = [table.person == scope.person, _like(scope.reviewed, table.server, table.model)]
    if table is Case and scope.shared:
        grounds.append(Case.id.in_(scope.shared))
    return and_(seen, or_(*grounds))


def _visible(scope: Scope) -> ColumnElement[bool]:
    """Jobs: with what they are about, by who sees that. A study is of who began it, and its model's operators."""
    scope = replace(scope, is_of_all_people=False)
    is_of_case = exists(Case.__table__.c.id).where(Case.id == _case_of_job(), _asked(Case, scope))
    is_of_batch = exists(Batch.__table__.c.id).where(Batch.id == Job.id, _asked(Batch, scope))
    return or_(_changeable(scope), is_of_case, is_of_batch)


def _changeable(scope: Scope) -> ColumnElement[bool]:
    """Jobs that somebody may stop or let go on: their own, and all of the models that they operate.

    Those about no model, such as the nightly ones, are the business of who operates all.
    """
    if Models() in scope.operated:
        return true()
    is_mine = Job.person == scope.person
    server, name = _model_of_job()
    of_model = and_(
        _is_about_model(),
        _like(scope.seen, server, name),
        or_(is_mine, _like(scope.operated, server, name)),
    )
    operated = _like(scope.operated, Case.server, Case.model)
    of_case = exists(Case.__table__.c.id).where(
        Case.id == _case_of_job(), _asked(Case, scope), or_(is_mine, operated)
    )
    of_neither = and_(not_(_is_about_model()), not_(_is_about_case()), is_mine)
    return or_(of_model, of_case, of_neither)


# What a job is about: `model/<server>/<name>`, `case/<id>`, or anything else, which is of no model.
_OF_MODEL, _OF_CASE = "model/", "case/"


def model_of(subject: str) -> tuple[str, str] | None:
    """The server and the name of the model that a job is about; None where its subject is none."""
    if not subject.startswith(_OF_MODEL):
        return None
    server, _, name = subject.removeprefix(_OF_MODEL).partition("/")
    return server, name


def case_of(subject: str) -> str:
    """The id of the case that a job is about; empty where its subject is none."""
    return subject.removeprefix(_OF_CASE) if subject.startswith(_OF_CASE) else ""


def _is_about_model() -> ColumnElement[bool]:
    return func.substr(Job.subject, 1, len(_OF_MODEL)) == _OF_MODEL


def _is_about_case() -> ColumnElement[bool]:
    return func.substr(Job.subject, 1, len(_OF_CASE)) == _OF_CASE


def _case_of_job() -> ColumnElement[str]:
    return func.substr(Job.subject, len(_OF_CASE) + 1, type_=String)


def _model_of_job() -> tuple[ColumnElement[str], ColumnElement[str]]:
    """The server and the name; a server's name holds no slash. Of no use where the job is not about a model."""
    rest: ColumnElement[str] = func.substr(Job.subject, len(_OF_MODEL) + 1, type_=String)
    slash = position(rest + "/", "/")
    return func.substr(rest, 1, slash - 1, type_=String), func.substr(rest, slash + 1, type_=String)


def _like(models: Iterable[Models], server: _Text, name: _Text) -> ColumnElement[bool]:
    conditions = [and_(_is(server, each.server), _is(name, each.name)) for each in models]
    return or_(*conditions) if conditions else false()


def _is(column: _Text, pattern: str) -> ColumnElement[bool]:
    """The same as `_is_like`. Not LIKE, which does not tell a from A in SQLite."""
    if pattern == ANY:
        return true()
    if pattern.endswith(ANY):
        return begins_with(column, pattern[:-1])
    return column == pattern


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
