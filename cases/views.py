"""Lists of cases that somebody keeps under a name: their own, or shared with whoever may see its model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import db.saved_views
from audit_log.chain import Record, append
from cases.errors import ViewRefused
from db.engine import Sessions, reading, writing
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.saved_views import SavedViewView
from db.scope import scope_of

__all__ = ["LONGEST_NAME", "SavedViewView", "keep", "remove", "saved", "view"]

LONGEST_NAME = 80
MOST_KEPT = 100
_MOST_LISTED = 300


def keep(
    sessions: Sessions,
    *,
    person: str,
    name: str,
    choices: Mapping[str, str],
    is_shared: bool = False,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> SavedViewView:
    """Keep the choices under a name; those that the person had under it go. A shared one is an entry of the trail.

    Raises ViewRefused and StorageError.
    """
    name, person = " ".join(name.split()), known(person)
    if not name or len(name) > LONGEST_NAME:
        raise ViewRefused(f"A view has a name of 1 to {LONGEST_NAME} characters.")
    server, _, model = choices.get("model", "").partition("/")
    made = SavedViewView(
        id=new_id(),
        person=person,
        name=name,
        is_shared=is_shared,
        server=server,
        model=model,
        choices=dict(choices),
        created_at=clock(),
    )
    with writing(sessions) as session:
        if server and not scope_of(session).sees(server, model):
            raise ViewRefused("There is no such model to list the cases of.")
        if db.saved_views.count_of(session, person) >= MOST_KEPT:
            raise ViewRefused(f"At most {MOST_KEPT} views are kept: take one away first.")
        kept = db.saved_views.keep(session, made)
        if is_shared:
            append(session, "share-view", [Record(kind="view", id=kept.id)], person=person)
    return kept


def view(sessions: Sessions, view_id: str) -> SavedViewView | None:
    """The view of a link; None where there is none, or it is not shared with who asks. Raises StorageError."""
    if not is_id(view_id):
        return None
    with reading(sessions) as session:
        return db.saved_views.by_id(session, view_id)


def saved(sessions: Sessions, person: str) -> list[SavedViewView]:
    """A person's own views, then those that others share. Raises StorageError."""
    with reading(sessions) as session:
        return db.saved_views.all_of(session, known(person), _MOST_LISTED)


def remove(sessions: Sessions, view_id: str, person: str) -> None:
    """Take a view of one's own away; another's, or one that is gone, stays as it is. Raises StorageError."""
    with writing(sessions) as session:
        db.saved_views.remove(session, view_id, known(person))
