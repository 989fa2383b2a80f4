"""Keeping the counts by day that figures are added up from."""

from __future__ import annotations

import db.health_folding
from db.engine import Sessions, writing


def fold(sessions: Sessions) -> int:
    """Count every day anew on which something changed, of all models; how many spans of days there were. Sessions that do not
    see everything count nothing.

    Figures are the same before and after; they take less time after it. Raises StorageError, also where another process has
    just done the same.
    """
    folded = 0
    while True:
        with writing(sessions, of_one_moment=True) as session:
            part = db.health_folding.fold(session)
        folded += part
        if not part:
            return folded
