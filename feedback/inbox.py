"""What somebody should read: what was said on their cases and in answer to them, what waits for their answer, and which
of their cases were drawn for a check and wait for their judgement."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import db.comments
import db.drawn_cases
from db.cases import GENUINE
from db.comments import ItemView
from db.drawn_cases import AskedView
from db.engine import Sessions, reading, writing
from db.ids import utc_now
from db.person import ANONYMOUS, known
from feedback.wording import TAKEN_BACK

__all__ = ["ASKED_DAYS", "DAYS", "AskedView", "Inbox", "ItemView", "inbox", "see"]

# Older than this nothing is new any more; the page of a case has all of it for good.
DAYS = 90
MOST = 100
# After so many days a drawn case is not asked for any more.
ASKED_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """`new` is what others said on the person's cases or answered to them, and they have not seen; `waiting` the comments
    on cases of the models that they review which nobody has answered; `asked` their own cases of the last 14 days that
    were drawn for a check and of which nobody has said whether the answer was right. The newest first, at most 100 of a
    kind."""

    asked: tuple[AskedView, ...] = ()
    new: tuple[ItemView, ...] = ()
    waiting: tuple[ItemView, ...] = ()

    @property
    def count(self) -> int:
        """How many different things there are to look at."""
        return len({item.id for item in (*self.new, *self.waiting)}) + len(self.asked)


def inbox(sessions: Sessions, person: str, *, clock: Callable[[], datetime] = utc_now) -> Inbox:
    """What a person should read now. Who has no name has no cases of their own, so nothing is new to them; what waits
    for an answer waits for whoever may give it. Raises StorageError."""
    person, now = known(person), clock()
    since, lately = now - timedelta(days=DAYS), now - timedelta(days=ASKED_DAYS)
    with reading(sessions) as session:
        is_named = person != ANONYMOUS
        new = db.comments.unseen(session, person, since, MOST) if is_named else []
        others = person if is_named else ""
        waiting = db.comments.waiting(session, others, since, MOST)
        asked = db.drawn_cases.asked_of(session, person, GENUINE, lately, MOST, TAKEN_BACK)
    return Inbox(asked=tuple(asked), new=tuple(new), waiting=tuple(waiting))


def see(
    sessions: Sessions,
    person: str,
    item_ids: Collection[str],
    *,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """A person has seen these. Raises StorageError."""
    person = known(person)
    if item_ids and person != ANONYMOUS:
        with writing(sessions) as session:
            db.comments.see(session, person, item_ids, clock())
