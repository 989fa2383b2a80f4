"""While the history of a demonstration is still coming in: a model without a case is then none that nobody asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import db.case_search
import db.health_days
from audit_log.workspaces import current
from db.case_search import CaseFilter
from db.cases import DEMO
from db.engine import Sessions, reading
from db.ids import utc_now
from health.reference import midnight

# Longer ago it stands, or was cut off.
_AT_MOST = timedelta(minutes=15)
_MOST_COUNTED = 100_000


def history_words(sessions: Sessions, *, clock: Callable[[], datetime] = utc_now) -> str:
    """`The history of the demonstration is still coming in: 1,240 cases so far, …`; empty where it is not. Its days are counted as they
    come, and what people ask meanwhile is of today. Raises StorageError."""
    now, found = clock(), current(sessions, DEMO)
    if found is None or now - found.opened_at > _AT_MOST:
        return ""
    with reading(sessions) as session:
        if not db.health_days.is_marked_before(session, midnight(now)):
            return ""
        wanted = CaseFilter(purposes=(DEMO,))
        cases = db.case_search.count(session, wanted, most=_MOST_COUNTED)
    return f"The history of the demonstration is still coming in: {cases:,} cases so far, none of this model yet."
