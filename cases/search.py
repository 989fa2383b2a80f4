"""Everything that was ever asked, a page at a time: what was entered and answered in short, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import db.case_search
import db.feedback
from cases.answers import of_facts
from cases.privacy import hash_of
from db.case_search import MOST_READ, STATES, CaseFilter, CaseLine
from db.engine import Sessions, reading
from db.feedback import FeedbackView
from db.ids import is_id

__all__ = ["MOST_READ", "STATES", "CaseFilter", "CaseLine", "CasePage", "search", "with_hashes"]

PAGE_SIZE = 50
# More are not counted one by one.
MOST_COUNTED = 1_000
# Characters of an answer that a list reads: a page of them stays far below a megabyte, and pictures are left alone.
MOST_IN_LIST = 16_384


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Some cases, the newest first, and what people say of them now, by case. `headlines` has the answers, by case, that are
    neither a label nor a number, as far as they are small. `older` is where the next page begins,
    empty where there is none. `is_cut` says that words were looked for in the newest MOST_READ cases alone: the next
    page begins below those."""

    lines: tuple[CaseLine, ...]
    feedback: Mapping[str, list[FeedbackView]]
    headlines: Mapping[str, str] = field(default_factory=dict)
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
        kept = db.case_search.small_answers(session, _without_column(shown), most=MOST_IN_LIST)
        is_all = len(lines) <= size
        is_read = is_all and wanted.words
        read = db.case_search.last_read(session, wanted, before=known) if is_read else ""
    older = read if is_all else shown[-1].id
    return CasePage(
        lines=tuple(shown),
        feedback=statements,
        headlines={case_id: of_facts(facts).headline for case_id, facts in kept.items()},
        older=older,
        is_cut=bool(read),
    )


def _without_column(lines: Sequence[CaseLine]) -> list[str]:
    """The cases whose answer no column says: a text, the segments of a sound, what was found in a picture."""
    return [
        line.id
        for line in lines
        if line.is_answered and line.answer_label is None and line.answer_number is None
    ]


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
