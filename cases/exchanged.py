"""What crossed the wire with a case, whole, for who tells its server about it."""

from __future__ import annotations

import db.cases
from cases.payloads import unpack
from db.engine import Sessions, reading


def exchanged(sessions: Sessions, case_id: str) -> tuple[bytes, bytes] | None:
    """The request and the response of a case that was asked alone; None for a row that was sent together with others,
    and where not all of it is kept. Raises StorageError."""
    with reading(sessions) as session:
        if not db.cases.was_alone(session, case_id):
            return None
        found = db.cases.bodies(session, case_id)
    if found is None or any(each.is_truncated or not each.data for each in found):
        return None
    return unpack(found[0]), unpack(found[1])
