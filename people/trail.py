"""What the trail keeps of who came and went, and of what they were refused, with the address that it came from.

What anybody can cause as often as they like is written once an hour for each thing, and of so many things: nobody fills
the trail by trying.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from threading import Lock

import db.audit_log
from audit_log.chain import Record, acting_from, append
from db.engine import Sessions, writing
from db.errors import StorageError
from db.ids import utc_now
from db.person import known
from db.tables import MAX_KEY
from db.types import clip
from people.oidc import session_id

# In which `api/signing_in.py` writes the address of the client, whatever a request says of itself there.
ADDRESS_HEADER = "X-Mds-Client"
SETTINGS = "settings"  # the kind of record, and who changes them: nobody says who edits a file
# How many things of one action the trail takes of a person in an hour, from each process.
MOST_AN_HOUR = 30
log = logging.getLogger(__name__)


def signed(sessions: Sessions, action: str, person: str, token: str, address: str) -> None:
    """Note a `sign-in` or `sign-out`, once a session however many pages it has. Never raises: the log says what the
    trail could not keep. `sessions` see everything."""
    record = Record(kind="session", id=session_id(token))
    try:
        with acting_from(address), writing(sessions) as session:
            if not db.audit_log.about(session, record.kind, record.id, action):
                append(session, action, [record], person=person)
    except StorageError as error:
        log.warning("a %s of %s is not in the trail: %s", action, person, error)


def refused(sessions: Sessions, person: str, kind: str, name: str, address: str = "") -> None:
    """Note that somebody was refused a page, a route or a model. Never raises."""
    _once_an_hour(sessions, "refused", kind, name, person, address, utc_now)


def named(sessions: Sessions, person: str, address: str) -> None:
    """Note that somebody picked a name for their browser, where nobody signs in. Never raises."""
    _once_an_hour(sessions, "pick-name", "name", person, person, address, utc_now)


def let_in(sessions: Sessions, person: str, address: str) -> None:
    """Note that a proxy has signed somebody in. Never raises."""
    _once_an_hour(sessions, "sign-in", "proxy", person, person, address, utc_now)


def settings_changed(sessions: Sessions, settings: Mapping[str, object]) -> None:
    """Note that the settings are others than at the last time, also those of another process; secrets are none of them.
    Never raises.

    The record is named by the SHA-256 of the settings as JSON, and the entry has that of the ones before.
    """
    text = json.dumps(settings, sort_keys=True, default=str)
    record = Record(kind=SETTINGS, id=hashlib.sha256(text.encode()).hexdigest())
    try:
        with writing(sessions) as session:
            last = db.audit_log.newest_of_kind(session, SETTINGS)
            if last is None or last.record_id != record.id:
                before = last.record_id if last else None
                append(session, "change-settings", [record], person=SETTINGS, before=before)
    except StorageError as error:
        log.warning("a change of the settings is not in the trail: %s", error)


def _once_an_hour(
    sessions: Sessions,
    action: str,
    kind: str,
    name: str,
    person: str,
    address: str,
    clock: Callable[[], datetime],
) -> None:
    now, record = clock(), Record(kind=kind, id=clip(name, MAX_KEY))
    hour, person = now.replace(minute=0, second=0, microsecond=0), known(person)
    if not _noted.is_due(hour, (action, person), f"{kind}/{record.id}"):
        return
    try:
        with acting_from(address) if address else nullcontext(), writing(sessions) as session:
            entries = db.audit_log.about(session, kind, record.id, action)
            if not any(e.person == person and e.created_at >= hour for e in entries):
                append(session, action, [record], person=person, clock=lambda: now)
    except StorageError as error:
        log.warning("%s %s of %s is not in the trail: %s", action, kind, person, error)


class _Noted:
    """What was noted in this hour."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hour: datetime | None = None
        self._things: dict[tuple[str, str], set[str]] = {}

    def is_due(self, hour: datetime, who: tuple[str, str], thing: str) -> bool:
        """Whether this is new, and not one too many."""
        with self._lock:
            if hour != self._hour:
                self._hour, self._things = hour, {}
            things = self._things.setdefault(who, set())
            if thing in things or len(things) >= MOST_AN_HOUR:
                return False
            things.add(thing)
            return True


_noted = _Noted()
