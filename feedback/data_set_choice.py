"""Which of the listed cases come into a data set, and why the others stay out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import db.case_search
import db.cases
import db.feedback
from db.case_search import CaseFilter, CaseLine
from db.engine import Session, Sessions, reading
from db.feedback import FeedbackView
from feedback.golden import confirmed

# A look before anything is frozen reads so many cases, the newest first.
MOST_LOOKED_AT = 5_000
_PAGE = 500
_NOT_JUDGED, _NOT_SETTLED, _NO_ANSWER = "not judged", "not settled", "without an answer"
# By their purpose: what is about nothing that there is, or is asked for another reason.
_OF_PURPOSES = {
    "scenario": "asked under What if …?",
    "golden": "asked by golden runs",
    "test": "asked by test runs",
    "replay": "asked again",
    "show": "asked in shows",
}
_OF_DEMONSTRATION = "of the demonstration"


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """How many cases are listed, how many of them come in, and how many of the others stay out for which reason.

    `is_cut` says that only the newest MOST_LOOKED_AT were looked at."""

    listed: int
    taken: int
    left_out: Mapping[str, int]
    is_cut: bool = False

    @property
    def words(self) -> str:
        """`2 of 255 listed cases; 253 stay out: 200 of the demonstration, 53 not judged`."""
        newest = "newest " if self.is_cut else ""
        one = "1 listed case" if self.listed == 1 else f"{self.listed:,} {newest}listed cases"
        return f"{self.taken:,} of {one}{self._others}"

    @property
    def _others(self) -> str:
        out = self.listed - self.taken
        if not out:
            return ""
        reasons = sorted(self.left_out.items(), key=lambda each: (-each[1], each[0]))
        told = ", ".join(f"{count:,} {why}" for why, count in reasons)
        return f"; {out:,} {'stays' if out == 1 else 'stay'} out: {told}"


@dataclass
class Tally:
    """What has been counted so far."""

    listed: int = 0
    taken: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def chosen(self, *, is_cut: bool = False) -> Chosen:
        return Chosen(
            listed=self.listed, taken=self.taken, left_out=dict(self.left_out), is_cut=is_cut
        )


def look(sessions: Sessions, wanted: CaseFilter) -> Chosen:
    """What would come into a data set of the wanted cases, and what would not. Raises StorageError."""
    tally = Tally()
    with reading(sessions) as session:
        for _ in settled(session, wanted, tally, most=MOST_LOOKED_AT):
            pass
    return tally.chosen(is_cut=tally.listed >= MOST_LOOKED_AT)


def settled(
    session: Session, wanted: CaseFilter, tally: Tally, *, most: int | None = None
) -> Iterator[tuple[FeedbackView, Sequence[FeedbackView]]]:
    """The statement that says what is right of each wanted case that comes in, with everything that is said of it, the
    newest case first; all are counted in the `tally`, of at most `most` cases."""
    before = ""
    while most is None or tally.listed < most:
        lines = db.case_search.lines(session, wanted, before=before, limit=_PAGE)
        ids = [line.id for line in lines]
        said, genuine = db.feedback.current_of(session, ids), db.cases.genuine(session, ids)
        tally.listed += len(lines)
        for line in lines:
            statements = said.get(line.id, [])
            why, right = _why_not(session, line, line.id in genuine, statements)
            if right is None:
                tally.left_out[why] += 1
            else:
                tally.taken += 1
                yield right, statements
        if len(lines) < _PAGE:
            return
        before = ids[-1]


def _why_not(
    session: Session, line: CaseLine, is_genuine: bool, said: Sequence[FeedbackView]
) -> tuple[str, FeedbackView | None]:
    """Why a case stays out, or the statement that says what is right of it."""
    if not is_genuine:
        return _OF_PURPOSES.get(line.purpose, _OF_DEMONSTRATION), None
    if not line.is_answered:
        return _NO_ANSWER, None
    if not said:
        return _NOT_JUDGED, None
    right = confirmed(session, line.id, said)
    return ("", right) if right else (_NOT_SETTLED, None)


def whole_model(wanted: CaseFilter) -> CaseFilter:
    """Every case of its model."""
    return replace(CaseFilter(), server=wanted.server, model=wanted.model)
