"""Data sets from judged cases: chosen by the filters of the list of cases, frozen as versions, never changed.

A version keeps which cases are in it and what is right of each. What a case was asked and answered stays with the case. So
does its row: when the case is deleted, or the statement that says what is right, the row goes, and `SetView.cases` still
says how many there were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import db.cases
import db.data_sets
from audit_log.chain import Record, append
from db.case_search import CaseFilter
from db.cases import CaseView
from db.data_sets import RowView, SetView
from db.engine import Session, Sessions, reading, writing
from db.errors import StorageError
from db.feedback import FeedbackView
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.scope import scope_of
from db.tables import SHORT
from db.types import clip
from feedback.data_set_choice import Chosen, Tally, settled
from feedback.errors import FeedbackNotRecorded, FeedbackRefused
from feedback.lengths import too_long
from feedback.readings import is_same
from mds_client.errors import Problem
from people.errors import NotPermitted

__all__ = ["RowView", "Sessions", "SetView"]

MOST_CASES = 50_000
_PAGE = 500
FROZEN, EXPORTED = "data-set", "data-set-export"


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A row of a data set with its case."""

    row: RowView
    case: CaseView

    @property
    def weight(self) -> float | None:
        """For how many cases a drawn one stands: 1 / its audit probability. None for one that no lottery drew."""
        chance = self.case.audit_probability
        return 1 / chance if self.case.is_audited and chance > 0 else None


@dataclass(frozen=True, kw_only=True)
class RowPage:
    """Some rows of a version; `next` is after which case the next page begins, empty at the end."""

    rows: tuple[Exported, ...]
    next: str = ""


def freeze(
    sessions: Sessions,
    wanted: CaseFilter,
    *,
    name: str,
    person: str,
    tell: Callable[[Chosen], None] = lambda _: None,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> SetView:
    """A new version of a data set, of the wanted cases of one model of which it is settled what is right.

    Only cases about something that there is count: no scenarios, repeats, tests, shows, demonstrations. A case on which
    people differ, or on which a review is open that who asks may give, is left out. `tell` is told how many come in, and
    why the others do not. Where nothing is other than in the newest version of that
    name, as after a double click, that is the answer. Raises FeedbackRefused, NotPermitted and
    FeedbackNotRecorded.
    """
    name = _checked(name, wanted)
    try:
        with writing(sessions) as session:
            set_id = new_id()
            rows = _settled(session, wanted, set_id, tell)
            last = db.data_sets.newest(session, wanted.server, wanted.model, name)
            if last and _holds(session, last, rows):
                return last
            found = SetView(
                id=set_id,
                server=wanted.server,
                model=wanted.model,
                name=name,
                version=last.version + 1 if last else 1,
                created_at=clock(),
                person=known(person),
                filters=_words(wanted),
                cases=len(rows),
                sha256=digest_of(rows),
            )
            db.data_sets.add(session, found, rows)
            append(session, FROZEN, [Record(kind="data_set", id=set_id)], person=known(person))
            return found
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error


def _checked(name: str, wanted: CaseFilter) -> str:
    """The name as it is kept. Raises FeedbackRefused for one that cannot be, and where no model is wanted."""
    if long := too_long("name", "The name of a data set", name, SHORT):
        raise FeedbackRefused([long])
    if not wanted.server or not wanted.model:
        raise _refused("model", "A data set is of one model: choose it.")
    if not name.strip():
        raise _refused("name", "A data set has a name.")
    return clip(name.strip(), SHORT)


def _settled(
    session: Session, wanted: CaseFilter, set_id: str, tell: Callable[[Chosen], None]
) -> list[RowView]:
    """A row for each case of which it is settled what is right, in the order of their ids. Raises NotPermitted, and
    FeedbackRefused where there is none."""
    if not scope_of(session).reviews(wanted.server, wanted.model):
        raise NotPermitted(
            f"Only reviewers of {wanted.server}/{wanted.model} may freeze its cases."
        )
    tally = Tally()
    rows = sorted(_rows(session, wanted, set_id, tally), key=lambda row: row.case_id)
    tell(tally.chosen())
    if not rows:
        words = f"None of these cases has a settled right answer: {tally.chosen().words}."
        raise _refused("cases", words)
    return rows


def sets_of(sessions: Sessions, server: str = "", model: str = "") -> list[SetView]:
    """The versions of the data sets of a model, or of every model that who asks reviews, the newest first.

    Raises StorageError."""
    with reading(sessions) as session:
        return db.data_sets.sets(session, server, model)


def set_of(sessions: Sessions, set_id: str) -> SetView | None:
    """A version of a data set of a model that who asks reviews. Raises StorageError."""
    with reading(sessions) as session:
        return db.data_sets.by_id(session, set_id) if is_id(set_id) else None


def rows_of(sessions: Sessions, set_id: str) -> list[Exported]:
    """What is left of the rows of a version, each with its case. Raises StorageError."""
    with reading(sessions) as session:
        rows = db.data_sets.rows(session, set_id) if is_id(set_id) else []
        return _with_cases(session, rows)


def _with_cases(session: Session, rows: Sequence[RowView]) -> list[Exported]:
    found: list[Exported] = []
    for start in range(0, len(rows), _PAGE):
        part = rows[start : start + _PAGE]
        cases = db.cases.by_ids(session, [row.case_id for row in part])
        found += [
            Exported(row=row, case=cases[row.case_id]) for row in part if row.case_id in cases
        ]
    return found


def take_page(
    sessions: Sessions, set_id: str, *, person: str, after: str = "", limit: int = _PAGE
) -> RowPage:
    """The next `limit` rows of a version, by the ids of their cases, to be taken away: the trail notes it before. Raises
    FeedbackRefused and StorageError."""
    _note_export(sessions, set_id, person)
    with reading(sessions) as session:
        rows = db.data_sets.rows(session, set_id, after, limit + 1)
        exported = _with_cases(session, rows[:limit])
    return RowPage(rows=tuple(exported), next=rows[limit - 1].case_id if len(rows) > limit else "")


def take(sessions: Sessions, set_id: str, *, person: str) -> tuple[SetView, list[Exported]]:
    """A version and its rows, to be taken away: the trail notes it before. Raises FeedbackRefused and StorageError."""
    return _note_export(sessions, set_id, person), rows_of(sessions, set_id)


def _note_export(sessions: Sessions, set_id: str, person: str) -> SetView:
    """The version that is about to be taken away. Raises FeedbackRefused."""
    found = set_of(sessions, set_id)
    if found is None:
        raise _refused("data_set", "There is no such data set, or you do not review its model.")
    with writing(sessions) as session:
        append(session, EXPORTED, [Record(kind="data_set", id=set_id)], person=known(person))
    return found


def digest_of(rows: list[RowView]) -> str:
    """SHA-256 of which cases there are and what is right of each, in the order of their ids."""
    facts = [[row.case_id, row.channel, row.truth, row.statements, row.agreement] for row in rows]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def is_whole(found: SetView, rows: list[RowView]) -> bool:
    """Whether the rows are those that were frozen, none erased and none changed."""
    return len(rows) == found.cases and digest_of(rows) == found.sha256


def _holds(session: Session, last: SetView, rows: list[RowView]) -> bool:
    """Whether a version has these rows, and all of them still."""
    is_same_digest = last.sha256 == digest_of(rows)
    return is_same_digest and is_whole(last, db.data_sets.rows(session, last.id))


def _rows(session: Session, wanted: CaseFilter, set_id: str, tally: Tally) -> Iterator[RowView]:
    for right, said in settled(session, wanted, tally):
        if tally.taken > MOST_CASES:
            raise _refused(
                "cases",
                f"A data set has at most {MOST_CASES:,} cases: choose fewer, for example by days.",
            )
        yield _row(set_id, right, said)


def _row(set_id: str, right: FeedbackView, said: Sequence[FeedbackView]) -> RowView:
    same = sum(is_same(vars(right), vars(each)) for each in said)
    return RowView(
        set_id=set_id,
        case_id=right.case_id,
        feedback_id=right.id,
        channel=right.channel,
        truth_label=right.truth_label,
        truth_number=right.truth_number,
        truth_text=right.truth_text,
        statements=len(said),
        agreement=same / len(said),
    )


def _words(wanted: CaseFilter) -> Mapping[str, object]:
    """What was chosen, as plain data; not the value of a business key, which names somebody, nor words, which may."""
    chosen = {name: value for name, value in asdict(wanted).items() if value}
    for name in ("key", "hashes", "words", "value", "person"):
        if name in chosen:
            chosen[name] = "(chosen)"
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in chosen.items()
    }


def _refused(field: str, sentence: str) -> FeedbackRefused:
    return FeedbackRefused([Problem(field=field, sentence=sentence)])
