"""Cases found again among many: by who asked what when, how it ended, what was said of it, and by words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

import db.batches
from db.case_keys import KeySearch, has_key
from db.cases import ASKED, HasOutcome
from db.health import (
    Within,
    has_answer,
    has_entered,
    has_truth,
    is_as_sure,
    is_number_within,
)
from db.tables import Case, Feedback

STATES = ("answered", "failed", "unknown")
# Words are looked for in the newest of those that the other conditions leave: there is no index of words.
MOST_READ = 10_000


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases; what is empty does not matter. `judgement` is what somebody says of it now, or `none`; `batch` the id
    of the batch whose rows they are, `values` fields and their values as words, `within` fields and the bounds of their numbers,
    `is_drawn` those that were drawn for a check, `is_unlike` those whose inputs were unlike all earlier ones, `key` a value
    of a business key. `verdict` is what counts of what is said, as figures take it: correct, incorrect, or `none` where nobody decided;
    `outcomes_not` are left out. `since` is included, `until` is not. With `of_newest` they are among so many of the newest that the model,
    the time, the inputs and the answer leave, whoever asked and whatever else is wanted."""

    server: str = ""
    model: str = ""
    version: str = ""
    person: str = ""
    state: str = ""
    judgement: str = ""
    channel: str = ""
    since: datetime | None = None
    batch: str = ""
    words: str = ""
    # Hashes of these words, and of all of them together: sensitive values may be stored as hashes alone.
    hashes: tuple[str, ...] = ()
    until: datetime | None = None
    values: tuple[tuple[str, str], ...] = ()
    within: tuple[Within, ...] = ()
    is_drawn: bool = False
    is_unlike: bool = False
    key: KeySearch | None = None
    # The class that was answered, and the class that is right as far as somebody says.
    answer: str = ""
    truth: str = ""
    # Between which two a number was answered: above the first and up to the second.
    number: tuple[float, float] | None = None
    # Between which two the model called its answer probable, and how the case ended.
    sure: tuple[float, float] | None = None
    outcome: str = ""
    # Why it was asked: one of these, or any.
    purposes: tuple[str, ...] = ()
    verdict: str = ""
    outcomes_not: tuple[str, ...] = ()
    of_newest: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseLine(HasOutcome):
    """One case as a line of a list."""

    id: str
    created_at: datetime
    person: str
    server: str
    model: str
    version: str
    purpose: str
    outcome: str
    entered: dict[str, object]
    answer_label: str | None
    answer_number: float | None
    error_sentence: str


_EQUAL = {
    "server": Case.server,
    "model": Case.model,
    "version": Case.version,
    "person": Case.person,
    "outcome": Case.outcome,
}
_COLUMNS = tuple(getattr(Case, field.name) for field in fields(CaseLine))


def lines(session: Session, wanted: CaseFilter, *, before: str, limit: int) -> list[CaseLine]:
    """The newest first; `before` is the id of the last of the page before."""
    conditions = _all_conditions(session, wanted, before)
    if wanted.words:
        read = _newest(select(Case.id).where(*conditions)).limit(MOST_READ).subquery()
        conditions = [Case.id.in_(select(read.c.id)), _with_words(wanted.words, wanted.hashes)]
    query = _newest(select(*_COLUMNS).where(*conditions)).limit(limit)
    return [CaseLine(**row._mapping) for row in session.execute(query)]


def small_answers(
    session: Session, case_ids: Sequence[str], *, most: int
) -> dict[str, dict[str, object]]:
    """The answers of these cases by id, as they are kept, of at most so many characters."""
    if not case_ids:
        return {}
    query = select(Case.id, Case.answer).where(
        Case.id.in_(case_ids), func.length(cast(Case.answer, Text)) <= most
    )
    return {row.id: row.answer for row in session.execute(query) if row.answer}


def count(session: Session, wanted: CaseFilter, *, most: int) -> int:
    """How many there are whatever their words, up to `most`."""
    found = select(Case.id).where(*_all_conditions(session, wanted, "")).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def chosen(session: Session, wanted: CaseFilter) -> Select[str]:
    """The ids of all of them whatever their words, to be asked for within another query."""
    return select(Case.id).where(*_all_conditions(session, wanted, ""))


def last_read(session: Session, wanted: CaseFilter, *, before: str) -> str:
    """The last of the cases that words are looked for in; empty where there are fewer than MOST_READ."""
    query = _newest(select(Case.id).where(*_all_conditions(session, wanted, before)))
    return session.scalar(query.offset(MOST_READ - 1).limit(1)) or ""


def _all_conditions(session: Session, wanted: CaseFilter, before: str) -> list[ColumnElement[bool]]:
    """Everything but the words."""
    conditions = list(_conditions(wanted))
    if wanted.of_newest:
        conditions += _among_newest(session, wanted)
    if wanted.key:
        conditions.append(has_key(session, wanted.key))
    if wanted.batch:
        conditions.append(Case.id.in_(db.batches.members(session, wanted.batch)))
    return [*conditions, *_older_than(session, before)] if before else conditions


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(Case.created_at.desc(), Case.id.desc())


def _among_newest(session: Session, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """Those from the oldest of the newest on; all where there are fewer."""
    every = replace(
        wanted,
        person="",
        judgement="",
        verdict="",
        batch="",
        is_drawn=False,
        is_unlike=False,
    )
    query: Any = select(Case.created_at, Case.id).where(*_conditions(every))
    oldest = session.execute(_newest(query).offset(wanted.of_newest - 1).limit(1)).first()
    return [tuple_(Case.created_at, Case.id) >= tuple_(*oldest)] if oldest else []


def _older_than(session: Session, case_id: str) -> list[ColumnElement[bool]]:
    """Compared with the moment itself, which an index finds; a case that is not there ends no page."""
    moment = session.scalar(select(Case.created_at).where(Case.id == case_id))
    if moment is None:
        return []
    return [tuple_(Case.created_at, Case.id) < tuple_(moment, case_id)]


def _conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    for name, column in _EQUAL.items():
        if value := getattr(wanted, name):
            yield column == value
    if wanted.purposes:
        yield Case.purpose.in_(wanted.purposes)
    yield from _within(wanted)
    yield from _of_content(wanted)
    if wanted.is_drawn:
        yield Case.is_audited.is_(True)
    if wanted.is_unlike:
        yield Case.unlike != ""
    yield from _ended(wanted)
    yield from _judged(wanted)


def _within(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """The time in which they were asked."""
    if wanted.since:
        yield Case.created_at >= wanted.since
    if wanted.until:
        yield Case.created_at < wanted.until


def _ended(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """How they ended."""
    if wanted.state:
        yield _in_state(wanted.state)
    if wanted.outcomes_not:
        yield Case.outcome.not_in(wanted.outcomes_not)


def _judged(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """What is said of them."""
    if wanted.verdict == "none":
        yield ~_is_decided()
    elif wanted.verdict:
        yield _verdict() == wanted.verdict
    if wanted.judgement == "none":
        yield ~_said(wanted.channel)
    elif wanted.judgement or wanted.channel:
        yield _said(wanted.channel, wanted.judgement)


def _of_content(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """What was entered, answered, and is right."""
    yield from has_entered(wanted.values, wanted.within)
    if wanted.answer:
        yield has_answer(wanted.answer)
    if wanted.number:
        yield is_number_within(*wanted.number)
    if wanted.sure:
        yield is_as_sure(*wanted.sure)
    if wanted.truth:
        yield has_truth(wanted.truth)


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "answered":
        return Case.outcome == "answered"
    # As the index of the few says it, so that it is used.
    known = Case.outcome == ASKED if state == "unknown" else Case.outcome != ASKED
    return and_(Case.outcome != "answered", known)


def _said(channel: str, judgement: str = "") -> ColumnElement[bool]:
    """Somebody says so now."""
    conditions = [Feedback.case_id == Case.id, Feedback.is_current]
    conditions += [Feedback.channel == channel] if channel else []
    conditions += [Feedback.judgement == judgement] if judgement else []
    return exists().where(*conditions)


def _is_decided() -> ColumnElement[bool]:
    """Somebody says that the answer is right or wrong. By the table itself: that a case is judged is known to who may not read yet how,
    and nobody is asked to check it again."""
    said = Feedback.__table__.alias("decided")
    return exists(said.c.id).where(
        said.c.case_id == Case.id, said.c.is_current, said.c.judgement != "unsure"
    )


def _verdict() -> Any:
    """What counts of what is said of a case as far as who asks may read it, as db.health.verdicts has it."""
    said = aliased(Feedback)
    decides = (said.case_id == Case.id, said.is_current, said.judgement != "unsure")
    is_review = case((said.channel == "review", 0), else_=1)
    first = select(said.judgement).where(*decides).correlate(Case)
    return (
        first.order_by(is_review, said.created_at.desc(), said.id.desc()).limit(1).scalar_subquery()
    )


def _with_words(words: str, hashes: Sequence[str]) -> ColumnElement[bool]:
    """Every word occurs in what was entered, in the answer, or in who, what and why; or a hash of them does."""
    hashed = [cast(Case.entered, Text).contains(each) for each in hashes]
    return or_(and_(*_each_word(words)), *hashed)


def _each_word(words: str) -> Iterator[ColumnElement[bool]]:
    others = (
        Case.id, Case.answer_label, Case.person, Case.server, Case.model, Case.version, Case.question,
        Case.error_sentence, cast(Case.answer_number, Text),
    )  # fmt: skip
    entered = func.lower(cast(Case.entered, Text))
    for word in words.lower().split():
        kept = json.dumps(word)[1:-1]  # as the column has it: JSON with escapes
        conditions = [func.lower(other).contains(word, autoescape=True) for other in others]
        yield or_(entered.contains(kept, autoescape=True), *conditions)
