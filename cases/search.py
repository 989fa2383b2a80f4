"""Everything that was ever asked, a page at a time: what was entered and answered in short, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import db.case_search
import db.feedback
from cases.privacy import hash_of
from db.case_search import MOST_READ, STATES, CaseFilter, CaseLine
from db.engine import Sessions, reading
from db.feedback import FeedbackView
from db.ids import is_id

__all__ = ["MOST_READ", "STATES", "CaseFilter", "CaseLine", "CasePage", "search", "with_hashes"]

PAGE_SIZE = 50
# More are not counted one by one.
MOST_COUNTED = 1_000


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Some cases, the newest first, and what people say of them now, by case. `older` is where the next page begins,
    empty where there is none. `is_cut` says that words were looked for in the newest MOST_READ cases alone: the next
    page begins below those."""

    lines: tuple[CaseLine, ...]
    feedback: Mapping[str, list[FeedbackView]]
    older: str = ""
    is_cut: bool = False


def search(
    sessions: Sessions,
    wanted: CaseFilter,
    *,
    before: str = "",
    size: int = PAGE_SIZE,
    hash_key: bytes = b"",
) -> CasePage:
    """The cases that may be seen and are wanted. `before` is the `older` of the page before. With the `hash_key` the
    words are looked for among hashed values, too. Raises StorageError."""
    wanted = with_hashes(wanted, hash_key)
    known = before if is_id(before) else ""
    with reading(sessions) as session:
        lines = db.case_search.lines(session, wanted, before=known, limit=size + 1)
        shown = lines[:size]
        statements = db.feedback.current_of(session, [line.id for line in shown])
        is_all = len(lines) <= size
        is_read = is_all and wanted.words
        read = db.case_search.last_read(session, wanted, before=known) if is_read else ""
    older = read if is_all else shown[-1].id
    return CasePage(lines=tuple(shown), feedback=statements, older=older, is_cut=bool(read))


def count(sessions: Sessions, wanted: CaseFilter, *, most: int = MOST_COUNTED) -> int:
    """How many cases may be seen and are wanted, whatever their words; at most `most`. Raises StorageError."""
    with reading(sessions) as session:
        return db.case_search.count(session, wanted, most=most)


def with_hashes(wanted: CaseFilter, hash_key: bytes) -> CaseFilter:
    """The same, with its words looked for among hashed values, too."""
    if not hash_key or not wanted.words:
        return wanted
    texts = {wanted.words, *wanted.words.split()}
    return replace(wanted, hashes=tuple(sorted(hash_of(t, hash_key) for t in texts)))
