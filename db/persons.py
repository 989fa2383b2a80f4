"""Where the database names a person, what is about them, and how they are erased from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Text, delete, func, or_, select, update
from sqlalchemy import cast as cast_column
from sqlalchemy.orm import Session

from db.deletion import check_operator, is_kept
from db.job_view import UNDER_WAY
from db.tables import (
    ApiRequest,
    ApiToken,
    AuditEntry,
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
    Delivery,
    DiscoveredFacts,
    Explanation,
    Feedback,
    FirstCall,
    GoldenCase,
    GoldenResult,
    GoldenRun,
    GoldenSet,
    HealthDecision,
    HealthReference,
    HealthStanding,
    InboxSeen,
    Job,
    JobInput,
    Overlay,
    ReviewItem,
    ReviewRules,
    SavedView,
    Scenario,
    ShareOpening,
    Show,
    ShowRun,
    ShowVote,
    Study,
    TestResult,
    TestRun,
    Workspace,
)

NOBODY = "(erased)"
# Every column that names a person, and what becomes of its rows when they are erased: `delete`, `name` (the row
# stays, the name goes), or `stay`, which is for the trail alone: it goes on to say who did what and when.
COLUMNS: dict[tuple[type[Base], str], str] = {
    (ApiRequest, "person"): "delete",
    (ApiToken, "person"): "delete",
    (ApiToken, "made_by"): "name",
    (ApiToken, "revoked_by"): "name",
    (AuditEntry, "person"): "stay",
    (Background, "person"): "name",
    (Batch, "person"): "delete",
    (BatchSchedule, "person"): "delete",
    (CallDraw, "person"): "delete",
    (Case, "person"): "delete",
    (CaseComment, "person"): "delete",
    (CaseHold, "person"): "name",
    (CaseShare, "person"): "delete",
    (CaseShare, "shared_by"): "delete",
    (ColumnMapping, "person"): "name",
    (Comparison, "person"): "name",
    (DataSet, "person"): "name",
    (DiscoveredFacts, "person"): "name",
    (Feedback, "person"): "delete",
    (FirstCall, "person"): "delete",
    (GoldenCase, "person"): "name",
    (GoldenRun, "person"): "name",
    (GoldenSet, "person"): "name",
    (HealthDecision, "person"): "name",
    (HealthReference, "person"): "name",
    (HealthStanding, "owner"): "name",
    (InboxSeen, "person"): "delete",
    (Job, "person"): "delete",
    (Overlay, "author"): "name",
    (ReviewItem, "leased_by"): "name",
    (ReviewItem, "answered_by"): "name",
    (ReviewRules, "person"): "name",
    (SavedView, "person"): "delete",
    (Scenario, "person"): "delete",
    (ShareOpening, "person"): "delete",
    (Show, "person"): "delete",
    (Study, "person"): "name",
    (TestRun, "person"): "name",
    (Workspace, "opened_by"): "name",
    (Workspace, "closed_by"): "name",
}
# What belongs to the cases of a person, whoever wrote it.
_OF_CASES = (
    Explanation,
    Feedback,
    FirstCall,
    CaseComment,
    ReviewItem,
    Scenario,
    CaseShare,
    GoldenCase,
    GoldenResult,
    TestResult,
    DataSetRow,
    Delivery,
)
# What is no content: digests of secrets, and answers that stand in the cases.
HIDDEN_COLUMNS = {
    "secret_sha256",
    "token_sha256",
    "idempotency_key",
    "headers",
    "body",
    "guest_key",
    "code",
}


def about(session: Session, person: str, table_name: str) -> Iterator[Mapping[str, Any]]:
    """The columns of every row of a table that names a person or belongs to a case of theirs."""
    for table, condition in _conditions(person):
        core = cast(Table, table.__table__)
        if core.name == table_name:
            columns = [c for c in core.columns if c.name not in HIDDEN_COLUMNS]
            query = select(*columns).where(condition).execution_options(yield_per=200)
            for row in session.connection().execute(query):
                yield dict(row._mapping)


def counts(session: Session, person: str) -> dict[str, int]:
    """How many rows there are of that, by table; of the tables that have some."""
    check_operator(session)
    rows_by_table = {
        cast(Table, table.__table__).name: session.scalar(
            select(func.count()).select_from(table).where(condition)
        )
        for table, condition in _conditions(person)
    }
    return {name: count for name, count in rows_by_table.items() if count}


def _conditions(person: str) -> list[tuple[type[Base], ColumnElement[bool]]]:
    own = select(Case.__table__.c.id).where(Case.__table__.c.person == person)
    grounds: dict[type[Base], list[ColumnElement[bool]]] = {}
    for table, column in COLUMNS:
        grounds.setdefault(table, []).append(getattr(table, column) == person)
    for table in _OF_CASES:
        of_case: Any = table
        grounds.setdefault(table, []).append(of_case.case_id.in_(own))
    batches = select(Batch.__table__.c.id).where(Batch.__table__.c.person == person)
    grounds[BatchChunk] = [BatchChunk.batch_id.in_(batches)]
    schedules = select(BatchSchedule.__table__.c.id).where(
        BatchSchedule.__table__.c.person == person
    )
    grounds[BatchScheduleFile] = [BatchScheduleFile.schedule_id.in_(schedules)]
    return [(table, or_(*conditions)) for table, conditions in grounds.items()]


def under_way(session: Session, person: str) -> int:
    """How many jobs of a person wait or run."""
    query = select(func.count()).select_from(Job)
    return session.scalar(query.where(Job.person == person, Job.state.in_(UNDER_WAY))) or 0


def entered(session: Session, ids: Collection[str]) -> list[Mapping[str, object]]:
    """What was entered in some cases, sensitive values included."""
    query = select(Case.entered, Case.sensitive).where(Case.id.in_(ids))
    return [{**row.entered, **(row.sensitive or {})} for row in session.execute(query)]


def file(session: Session, digest: str) -> bytes | None:
    """A kept file."""
    return session.scalar(select(CaseFile.content).where(CaseFile.sha256 == digest))


# Erasing.


def delete_said(session: Session, person: str, limit: int) -> list[tuple[str, str]]:
    """Delete what a person said on so many cases of others, unless those are golden or held; the kind and id of each."""
    kept = select(Case.id).where(is_kept(Case))
    gone: list[tuple[str, str]] = []
    for kind, table in (("feedback", Feedback), ("comment", CaseComment), ("call", FirstCall)):
        of_person = (table.person == person, table.case_id.not_in(kept))
        cases = list(
            session.scalars(select(table.case_id).where(*of_person).distinct().limit(limit))
        )
        where = (table.person == person, table.case_id.in_(cases))
        ids = list(session.scalars(select(table.id).where(*where)))
        session.execute(delete(InboxSeen).where(InboxSeen.item_id.in_(ids)))
        session.execute(delete(Delivery).where(Delivery.feedback_id.in_(ids)))
        session.execute(delete(DataSetRow).where(DataSetRow.feedback_id.in_(ids)))
        session.execute(delete(table).where(*where), execution_options=_AS_IT_IS)
        gone += [(kind, each) for each in ids]
    return gone


def delete_rest(session: Session, person: str) -> None:
    """Delete what else is theirs, and take the name off what stays; cases, what was said, batches, signatures and
    tokens apart."""
    shares = select(CaseShare.id).where(
        or_(CaseShare.person == person, CaseShare.shared_by == person)
    )
    jobs = select(Job.id).where(Job.person == person)
    shows = select(Show.id).where(Show.person == person)
    runs = select(ShowRun.workspace).where(ShowRun.show_id.in_(shows))
    schedules = select(BatchSchedule.id).where(BatchSchedule.person == person)
    for statement in (
        delete(BatchScheduleFile).where(BatchScheduleFile.schedule_id.in_(schedules)),
        delete(BatchSchedule).where(BatchSchedule.person == person),
        delete(ShareOpening).where(
            or_(ShareOpening.person == person, ShareOpening.share_id.in_(shares))
        ),
        delete(CaseShare).where(or_(CaseShare.person == person, CaseShare.shared_by == person)),
        delete(JobInput).where(JobInput.job_id.in_(jobs)),
        delete(Job).where(Job.person == person),
        delete(ShowVote).where(ShowVote.workspace.in_(runs)),
        delete(ShowRun).where(ShowRun.show_id.in_(shows)),
        delete(Show).where(Show.person == person),
        *(
            delete(table).where(table.person == person)
            for table in (ApiRequest, CallDraw, SavedView, InboxSeen, Scenario)
        ),
        *(
            update(table).where(getattr(table, column) == person).values({column: NOBODY})
            for (table, column), fate in COLUMNS.items()
            if fate == "name" and table not in (Overlay, ApiToken)
        ),
    ):
        session.execute(statement, execution_options=_AS_IT_IS)


def delete_tokens(session: Session, person: str) -> list[str]:
    """Delete the tokens of a person; their ids."""
    query = delete(ApiToken).where(ApiToken.person == person).returning(ApiToken.id)
    return list(session.scalars(query, execution_options=_AS_IT_IS))


def tokens_named(session: Session, person: str) -> list[str]:
    """The ids of the tokens of others that a person made or took back."""
    named = or_(ApiToken.made_by == person, ApiToken.revoked_by == person)
    return list(session.scalars(select(ApiToken.id).where(named)))


def unname_tokens(session: Session, ids: Collection[str], person: str) -> None:
    """Take the name of a person off these tokens."""
    for column in (ApiToken.made_by, ApiToken.revoked_by):
        query = update(ApiToken).where(ApiToken.id.in_(ids), column == person)
        session.execute(query.values({column.key: NOBODY}), execution_options=_AS_IT_IS)


def overlays_of(session: Session, person: str) -> list[str]:
    """The ids of the signatures that a person published."""
    return list(session.scalars(select(Overlay.id).where(Overlay.author == person)))


def unname_overlays(session: Session, ids: Collection[str]) -> None:
    """Take the author's name off signatures."""
    query = update(Overlay).where(Overlay.id.in_(ids)).values(author=NOBODY)
    session.execute(query, execution_options=_AS_IT_IS)


def delete_unnamed_files(session: Session, digests: Collection[str]) -> int:
    """Delete those of these files that no case names any more; how many. Looks through all cases for each."""
    unnamed = [digest for digest in digests if not _is_named(session, digest)]
    session.execute(delete(CaseFile).where(CaseFile.sha256.in_(unnamed)))
    return len(unnamed)


_AS_IT_IS = {"synchronize_session": False}


def _is_named(session: Session, digest: str) -> bool:
    columns = (Case.entered, Case.sensitive)
    in_case = select(Case.id).where(or_(*(cast_column(c, Text).contains(digest) for c in columns)))
    in_batch = select(Batch.id).where(Batch.table_sha256 == digest)
    return any(session.scalar(query.limit(1)) for query in (in_case, in_batch))
