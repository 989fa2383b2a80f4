"""Queries on what reviewers are asked to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

import db.case_search
import db.feedback
from db.case_search import CaseFilter
from db.feedback import FeedbackView
from db.scope import scope_of
from db.tables import (
    REVIEW_REASONS,
    Feedback,
    HealthDay,
    HealthMark,
    ReviewItem,
    ReviewRules,
)

FIRST, SECOND, DECIDING = 1, 2, 3
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class RulesView:
    """The rules of a model as they were written."""

    id: str
    server: str
    model: str
    created_at: datetime
    person: str
    rules: Mapping[str, object]
    instructions: str


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One reading of a case. `reading` is 1, the blind second 2, or 3 where it decides between those two."""

    id: str
    case_id: str
    reading: int
    server: str
    model: str
    created_at: datetime
    expires_at: datetime
    reason: str
    detail: str
    probability: float
    draw: float | None = None
    state: str = "open"
    leased_by: str = ""
    leased_until: datetime | None = None
    answered_by: str = ""
    answered_at: datetime | None = None
    feedback_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewFilter:
    """Which items; what is empty does not matter. `cases` are those that they are of."""

    server: str = ""
    model: str = ""
    reason: str = ""
    cases: CaseFilter | None = None


_items, _said, _rules = (
    cast(Table, table.__table__) for table in (ReviewItem, Feedback, ReviewRules)
)
_NAMES = tuple(field.name for field in fields(ItemView))


# The rules.


def add_rules(session: Session, rules: RulesView) -> None:
    """New rules of a model; the former stay readable."""
    session.add(ReviewRules(**{f.name: getattr(rules, f.name) for f in fields(RulesView)}))
    session.flush()


def rules_of(session: Session, server: str, model: str) -> RulesView | None:
    """The newest rules of a model; None where nobody wrote any."""
    query = select(ReviewRules).filter_by(server=server, model=model)
    newest = query.order_by(ReviewRules.created_at.desc(), ReviewRules.id.desc()).limit(1)
    row = session.scalar(newest)
    if row is None:
        return None
    return RulesView(**{f.name: getattr(row, f.name) for f in fields(RulesView)})


def asked_of_all(session: Session, server: str, model: str) -> Mapping[str, object]:
    """What the newest rules of a model hold, for whoever sees the model: of it the questions and the share of first calls
    are for everybody who is asked, and nothing else is to be shown."""
    if not scope_of(session).sees(server, model):
        return {}
    of_model = (_rules.c.server == server, _rules.c.model == model)
    query = select(_rules.c.rules).where(*of_model)
    newest = query.order_by(_rules.c.created_at.desc(), _rules.c.id.desc()).limit(1)
    found: Mapping[str, object] = session.connection().execute(newest).scalar() or {}
    return found


# Filling.


def models(session: Session, since: datetime) -> list[tuple[str, str]]:
    """The server and the name of every model that who asks reviews and that was asked since then, or on the day before:
    by the counts of days, which are far fewer than cases."""
    scope = scope_of(session)
    counted = select(HealthDay.server, HealthDay.model).where(HealthDay.day > since - _DAY)
    marked = select(HealthMark.server, HealthMark.model).where(HealthMark.day_after > since)
    found = {
        (row[0], row[1]) for query in (counted, marked) for row in session.execute(query.distinct())
    }
    return sorted(model for model in found if scope.reviews(*model))


def add(session: Session, items: Iterable[ItemView]) -> list[ItemView]:
    """Add items; those whose case has that reading already are left out. The caller has read the cases in the scope of
    who reviews them."""
    rows = [{name: getattr(item, name) for name in _NAMES} for item in items]
    if not rows:
        return []
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    query = insert(_items).values(rows).on_conflict_do_nothing().returning(_items.c.id)
    added = set(session.connection().execute(query).scalars())
    return [ItemView(**row) for row in rows if row["id"] in added]


def expire(session: Session, now: datetime) -> int:
    """End the items that nobody answered in time; how many."""
    over = (ReviewItem.state == "open", ReviewItem.expires_at <= now)
    query = update(ReviewItem).where(*over).values(state="expired").returning(ReviewItem.id)
    return len(session.scalars(query, execution_options=_AS_IT_IS).all())


def reopen(session: Session, case_ids: Collection[str], reason: str, expires_at: datetime) -> int:
    """Ask again for the first reading of cases that nobody has answered, for another reason; how many."""
    query = (
        update(ReviewItem)
        .where(ReviewItem.case_id.in_(case_ids), ReviewItem.reading == FIRST)
        .where(ReviewItem.state.in_(("open", "expired")), ReviewItem.reason != reason)
        .values(reason=reason, state="open", expires_at=expires_at, detail="")
        .returning(ReviewItem.id)
    )
    return len(session.scalars(query, execution_options=_AS_IT_IS).all())


# The queue.


def waiting(
    session: Session, person: str, wanted: ReviewFilter, now: datetime, limit: int
) -> list[ItemView]:
    """What a person may answer now: open, of models that they review, not in front of anybody else. The most pressing
    first, the oldest of those first."""
    query = select(ReviewItem).where(*_is_free(session, person, wanted, now))
    return [_view(row) for row in session.scalars(query.order_by(*_ORDER).limit(limit))]


def counts(
    session: Session, person: str, wanted: ReviewFilter, now: datetime
) -> dict[tuple[str, str, str], int]:
    """How many of those there are, by server, model and reason."""
    keys = (ReviewItem.server, ReviewItem.model, ReviewItem.reason)
    query = select(*keys, func.count()).where(*_is_free(session, person, wanted, now))
    return {(row[0], row[1], row[2]): row[3] for row in session.execute(query.group_by(*keys))}


def lease_next(
    session: Session, person: str, wanted: ReviewFilter, now: datetime, until: datetime
) -> ItemView | None:
    """The first of what a person may answer, which is theirs until then: one that they have already, where there is."""
    mine = case((ReviewItem.leased_by == person, 0), else_=1)
    query = select(ReviewItem).where(*_is_free(session, person, wanted, now))
    first = query.order_by(mine, *_ORDER).limit(1).with_for_update(skip_locked=True)
    row = session.scalar(first)
    return None if row is None else _leased(session, row, person, until)


def lease(
    session: Session, person: str, item_id: str, now: datetime, until: datetime
) -> ItemView | None:
    """This item for a person; None where it is not there, was answered, or is in front of somebody else."""
    given = {"item_id": item_id, "person": person, "now": now}
    row = session.scalar(_free_item(scope_of(session).is_all), given)
    return None if row is None else _leased(session, row, person, until)


def release(session: Session, person: str, item_id: str) -> None:
    """Give an item back without an answer."""
    mine = (ReviewItem.id == item_id, ReviewItem.leased_by == person, ReviewItem.state == "open")
    query = update(ReviewItem).where(*mine).values(leased_by="", leased_until=None)
    session.execute(query, execution_options=_AS_IT_IS)


def by_id(session: Session, item_id: str) -> ItemView | None:
    """An item, whoever may answer it."""
    row = session.scalar(select(ReviewItem).where(ReviewItem.id == item_id))
    return None if row is None else _view(row)


def of_case(session: Session, case_id: str) -> list[ItemView]:
    """The readings of a case, the first first."""
    query = select(ReviewItem).where(ReviewItem.case_id == case_id).order_by(ReviewItem.reading)
    return [_view(row) for row in session.scalars(query)]


def answer(session: Session, item_id: str, person: str, feedback_id: str, now: datetime) -> None:
    """An item is answered. Past the scope: whoever was asked about a case of theirs closes what waited for that word."""
    values = {
        "state": "answered",
        "answered_by": person,
        "answered_at": now,
        "feedback_id": feedback_id,
    }
    session.connection().execute(update(_items).where(_items.c.id == item_id).values(values))


def take_back(
    session: Session, item: ItemView, feedback_id: str, person: str, until: datetime | None
) -> None:
    """The answer of an item was taken back: it waits again, in front of that person until then, where a time is given. Who
    answered it, and when, stays with it until somebody answers anew. Past the scope, as `answer`."""
    values: dict[str, object] = {"state": "open", "feedback_id": feedback_id}
    if until is None:
        values |= {"answered_by": "", "answered_at": None, "feedback_id": None}
    else:
        last = max(item.expires_at, until)
        values |= {"leased_by": person, "leased_until": until, "expires_at": last}
    session.connection().execute(update(_items).where(_items.c.id == item.id).values(values))


def withdraw(session: Session, case_id: str, reading: int) -> None:
    """An item that is not needed any more."""
    this = (_items.c.case_id == case_id, _items.c.reading == reading, _items.c.state == "open")
    session.connection().execute(update(_items).where(*this).values(state="withdrawn"))


def ask_again(session: Session, case_id: str, reading: int) -> None:
    """An item that was withdrawn is needed again."""
    this = (_items.c.case_id == case_id, _items.c.reading == reading, _items.c.state == "withdrawn")
    session.connection().execute(update(_items).where(*this).values(state="open"))


def readings(session: Session, case_id: str) -> list[ItemView]:
    """The readings of a case whoever asks, the first first: to be closed, not to be shown."""
    query = select(*(_items.c[name] for name in _NAMES)).where(_items.c.case_id == case_id)
    rows = session.connection().execute(query.order_by(_items.c.reading))
    return [ItemView(**row._mapping) for row in rows]


def decisions(session: Session, case_ids: Collection[str]) -> dict[str, str]:
    """The statement that decides between two readings, by case, whoever asks; cases without one are left out."""
    columns = (_items.c.case_id, _items.c.feedback_id)
    of_these = (_items.c.case_id.in_(case_ids), _items.c.reading == DECIDING)
    query = select(*columns).where(*of_these, _items.c.feedback_id.is_not(None))
    return {row[0]: row[1] for row in session.connection().execute(query)}


def statement(session: Session, feedback_id: str) -> Mapping[str, Any] | None:
    """What somebody said, whoever asks: to be compared, not to be shown."""
    names = ("id", "judgement", "truth_label", "truth_number", "truth_text")
    query = select(*(_said.c[name] for name in names)).where(_said.c.id == feedback_id)
    row = session.connection().execute(query).first()
    return None if row is None else dict(row._mapping)


def answered(session: Session, person: str, since: datetime | None, limit: int) -> list[ItemView]:
    """What a person answered, the newest first: also what they took back since and nobody has answered anew."""
    query = select(ReviewItem).where(
        ReviewItem.state.in_(("answered", "open")), ReviewItem.answered_by == person
    )
    if since is not None:
        query = query.where(ReviewItem.answered_at >= since)
    newest = query.order_by(ReviewItem.answered_at.desc(), ReviewItem.id.desc()).limit(limit)
    return [_view(row) for row in session.scalars(newest)]


def count_answered(session: Session, person: str, since: datetime) -> int:
    """How many items a person has answered since then."""
    theirs = (ReviewItem.state == "answered", ReviewItem.answered_by == person)
    query = select(func.count()).select_from(ReviewItem)
    return session.scalar(query.where(*theirs, ReviewItem.answered_at >= since)) or 0


def decided(session: Session, server: str, model: str, since: datetime, limit: int) -> list[str]:
    """The cases of a model with at least two answered readings, the newest first; empty names mean any."""
    query = select(ReviewItem.case_id).where(
        ReviewItem.state == "answered",
        ReviewItem.reading == SECOND,
        ReviewItem.answered_at >= since,
    )
    for column, value in ((ReviewItem.server, server), (ReviewItem.model, model)):
        query = query.where(column == value) if value else query
    return list(session.scalars(query.order_by(ReviewItem.answered_at.desc()).limit(limit)))


def blind_readings(session: Session, case_ids: Collection[str]) -> dict[str, list[FeedbackView]]:
    """What the first and the second reader say now of these cases, by case."""
    query = (
        select(Feedback)
        .join(ReviewItem, ReviewItem.feedback_id == Feedback.id)
        .where(ReviewItem.case_id.in_(case_ids), ReviewItem.reading < DECIDING)
    )
    by_case: dict[str, list[FeedbackView]] = {}
    for row in session.scalars(query.order_by(ReviewItem.case_id, ReviewItem.reading)):
        by_case.setdefault(row.case_id, []).append(db.feedback.view(row))
    return by_case


_AS_IT_IS = {"synchronize_session": False}
_ORDER = (
    case({reason: place for place, reason in enumerate(REVIEW_REASONS)}, value=ReviewItem.reason),
    ReviewItem.created_at,
    ReviewItem.id,
)


@cache
def _free_item(operates_all: bool) -> Select[ReviewItem]:
    """An item that a person may answer. Made once: that takes longer than to run it."""
    person = bindparam("person", type_=ReviewItem.leased_by.type)
    now = bindparam("now", type_=ReviewItem.expires_at.type)
    this = ReviewItem.id == bindparam("item_id")
    free = (this, *_is_open(person, now), _is_for(operates_all, person))
    return select(ReviewItem).where(*free).with_for_update()


def _is_free(
    session: Session, person: str, wanted: ReviewFilter, now: datetime
) -> list[ColumnElement[bool]]:
    conditions = [*_is_open(person, now), _is_for(scope_of(session).is_all, person)]
    for name in ("server", "model", "reason"):
        if value := getattr(wanted, name):
            conditions.append(getattr(ReviewItem, name) == value)
    if wanted.cases:
        conditions.append(ReviewItem.case_id.in_(db.case_search.chosen(session, wanted.cases)))
    return conditions


def _is_open(person: Any, now: Any) -> list[ColumnElement[bool]]:
    return [
        ReviewItem.state == "open",
        ReviewItem.expires_at > now,
        or_(
            ReviewItem.leased_until.is_(None),
            ReviewItem.leased_until <= now,
            ReviewItem.leased_by == person,
        ),
    ]


def _is_for(operates_all: bool, person: Any) -> ColumnElement[bool]:
    """A second reading is for somebody else than the first, also where that was taken back. So is the decision, unless who
    decides operates everything: else nobody could where two people review."""
    other = aliased(ReviewItem)
    read = exists(other.id).where(
        other.case_id == ReviewItem.case_id,
        other.answered_by == person,
        or_(other.state == "answered", other.id != ReviewItem.id),
    )
    if operates_all:
        return or_(~read, ReviewItem.reading != SECOND)
    return ~read


def _leased(session: Session, row: ReviewItem, person: str, until: datetime) -> ItemView:
    row.leased_by, row.leased_until = person, until
    session.flush()
    return _view(row)


def _view(row: ReviewItem) -> ItemView:
    return ItemView(**{name: getattr(row, name) for name in _NAMES})
