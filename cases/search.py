"""Everything that was ever asked, a page at a time: what was entered and answered in short, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import db.case_search
import db.feedback
from db.case_search import MOST_READ, STATES, CaseFilter, CaseLine
from db.engine import Sessions, reading
from db.feedback import FeedbackView
from db.ids import is_id

__all__ = ["MOST_READ", "STATES", "CaseFilter", "CaseLine", "CasePage", "search", "short"]

PAGE_SIZE = 50
_MOST_SHORT = 80


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Some cases, the newest first, and what people say of them now, by case. `older` is where the next page begins,
    empty where there is none."""

    lines: tuple[CaseLine, ...]
    feedback: Mapping[str, list[FeedbackView]]
    older: str = ""


def search(
    sessions: Sessions, wanted: CaseFilter, *, before: str = "", size: int = PAGE_SIZE
) -> CasePage:
    """The cases that may be seen and are wanted. `before` is the `older` of the page before. Raises StorageError."""
    known = before if is_id(before) else ""
    with reading(sessions) as session:
        found = db.case_search.lines(session, wanted, before=known, limit=size + 1)
        shown = found[:size]
        said = db.feedback.current_of(session, [line.id for line in shown])
    older = shown[-1].id if len(found) > size else ""
    return CasePage(lines=tuple(shown), feedback=said, older=older)


def short(entered: Mapping[str, object]) -> str:
    """What was entered, in one line of at most 80 characters: `bill 39.1, island Dream`."""
    text = ", ".join(f"{name} {_value(value)}" for name, value in entered.items())
    return text if len(text) <= _MOST_SHORT else f"{text[: _MOST_SHORT - 1]}…"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("file") or "…")
    if isinstance(value, list | tuple):
        return f"{len(value)} values"
    return "unknown" if value is None else str(value)
