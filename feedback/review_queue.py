"""What waits for a reviewer: taken for some minutes, answered once, read again by somebody else, and settled.

Who reviews a case does not see what others said of it before they have said something themselves: that is a part of
their scope (db/scope.py), so it holds on every page, in the API and in what is exported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import db.cases
import db.feedback
import db.review
from db.cases import CaseView
from db.engine import Session, Sessions, reading, writing
from db.feedback import FeedbackView
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.review import DECIDING, FIRST, ItemView, ReviewFilter
from feedback.errors import FeedbackRefused, translated
from feedback.readings import Random, system_random
from feedback.regions import EVERYWHERE, Within
from feedback.review_rules import rules_in
from feedback.submission import Statement, record
from mds_client.errors import Problem

__all__ = [
    "ItemView",
    "Queue",
    "ReviewFilter",
    "Said",
    "answer",
    "counts",
    "give_back",
    "item",
    "last_answers",
    "queue",
    "take",
    "take_next",
    "two_readings",
]

MOST = 50
_LAST = 10


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What a person may answer now: the most pressing, how many there are by server, model and reason, and how many
    they answered since midnight (UTC)."""

    items: tuple[ItemView, ...]
    counts: Mapping[tuple[str, str, str], int]
    done_today: int

    @property
    def count(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer that a person gave at the desk, with its case, and what they say of it now."""

    item: ItemView
    case: CaseView
    feedback: FeedbackView

    @property
    def is_taken_back(self) -> bool:
        """Whether they took it back: the item waits again."""
        return self.item.state == "open"


def queue(
    sessions: Sessions,
    person: str,
    wanted: ReviewFilter | None = None,
    *,
    all_counts: Mapping[tuple[str, str, str], int] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Queue:
    """What waits for a person. `all_counts` is what `counts` has just said, so that they are not counted twice. Raises
    StorageError."""
    person, now, wanted = known(person), clock(), wanted or ReviewFilter()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with reading(sessions) as session:
        if all_counts is None or wanted.cases:  # which they do not tell apart
            all_counts = db.review.counts(session, person, wanted, now)
        return Queue(
            items=tuple(db.review.waiting(session, person, wanted, now, MOST)),
            counts={each: n for each, n in all_counts.items() if _is_of(each, wanted)},
            done_today=db.review.count_answered(session, person, midnight),
        )


def counts(
    sessions: Sessions, person: str, *, clock: Callable[[], datetime] = utc_now
) -> Mapping[tuple[str, str, str], int]:
    """How many cases wait for a person, by server, model and reason. Raises StorageError."""
    with reading(sessions) as session:
        return db.review.counts(session, known(person), ReviewFilter(), clock())


def _is_of(counted: tuple[str, str, str], wanted: ReviewFilter) -> bool:
    asked = (wanted.server, wanted.model, wanted.reason)
    return all(not name or name == each for name, each in zip(asked, counted, strict=True))


def take_next(
    sessions: Sessions,
    person: str,
    wanted: ReviewFilter | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> ItemView | None:
    """The next case for a person, kept from others for some minutes; one that they have already, where there is.

    None where nothing waits for them. Raises StorageError.
    """
    person, now = known(person), clock()
    with writing(sessions) as session:
        found = db.review.lease_next(session, person, wanted or ReviewFilter(), now, now)
        return found and _leased(session, found, person, now)


def take(
    sessions: Sessions, person: str, item_id: str, *, clock: Callable[[], datetime] = utc_now
) -> ItemView | None:
    """This case for a person; None where it was answered meanwhile, or is in front of somebody else. Raises StorageError."""
    person, now = known(person), clock()
    if not is_id(item_id):
        return None
    with writing(sessions) as session:
        found = db.review.lease(session, person, item_id, now, now)
        return found and _leased(session, found, person, now)


def give_back(sessions: Sessions, person: str, item_id: str) -> None:
    """A person does not answer it now: it is for others. Raises StorageError."""
    with writing(sessions) as session:
        db.review.release(session, known(person), item_id)


def item(sessions: Sessions, item_id: str) -> ItemView | None:
    """An item of a model that who asks reviews. Raises StorageError."""
    with reading(sessions) as session:
        return db.review.by_id(session, item_id) if is_id(item_id) else None


def answer(
    sessions: Sessions,
    *,
    item_id: str,
    person: str,
    judgement: str,
    key: str,
    truth: object = None,
    reason: str = "",
    comment: str = "",
    confidence: float | None = None,
    answers: Mapping[str, object] | None = None,
    labels: Sequence[str] = (),
    within: Within = EVERYWHERE,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
    random: Random = system_random,
) -> FeedbackView:
    """What a reviewer says of the case in front of them; the item is answered in the same transaction.

    A share of the first readings is drawn for a second by somebody else, and where the two differ, a third decides.
    What was answered can be changed by who answered it. Raises `FeedbackRefused` where it is not theirs to answer,
    `AlreadyRecorded` and `FeedbackNotRecorded`.
    """
    person, now = known(person), clock()
    with translated(), writing(sessions) as session:
        # The case is locked before the item is looked at: of two who answer at once, one is the first.
        asked, case = _mine(session, item_id, person, now)
        statement = Statement(
            judgement=judgement,
            truth=truth,
            reason=reason,
            comment=comment,
            confidence=confidence,
            channel=_channel(asked, case),
            within=within,
            answers=answers,
        )
        return record(
            session,
            case_id=asked.case_id,
            person=person,
            statement=statement,
            key=key,
            labels=labels,
            now=now,
            new_id=new_id,
            random=random,
            locked=case,
        )


def last_answers(sessions: Sessions, person: str, limit: int = _LAST) -> list[Said]:
    """What a person answered last, the newest first: it can be changed. What they took back is among it until somebody
    answers it anew. Raises StorageError."""
    person = known(person)
    with reading(sessions) as session:
        items = db.review.answered(session, person, None, limit)
        cases = db.cases.by_ids(session, [each.case_id for each in items])
        said = [(each, db.feedback.current(session, each.case_id, person)) for each in items]
    return [
        Said(item=each, case=cases[each.case_id], feedback=feedback)
        for each, feedback in said
        if feedback and each.case_id in cases
    ]


def two_readings(sessions: Sessions, item_id: str) -> list[FeedbackView]:
    """The readings between which an item decides; none for any other item. Raises StorageError."""
    with reading(sessions) as session:
        asked = db.review.by_id(session, item_id) if is_id(item_id) else None
        if asked is None or asked.reading != DECIDING:
            return []
        readings = db.review.of_case(session, asked.case_id)
        ids = [each.feedback_id for each in readings if each.reading != DECIDING]
        return [each for each in db.feedback.of_case(session, asked.case_id) if each.id in ids][
            ::-1
        ]


def _leased(session: Session, found: ItemView, person: str, now: datetime) -> ItemView | None:
    minutes = rules_in(session, found.server, found.model).lease_minutes
    return db.review.lease(session, person, found.id, now, now + timedelta(minutes=minutes))


def _mine(
    session: Session, item_id: str, person: str, now: datetime
) -> tuple[ItemView, CaseView | None]:
    """The item, and its case, which is locked. Raises FeedbackRefused unless this person may answer it or has answered it."""
    found = db.review.by_id(session, item_id) if is_id(item_id) else None
    if found is None:
        raise _refused("There is no such case in the queue.")
    case = db.cases.lock(session, found.case_id)
    if found.state == "answered" and found.answered_by == person:
        return found, case
    if db.review.lease(session, person, item_id, now, found.leased_until or now) is None:
        raise _refused("Somebody else has this case in front of them, or has answered it.")
    return found, case


def _channel(asked: ItemView, case: CaseView | None) -> str:
    """The first reading of a drawn case is the audit itself; every other is a review."""
    return "audit" if case and case.is_audited and asked.reading == FIRST else "review"


def _refused(sentence: str) -> FeedbackRefused:
    return FeedbackRefused([Problem(field="case", sentence=sentence)])
