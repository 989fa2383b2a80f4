"""How often each model was asked, and by whom of those who look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import db.cases
from db.engine import Sessions, reading


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Cases of each model by its server and name: of everybody, and of one person."""

    asked: Mapping[tuple[str, str], int]
    own: Mapping[tuple[str, str], int]


NONE = Usage(asked={}, own={})


def usage(everybody: Sessions, sessions: Sessions, person: str) -> Usage:
    """Counts as far as they may be seen: `everybody` are the sessions for figures that name nobody. Raises
    StorageError."""
    with reading(everybody) as session:
        asked = db.cases.count_by_model(session)
    with reading(sessions) as session:
        own = db.cases.count_by_model(session, person=person)
    return Usage(asked=asked, own=own)
