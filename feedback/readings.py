"""What a statement does to the readings of its case: the one that it answers is closed, and the next is asked for.

The first reading may be followed by a blind second, drawn by chance; where the two differ, a third decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import db.review
from db.engine import Session
from db.feedback import FeedbackView
from db.review import DECIDING, FIRST, SECOND, ItemView
from feedback.regions import are_alike
from feedback.review_rules import rules_in
from feedback.wording import TAKEN_BACK

Random = Callable[[], float]
# Not seeded: nobody can tell beforehand which cases are read twice.
system_random: Random = secrets.SystemRandom().random
# Two numbers that differ by no more than this, as a share, are the same truth.
NEAR = 0.01
# What whoever asked the case is asked as well: their word is as good as a reviewer's.
_ASKED_OF_ALL = ("audit", "overdue")


def follow(
    session: Session,
    said: FeedbackView,
    *,
    is_reviewer: bool,
    now: datetime,
    new_id: Callable[[], str],
    random: Random,
) -> None:
    """Close the reading that a statement answers, wherever it was made, and ask for the next one where there is to be
    one. `is_reviewer` says whether its person reviews the model."""
    if said.judgement == "unsure" and said.reason == TAKEN_BACK:
        _take_back(session, said, is_reviewer=is_reviewer, now=now, new_id=new_id)
        return
    readings = db.review.readings(session, said.case_id)
    answered = _answered(readings, said, is_reviewer)
    if answered is None:
        return
    db.review.answer(session, answered.id, said.person, said.id, now)
    if answered.reading == DECIDING:
        return
    is_drawn = answered.feedback_id is not None  # one that was taken back is not drawn again
    if answered.reading == FIRST and not is_drawn and is_reviewer:
        _draw_second(session, answered, now, new_id, random)
    if len(readings) == 1:
        return  # there is no second one yet to differ from
    _settle(session, said.case_id, now, new_id)


def _take_back(
    session: Session,
    said: FeedbackView,
    *,
    is_reviewer: bool,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """The reading that its person had answered last waits again, and is kept for a reviewer as if they had taken it."""
    theirs = [
        each
        for each in db.review.readings(session, said.case_id)
        if each.answered_by == said.person and each.state == "answered"
    ]
    if not theirs:
        return
    item = theirs[-1]
    minutes = rules_in(session, item.server, item.model).lease_minutes
    until = now + timedelta(minutes=minutes) if is_reviewer else None
    db.review.take_back(session, item, said.id, said.person, until)
    _settle(session, said.case_id, now, new_id)


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two statements say the same: both that the answer is right, or wrong with the same truth, as far as both
    know one. Who cannot tell contradicts nobody."""
    if "unsure" in (one["judgement"], other["judgement"]):
        return True
    if one["judgement"] != other["judgement"]:
        return False
    return all(
        _is_same_truth(one[name], other[name])
        for name in ("truth_label", "truth_number", "truth_text")
    )


def _is_same_truth(one: object, other: object) -> bool:
    if one is None or other is None:
        return True
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= NEAR * max(abs(one), abs(other))
    return one == other or are_alike(one, other)


def _answered(
    readings: Sequence[ItemView], said: FeedbackView, is_reviewer: bool
) -> ItemView | None:
    """The reading that a statement answers: the one that its person has in front of them, else the one that they
    answered before, else one that waits for them."""
    is_open = [each for each in readings if each.state == "open"]
    in_front = [each for each in is_open if is_reviewer and each.leased_by == said.person]
    before = [each for each in readings if each.answered_by == said.person]
    waiting = [each for each in is_open if _waits_for(each, said, is_reviewer)]
    return next(iter((*in_front, *reversed(before), *waiting)), None)


def _waits_for(item: ItemView, said: FeedbackView, is_reviewer: bool) -> bool:
    """A decision between two is taken at the desk alone; who reviews nothing answers what they were asked."""
    if is_reviewer:
        return item.reading != DECIDING
    is_asked = item.reading == FIRST and item.reason in _ASKED_OF_ALL
    return is_asked and said.judgement != "unsure"


def _draw_second(
    session: Session, first: ItemView, now: datetime, new_id: Callable[[], str], random: Random
) -> None:
    share = rules_in(session, first.server, first.model).second_share
    draw = random()
    if draw < share:
        _ask(session, first, SECOND, now, new_id, probability=share, draw=draw)


def _settle(session: Session, case_id: str, now: datetime, new_id: Callable[[], str]) -> None:
    """Ask for a decision where the two readings differ; it is not needed any more where one changed their mind."""
    readings = {each.reading: each for each in db.review.readings(session, case_id)}
    first, second = readings.get(FIRST), readings.get(SECOND)
    if not (first and second and first.feedback_id and second.feedback_id):
        return
    one = db.review.statement(session, first.feedback_id)
    other = db.review.statement(session, second.feedback_id)
    if one is None or other is None:
        return
    if is_same(one, other):
        db.review.withdraw(session, case_id, DECIDING)
    elif DECIDING not in readings:
        _ask(session, first, DECIDING, now, new_id)
    elif readings[DECIDING].state == "withdrawn":
        db.review.ask_again(session, case_id, DECIDING)


def _ask(
    session: Session,
    first: ItemView,
    reading: int,
    now: datetime,
    new_id: Callable[[], str],
    *,
    probability: float = 1.0,
    draw: float | None = None,
) -> None:
    days = rules_in(session, first.server, first.model).days
    asked = ItemView(
        id=new_id(),
        case_id=first.case_id,
        reading=reading,
        server=first.server,
        model=first.model,
        created_at=now,
        expires_at=now + timedelta(days=days),
        reason="second" if reading == SECOND else "differ",
        detail="",
        probability=probability,
        draw=draw,
    )
    db.review.add(session, [asked])
