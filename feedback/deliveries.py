"""Send what is in the outbox: at least once, with longer and longer pauses, and with an id by which a receiver knows what
comes twice.

There is no step between the transaction of the feedback and the outbox that a crash could cut off: the row is written in
that transaction, and a job looks every minute for what is due. A process that dies after it sent something and before it
noted that sends it again, under the same id.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import db.cases
import db.outbox
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import StorageError
from db.feedback import FeedbackView
from db.ids import is_id, utc_now
from db.outbox import DeliveryView
from feedback.errors import FeedbackNotRecorded
from mds_client.errors import MdsError

__all__ = ["SERVER", "DeliveryView", "Send", "deliver", "of_case", "send_again"]

log = logging.getLogger(__name__)

# The model's own server as a target; webhooks are called by their names, which have this in front.
SERVER, WEBHOOK = "server", "webhook/"
_AT_ONCE = 200
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)
# A target that fails so often in a row is left alone until the next time: it is down.
_MOST_FAILURES = 3


class Send(Protocol):
    """Sends a statement to one target; whether the target takes such things. Raises MdsError."""

    def __call__(self, delivery_id: str, case: CaseView, said: FeedbackView) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How many were sent, and how many are to be tried again."""

    sent: int
    failed: int


def deliver(
    sessions: Sessions,
    sends: Mapping[str, Send],
    *,
    between: Callable[[], None] = lambda: None,
    clock: Callable[[], datetime] = utc_now,
) -> Delivered:
    """Send what is due, the oldest first. `sends` are the targets by name; what goes to one that the settings do not have
    any more is given up. `between` is called between two. Raises StorageError."""
    with reading(sessions) as session:
        waiting = db.outbox.due(session, clock(), _AT_ONCE)
    failures: Counter[str] = Counter()
    sent = 0
    for delivery in waiting:
        between()
        if failures[delivery.target] >= _MOST_FAILURES:
            continue
        changes = _attempt(sessions, sends.get(delivery.target), delivery, clock())
        with writing(sessions) as session:
            db.outbox.note(session, delivery.id, attempts=delivery.attempts + 1, **changes)
        is_sent = changes.get("state") == "sent"
        sent += is_sent
        failures[delivery.target] = failures[delivery.target] + 1 if "next_at" in changes else 0
    return Delivered(sent=sent, failed=failures.total())


def of_case(sessions: Sessions, case_id: str) -> list[DeliveryView]:
    """What of a case was sent or waits, the newest first. Raises StorageError."""
    with reading(sessions) as session:
        return db.outbox.of_case(session, case_id) if is_id(case_id) else []


def send_again(
    sessions: Sessions, delivery_id: str, *, clock: Callable[[], datetime] = utc_now
) -> bool:
    """Have something sent within a minute, under its id, whatever came of it before; whether there is such a thing that
    may be seen. Raises FeedbackNotRecorded."""
    try:
        with writing(sessions) as session:
            return is_id(delivery_id) and db.outbox.again(session, delivery_id, clock())
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error


def _attempt(
    sessions: Sessions, send: Send | None, delivery: DeliveryView, now: datetime
) -> dict[str, object]:
    """One attempt; what changes of the delivery."""
    if send is None:
        return {"state": "given_up", "words": "The settings do not name this target any more."}
    with reading(sessions) as session:
        case = db.cases.by_id(session, delivery.case_id)
        said = db.outbox.statement(session, delivery.feedback_id)
    if case is None or said is None:
        return {"state": "given_up", "words": "What was said was erased before it was sent."}
    try:
        is_taken = send(delivery.id, case, said)
    except MdsError as error:
        log.warning("feedback %s to %s: %s %s", said.id, delivery.target, error, error.detail)
        return _after_failure(delivery, error.sentence, now)
    if is_taken:
        return {"state": "sent", "sent_at": now, "words": ""}
    return {"state": "not_taken", "words": "There is nowhere to send it for this case."}


def _after_failure(delivery: DeliveryView, words: str, now: datetime) -> dict[str, object]:
    if now - delivery.created_at > GIVE_UP_AFTER:
        return {"state": "given_up", "words": words}
    pause = min(_FIRST_PAUSE * 2 ** min(delivery.attempts, 10), _LONGEST_PAUSE)
    return {"next_at": now + pause, "words": words}
