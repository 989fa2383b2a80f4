"""What the trail keeps of who came and went: each sign-in and sign-out, with the address that it came from."""

from __future__ import annotations

import logging

import db.audit_log
from audit_log.chain import Record, acting_from, append
from db.engine import Sessions, writing
from db.errors import StorageError
from people.oidc import session_id

# In which `api/signing_in.py` writes the address of the client, whatever a request says of itself there.
ADDRESS_HEADER = "X-Mds-Client"
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
