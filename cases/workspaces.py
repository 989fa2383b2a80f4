"""Reset a workspace: everything that was recorded in a show or a demonstration goes, and its chain is closed.

What was recorded leaves no counts behind. The tombstones stand in the chain of the workspace, whose end the main chain
notes: it still says who did what, and holds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import db.deletion
import db.health_removal
import db.persons
import db.shows
import db.workspaces
from audit_log.workspaces import WorkspaceView, is_ended, seal
from cases import deleting
from cases.errors import CasesHeld, NoSuchWorkspace
from cases.files import files_in
from db.cases import DEMO
from db.deletion import Wanted
from db.engine import Sessions, reading, writing
from db.ids import utc_now
from db.person import known

Clock = Callable[[], datetime]


def demonstration_cases(sessions: Sessions) -> int:
    """How many cases the demonstration has in this database."""
    with reading(sessions) as session:
        db.deletion.check_operator(session)
        wanted = [Wanted(workspace=each.name) for each in _open_demos(sessions)]
        return sum(db.deletion.count_all(session, each) for each in (*wanted, _BEFORE_WORKSPACES))


def reset_demonstration(sessions: Sessions, *, person: str, clock: Clock = utc_now) -> int:
    """Remove the history of the demonstration with all that people added to it, and what Health found of it; how many cases went.

    Raises CasesHeld, and StorageError, then also for whoever does not operate everything.
    """
    names = [each.name for each in _open_demos(sessions)]
    for wanted in (_BEFORE_WORKSPACES, *(Wanted(workspace=name) for name in names)):
        _check_not_held(sessions, wanted)
    with writing(sessions) as session:
        models = db.health_removal.models_of(session, names)
        db.health_removal.remove(session, models, names)
    gone = sum(reset(sessions, name, person=person, clock=clock) for name in names)
    with writing(sessions) as session:  # a job may have looked meanwhile
        db.health_removal.remove(session, models, names)
    # Histories that were written before there were workspaces are in the main chain, and their tombstones as well.
    return gone + _remove(sessions, _BEFORE_WORKSPACES, person=known(person), workspace=None)


def reset(sessions: Sessions, name: str, *, person: str, clock: Clock = utc_now) -> int:
    """Remove what was recorded in a workspace, part by part, and close its chain; how many cases went.

    Begun again after a fault, it goes on. What is asked in it meanwhile is refused. Raises NoSuchWorkspace,
    CasesHeld, and StorageError, then also for whoever does not operate everything.
    """
    wanted, person = Wanted(workspace=name), known(person)
    with writing(sessions) as session:
        db.deletion.check_operator(session)
        if db.workspaces.by_name(session, name) is None:
            raise NoSuchWorkspace(name)
        _raise_where_held(db.deletion.count_held(session, wanted))
        db.workspaces.close(session, name, clock(), person)
    with reading(sessions) as session:
        if is_ended(session, name):
            return 0
    gone = _remove(sessions, wanted, person=person, workspace=name)
    with writing(sessions) as session:
        db.shows.forget_run(session, name)
        seal(session, name, person=person)
    return gone


_BEFORE_WORKSPACES = Wanted(purpose=DEMO, workspace="")


def _open_demos(sessions: Sessions) -> list[WorkspaceView]:
    """The demonstrations whose chains have not ended, those of which a reset was cut off included."""
    with reading(sessions) as session:
        listed = db.workspaces.listed(session, DEMO)
        return [each for each in listed if not is_ended(session, each.name)]


def _remove(sessions: Sessions, wanted: Wanted, *, person: str, workspace: str | None) -> int:
    """A hundred cases a transaction, so that nobody waits long for the end of the chain."""
    count, files = 0, set[str]()
    while True:
        with writing(sessions) as session:
            ids = db.deletion.all_wanted(session, wanted, deleting.AT_ONCE)
            if ids:
                files |= files_in(db.persons.entered(session, ids))
                deleting.remove_part(session, ids, person=person, workspace=workspace)
        if not ids:
            break
        count += len(ids)
    with writing(sessions) as session:
        db.persons.delete_unnamed_files(session, files)
    return count


def _check_not_held(sessions: Sessions, wanted: Wanted) -> None:
    with reading(sessions) as session:
        _raise_where_held(db.deletion.count_held(session, wanted))


def _raise_where_held(count: int) -> None:
    if count:
        raise CasesHeld(count)
