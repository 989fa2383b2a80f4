"""What was said that somebody should read: on their cases, in answer to them, and what waits for their answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import db.comments
from db.comments import ItemView
from db.engine import Sessions, reading, writing
from db.ids import utc_now
from db.person import ANONYMOUS, known

__all__ = ["DAYS", "Inbox", "ItemView", "inbox", "see"]

# Older than this nothing is new any more; the page of a case has all of it for good.
DAYS = 90
MOST = 100


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """`new` is what others said on the person's cases or answered to them, and they have not seen; `waiting` the comments
    on cases of the models that they review which nobody has answered. The newest first, at most 100 of a kind."""

    new: tuple[ItemView, ...] = ()
    waiting: tuple[ItemView, ...] = ()

    @property
    def count(self) -> int:
        """How many different things there are to look at."""
        return len({item.id for item in (*self.new, *self.waiting)})


def inbox(sessions: Sessions, person: str, *, clock: Callable[[], datetime] = utc_now) -> Inbox:
    """What a person should read now. Who has no name has no cases of their own, so nothing is new to them; what waits
    for an answer waits for whoever may give it. Raises StorageError."""
    person, since = known(person), clock() - timedelta(days=DAYS)
    with reading(sessions) as session:
        is_named = person != ANONYMOUS
        new = db.comments.unseen(session, person, since, MOST) if is_named else []
        others = person if is_named else ""
        waiting = db.comments.waiting(session, others, since, MOST)
    return Inbox(new=tuple(new), waiting=tuple(waiting))


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
