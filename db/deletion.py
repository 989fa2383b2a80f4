"""Which cases may be deleted, and how: with everything that belongs to them, or what crossed the wire alone.

A case stays that is golden or held, that a job works on, or whose bodies such a case shares.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, literal, not_, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from db.cases import ASKED
from db.errors import OutOfScope
from db.job_view import UNDER_WAY
from db.scope import scope_of
from db.tables import (
    Batch,
    BatchChunk,
    CallDraw,
    Case,
    CaseComment,
    CaseFile,
    CaseHold,
    CaseShare,
    Comparison,
    DataSetRow,
    Delivery,
    Explanation,
    Feedback,
    FirstCall,
    GoldenCase,
    GoldenResult,
    InboxSeen,
    Job,
    JobInput,
    ReviewItem,
    Scenario,
    ShareOpening,
    TestResult,
)

GOLDEN = "golden"
# What people say of cases, by the name of its kind in the trail.
_SAID = (("feedback", Feedback), ("comment", CaseComment), ("call", FirstCall))
Place = tuple[datetime, str]  # the moment and the id of a case


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which cases; what is None does not matter."""

    server: str | None = None
    model: str | None = None
    before: datetime | None = None
    person: str | None = None
    ids: tuple[str, ...] | None = None
    purpose: str | None = None
    # The name of one, or nothing for what is in none.
    workspace: str | None = None


def check_operator(session: Session) -> None:
    """Raises OutOfScope for whoever does not operate everything: deleting is theirs alone.

    Nor may the session be a reviewer's: what it does not show would go without its tombstone.
    """
    scope = scope_of(session)
    if not scope.is_all or scope.reader:
        raise OutOfScope("only the operator of everything may do this")


def models(session: Session) -> list[tuple[str, str]]:
    """The server and the name of every model that there are cases of."""
    check_operator(session)
    query = select(Case.server, Case.model).distinct().order_by(Case.server, Case.model)
    return [(row[0], row[1]) for row in session.execute(query)]


def page(
    session: Session,
    wanted: Wanted,
    *,
    after: Place | None = None,
    limit: int,
    with_bodies: bool = False,
) -> list[Place]:
    """Cases that may go, the oldest first, or with `with_bodies` those whose bodies may."""
    check_operator(session)
    conditions = _conditions(wanted, with_bodies)
    if after is not None:
        conditions.append(tuple_(Case.created_at, Case.id) > tuple_(*after))
    query = select(Case.created_at, Case.id).where(*conditions)
    rows = session.execute(query.order_by(Case.created_at, Case.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def count(session: Session, wanted: Wanted, *, with_bodies: bool = False) -> int:
    """How many cases may go, or how many have bodies that may."""
    query = select(func.count()).select_from(Case).where(*_conditions(wanted, with_bodies))
    return session.scalar(query) or 0


def all_wanted(session: Session, wanted: Wanted, limit: int) -> list[str]:
    """So many of the wanted cases, also of those that would stay otherwise."""
    check_operator(session)
    return list(session.scalars(select(Case.id).where(*_wanted(wanted)).limit(limit)))


def count_all(session: Session, wanted: Wanted) -> int:
    """How many of the wanted cases there are, also of those that would stay otherwise."""
    return session.scalar(select(func.count()).select_from(Case).where(*_wanted(wanted))) or 0


def count_held(session: Session, wanted: Wanted) -> int:
    """How many of the wanted cases are held."""
    held = (*_wanted(wanted), Case.id.in_(select(CaseHold.case_id)))
    return session.scalar(select(func.count()).select_from(Case).where(*held)) or 0


def count_statements(session: Session, wanted: Wanted) -> int:
    """How many statements and comments go with the cases."""
    ids = select(Case.id).where(*_conditions(wanted, False))
    return sum(
        session.scalar(select(func.count()).select_from(t).where(t.case_id.in_(ids))) or 0
        for _, t in _SAID
    )


def count_staying(session: Session, wanted: Wanted) -> int:
    """How many cases are wanted and yet stay."""
    query = select(func.count()).select_from(Case).where(*_wanted(wanted), not_(_may_go(wanted)))
    return session.scalar(query) or 0


def delete_cases(session: Session, ids: Collection[str]) -> list[tuple[str, str]]:
    """Delete cases with what belongs to them; the kind and id of every record that the trail has, for their tombstones."""
    ids_by_kind = {
        kind: list(session.scalars(select(table.id).where(table.case_id.in_(ids))))
        for kind, table in _SAID
    }
    items = [item for items in ids_by_kind.values() for item in items]
    shares = select(CaseShare.id).where(CaseShare.case_id.in_(ids))
    jobs = select(Job.id).where(Job.subject.in_([f"case/{each}" for each in ids]))
    for statement in (
        delete(InboxSeen).where(InboxSeen.item_id.in_(items)),
        delete(Explanation).where(Explanation.case_id.in_(ids)),
        delete(Scenario).where(or_(Scenario.case_id.in_(ids), Scenario.asked_id.in_(ids))),
        delete(ShareOpening).where(ShareOpening.share_id.in_(shares)),
        delete(CaseShare).where(CaseShare.case_id.in_(ids)),
        delete(JobInput).where(JobInput.job_id.in_(jobs)),
        delete(Job).where(Job.subject.in_([f"case/{each}" for each in ids])),
        delete(Comparison).where(or_(Comparison.left_id.in_(ids), Comparison.right_id.in_(ids))),
        delete(ReviewItem).where(ReviewItem.case_id.in_(ids)),
        delete(GoldenResult).where(
            or_(GoldenResult.case_id.in_(ids), GoldenResult.asked_id.in_(ids))
        ),
        delete(TestResult).where(or_(TestResult.case_id.in_(ids), TestResult.other_id.in_(ids))),
        delete(Delivery).where(Delivery.case_id.in_(ids)),
        delete(DataSetRow).where(DataSetRow.case_id.in_(ids)),
        delete(GoldenCase).where(GoldenCase.case_id.in_(ids)),
        delete(CaseComment).where(CaseComment.case_id.in_(ids)),
        delete(Feedback).where(Feedback.case_id.in_(ids)),
        delete(FirstCall).where(FirstCall.case_id.in_(ids)),
        delete(CallDraw).where(CallDraw.id.in_(ids)),
        delete(Case).where(Case.id.in_(ids)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    return [("case", each) for each in ids] + [
        (kind, item) for kind, items in ids_by_kind.items() for item in items
    ]


def delete_bodies(session: Session, ids: Collection[str]) -> None:
    """Delete what crossed the wire with these cases; its sizes and digests stay."""
    query = update(Case).where(Case.id.in_(ids))
    values = {
        "request_body": b"",
        "request_truncated": Case.request_size > 0,
        "response_body": b"",
        "response_truncated": Case.response_size > 0,
    }
    session.execute(query.values(values), execution_options={"synchronize_session": False})


def delete_batches(session: Session, wanted: Wanted, limit: int) -> int:
    """Delete lists of the cases of files, with their tables, unless their job is under way; how many there were."""
    under_way = select(Job.id).where(Job.state.in_(UNDER_WAY))
    conditions: list[ColumnElement[bool]] = [Batch.id.not_in(under_way)]
    conditions += [
        getattr(Batch, name) == value
        for name in ("server", "model", "person")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.before is not None:
        conditions.append(Batch.created_at < wanted.before)
    rows = session.execute(select(Batch.id, Batch.table_sha256).where(*conditions).limit(limit))
    found = {row[0]: row[1] for row in rows}
    session.execute(delete(BatchChunk).where(BatchChunk.batch_id.in_(found)))
    session.execute(delete(Batch).where(Batch.id.in_(found)))
    delete_tables(session, set(found.values()))
    return len(found)


def delete_tables(session: Session, digests: Collection[str]) -> None:
    """Delete the tables of files that no batch names any more."""
    named = select(Batch.table_sha256).where(Batch.table_sha256.in_(digests))
    unnamed = (CaseFile.sha256.in_(digests), CaseFile.sha256.not_in(named))
    session.execute(delete(CaseFile).where(*unnamed))


def _conditions(wanted: Wanted, with_bodies: bool) -> list[ColumnElement[bool]]:
    conditions = [*_wanted(wanted), _may_go(wanted)]
    if with_bodies:
        has_some = or_(
            and_(Case.request_size > 0, func.length(Case.request_body) > 0),
            and_(Case.response_size > 0, func.length(Case.response_body) > 0),
        )
        conditions += [Case.outcome != ASKED, has_some]
    return conditions


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        getattr(Case, name) == value
        for name in ("server", "model", "person", "purpose")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.before is not None:
        conditions.append(Case.created_at < wanted.before)
    if wanted.ids is not None:
        conditions.append(Case.id.in_(wanted.ids))
    if wanted.workspace is not None:
        in_none = Case.workspace.is_(None)
        conditions.append(Case.workspace == wanted.workspace if wanted.workspace else in_none)
    return conditions


def _may_go(wanted: Wanted) -> ColumnElement[bool]:
    """Neither golden nor held, of no job that is under way, and not with the bodies of one that stays."""
    worked_on = select(Job.subject).where(Job.state.in_(UNDER_WAY))
    sharing = aliased(Case)
    shared = select(sharing.wire_of).where(sharing.wire_of.is_not(None), is_kept(sharing))
    if wanted.ids is not None:
        shared = shared.where(sharing.wire_of.in_(wanted.ids))
    if wanted.server is not None:
        shared = shared.where(sharing.server == wanted.server)
    if wanted.model is not None:
        shared = shared.where(sharing.model == wanted.model)
    return and_(
        not_(is_kept(Case)),
        (literal("case/") + Case.id).not_in(worked_on),
        Case.id.not_in(shared),
    )


def is_kept(case: type[Case]) -> ColumnElement[bool]:
    """The condition that a case stays whatever its age: it is golden, was asked to check a version, or is held."""
    golden = select(GoldenCase.case_id).where(GoldenCase.removed_in.is_(None))
    held = select(CaseHold.case_id)
    return or_(case.purpose == GOLDEN, case.id.in_(golden), case.id.in_(held))


# What is held.


@dataclass(frozen=True, kw_only=True)
class HoldView:
    """A case that is not to be deleted."""

    case_id: str
    person: str
    created_at: datetime
    reason: str


def hold(session: Session, held: HoldView) -> None:
    """Hold a case. Raises Conflict for one that is held, or is not there."""
    check_operator(session)
    session.add(CaseHold(**vars(held)))
    session.flush()


def release(session: Session, case_id: str) -> bool:
    """Hold a case no longer; whether it was held."""
    check_operator(session)
    query = delete(CaseHold).where(CaseHold.case_id == case_id).returning(CaseHold.case_id)
    return session.scalar(query) is not None


def held(session: Session) -> Sequence[HoldView]:
    """What is held, the newest first."""
    rows = session.scalars(select(CaseHold).order_by(CaseHold.created_at.desc(), CaseHold.case_id))
    return [
        HoldView(
            case_id=row.case_id, person=row.person, created_at=row.created_at, reason=row.reason
        )
        for row in rows
    ]
