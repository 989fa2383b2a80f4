"""Who looked at a case: the trail notes it, and tells those whose case it is."""

from __future__ import annotations

import logging
from datetime import datetime

import db.audit_log
import db.cases
from audit_log.chain import Record, append
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.errors import StorageError
from db.scope import scope_of

_log = logging.getLogger(__name__)
VIEW = "view"
LOOK = "look"  # at sensitive values


def note_view(sessions: Sessions, case: CaseView, person: str) -> bool:
    """Note in the trail that somebody looked at a case of somebody else; whether that is done.

    A trail that cannot be written hides no case: the log says so.
    """
    if person == case.person:
        return True
    try:
        with writing(sessions) as session:
            if not db.cases.is_seen(session, case.id):
                return False
            append(
                session,
                VIEW,
                [Record(kind="case", id=case.id)],
                person=person,
                workspace=case.workspace,
            )
    except StorageError as error:
        _log.warning("a look at case %s is not in the trail: %s", case.id, error)
        return False
    return True


def may_look(sessions: Sessions, case: CaseView) -> bool:
    """Whether who asks may see the sensitive values of a case: their own, or of a model that they review or operate.
    Not those of a case that was shared with them."""
    with sessions() as session:
        scope = scope_of(session)
    return scope.is_all or case.person == scope.person or scope.reviews(case.server, case.model)


def note_look(sessions: Sessions, case: CaseView, person: str) -> bool:
    """Note in the trail that somebody is about to see the sensitive values of a case; whether they may. Each look is an
    entry. Where the trail cannot be written, nothing is to be shown.
    """
    if not may_look(sessions, case):
        return False
    try:
        with writing(sessions) as session:
            append(
                session,
                LOOK,
                [Record(kind="case", id=case.id)],
                person=person,
                workspace=case.workspace,
            )
    except StorageError as error:
        _log.warning("sensitive values of case %s are not shown: %s", case.id, error)
        return False
    return True


def seen_by(sessions: Sessions, case: CaseView) -> dict[str, datetime]:
    """Everybody else who looked at a case, with when they last did, the latest first. Raises StorageError.

    For who asked it, and for who reviews or operates its model; nobody else is told anything.
    """
    with reading(sessions) as session:
        scope = scope_of(session)
        is_theirs = scope.is_all or case.person == scope.person
        if not is_theirs and not scope.reviews(case.server, case.model):
            return {}
        if not db.cases.is_seen(session, case.id):
            return {}
        entries = db.audit_log.about(session, "case", case.id, VIEW)
    latest: dict[str, datetime] = {}
    for entry in entries:
        latest.setdefault(entry.person, entry.created_at)
    return latest
