"""Truths that come later, many at once: each by the id of its case or by a business key, compared with what the model
answered."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import db.cases
import db.feedback
from db.cases import CaseView
from db.engine import Session, Sessions, reading, writing
from db.feedback import FeedbackView
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.types import clip
from feedback import regions
from feedback.errors import translated
from feedback.ground_truth import (
    UNKNOWN,
    Truth,
    answered,
    as_class,
    classes_of,
    is_near,
    read,
)
from feedback.submission import Statement, record
from mds_client.errors import Problem

# In one transaction, so that nobody waits long for SQLite's one writer.
_AT_ONCE = 100
# Characters of another row's truth that a sentence repeats.
_MOST_TOLD = 60


@dataclass(frozen=True, kw_only=True)
class TruthRow:
    """A right answer. `place` is where its sender finds it again, for instance the line of a file. It is of the case with
    that id, or where that is empty of the case that a business key names: the number of a patient or of an order."""

    place: str
    case_id: str = ""
    truth: object
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Unmatched:
    """A row of which nothing was recorded, and why."""

    place: str
    case_id: str
    why: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A row with the cases that it names, and the truth in the kind of the answer of each, or why there is none."""

    row: TruthRow
    truths: Mapping[str, Truth | str]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of it: new statements, those that stood already, and the rows that match nothing."""

    recorded: int
    unchanged: int
    unmatched: tuple[Unmatched, ...]


# The cases of a model that may be seen, by the values of its business key, the newest first.
CasesOfKeys = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]


def _none(_keys: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Where nobody said which model the keys are of."""
    return {}


@dataclass
class _Count:
    recorded: int = 0
    unchanged: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)


def import_truths(
    sessions: Sessions,
    rows: Sequence[TruthRow],
    *,
    person: str,
    near: float | None = None,
    channel: str = "upload",
    cases_of_keys: CasesOfKeys = _none,
    is_for_all: bool = False,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> Imported:
    """Record the truth of each row as what a person says of its case; the same rows again change nothing.

    A class is right or wrong. A number is right within `near`, a share of the truth, and wrong beyond; without `near`,
    and for a text that differs, nobody has decided: the truth is kept with *unsure*. Of cases that may not be seen it is
    said that there are none. A business key that several cases have names none of them, unless the truth `is_for_all` of them;
    cases that ask another again, and those of shows and demonstrations, do not count. Of rows that say different things
    of one case none is recorded. Raises `FeedbackNotRecorded`; what was recorded before stays, and the same rows can be sent
    again.
    """
    count = _Count()
    with translated():
        named = _with_cases(sessions, rows, cases_of_keys, is_for_all, count)
        told = _uncontradicted(_read(sessions, named), count)
        for part in _parts([(each, case_id) for each in told for case_id in each.truths]):
            with writing(sessions) as session:
                for each, case_id in part:
                    _import(
                        session, each, case_id, known(person), near, channel, clock, new_id, count
                    )
    return Imported(
        recorded=count.recorded,
        unchanged=count.unchanged,
        unmatched=_in_order(count.unmatched, rows),
    )


def _with_cases(
    sessions: Sessions,
    rows: Sequence[TruthRow],
    cases_of_keys: CasesOfKeys,
    is_for_all: bool,
    count: _Count,
) -> list[tuple[TruthRow, list[str]]]:
    """The rows, each with the ids of its cases. Those whose key names none, or several, are noted as unmatched."""
    keys = list(dict.fromkeys(row.key for row in rows if _is_by_key(row)))
    found = _genuine(sessions, cases_of_keys(keys)) if keys else {}
    named: list[tuple[TruthRow, list[str]]] = []
    for row in rows:
        ids = found.get(row.key, []) if _is_by_key(row) else [row.case_id]
        if len(ids) == 1 or (ids and is_for_all):
            named.append((row, ids))
        else:
            count.unmatched.append(_without_case(row, len(ids)))
    return named


def _read(sessions: Sessions, named: Sequence[tuple[TruthRow, list[str]]]) -> list[_Told]:
    """The rows with what they say of each of their cases."""
    told: list[_Told] = []
    for part in _parts(named):
        ids = [case_id for _, ids in part for case_id in ids if is_id(case_id)]
        with reading(sessions) as session:
            cases = db.cases.by_ids(session, ids)
        told += [
            _Told(row=row, truths={i: _truth(cases.get(i), row.truth) for i in ids})
            for row, ids in part
        ]
    return told


def _uncontradicted(told: Sequence[_Told], count: _Count) -> list[_Told]:
    """The rows that no other row contradicts; of the others it is noted which says something else."""
    said: dict[str, dict[Truth, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in told:
        for case_id, truth in each.truths.items():
            if isinstance(truth, Truth):
                said[case_id][truth].append(each.row.place)
    left = []
    for each in told:
        if why := next(
            filter(None, (_contradiction(t, said[i]) for i, t in each.truths.items())), ""
        ):
            row = each.row
            found = Unmatched(place=row.place, case_id=row.case_id, why=why, key=row.key)
            count.unmatched.append(found)
        else:
            left.append(each)
    return left


def _contradiction(truth: Truth | str, said: Mapping[Truth, Sequence[str]]) -> str:
    """Which rows say something else of a case, in a sentence; empty where none does."""
    others = [(place, t) for t, places in said.items() if t != truth for place in places]
    if isinstance(truth, str) or not others:
        return ""
    place, other = others[0]
    more = f" ({len(others) - 1:,} more rows differ, too)" if len(others) > 1 else ""
    words = clip(str(_given(other)), _MOST_TOLD)
    return (
        f"{place[:1].upper()}{place[1:]} says {words!r} of the same case{more}: neither is recorded. "
        "Keep the one that is right."
    )


def _in_order(unmatched: Sequence[Unmatched], rows: Sequence[TruthRow]) -> tuple[Unmatched, ...]:
    """As the rows stand, whatever is wrong with them."""
    order = {row.place: number for number, row in enumerate(rows)}
    return tuple(sorted(unmatched, key=lambda each: order[each.place]))


def _is_by_key(row: TruthRow) -> bool:
    return bool(row.key and not row.case_id)


def _genuine(sessions: Sessions, found: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The cases of each key that are about something that there is."""
    every = [each for ids in found.values() for each in ids]
    with reading(sessions) as session:
        genuine = db.cases.genuine(session, every)
    return {key: [each for each in ids if each in genuine] for key, ids in found.items()}


def _without_case(row: TruthRow, cases: int) -> Unmatched:
    why = "No case has this key, or none is shared with you."
    if cases:
        why = f"{cases:,} cases have this key: name one by its id, or say that it is right for all of them."
    return Unmatched(place=row.place, case_id="", why=why, key=row.key)


def _import(
    session: Session,
    told: _Told,
    case_id: str,
    person: str,
    near: float | None,
    channel: str,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    count: _Count,
) -> None:
    row = told.row
    case = db.cases.by_id(session, case_id) if is_id(case_id) else None
    truth = _truth(case, row.truth)  # anew: the case may have been deleted meanwhile
    if case is None or isinstance(truth, str):
        why = truth if isinstance(truth, str) else ""
        count.unmatched.append(Unmatched(place=row.place, case_id=case_id, why=why, key=row.key))
        return
    judgement = judge(case, truth, near)
    now = db.feedback.current(session, case.id, person)
    if now is not None and _says(now, judgement, truth):
        count.unchanged += 1
        return
    record(
        session,
        case_id=case.id,
        person=person,
        statement=Statement(
            judgement=judgement,
            truth=_given(truth),
            near=near,
            channel=channel,
        ),
        key=_key(case, person, truth, now),
        labels=(),
        now=clock(),
        new_id=new_id,
    )
    count.recorded += 1


def judge(case: CaseView, truth: Truth, near: float | None = None) -> str:
    """Whether the answer of a case is right, as far as its truth decides it."""
    answer = answered(case)
    if truth.number is not None and answer.number is not None:
        is_right = answer == truth or is_near(case, truth, near)
        return "correct" if is_right else "unsure" if near is None else "incorrect"
    if answer == truth or regions.are_alike(answer.text, truth.text):
        return "correct"
    return "incorrect" if truth.label is not None else "unsure"


def _truth(case: CaseView | None, given: object) -> Truth | str:
    """The truth in the kind of the case's answer, or why there is none."""
    if case is None:
        return "There is no such case, or it is not shared with you."
    if not case.is_answered:
        return "The model gave no answer here to compare with."
    kind = (case.answer or {}).get("kind")
    truth = read(case, as_class(given) if kind == "class" else given, classes_of(case))
    if isinstance(truth, Problem):
        return truth.sentence
    return "There is no truth in this row." if truth == UNKNOWN else truth


def _given(truth: Truth) -> object:
    return next(v for v in (truth.label, truth.number, truth.text) if v is not None)


def _says(said: FeedbackView, judgement: str, truth: Truth) -> bool:
    return said.judgement == judgement and said.truth == _given(truth)


def _key(case: CaseView, person: str, truth: Truth, now: FeedbackView | None) -> str:
    """The same for the same truth in place of the same statement: of two who send it at once, one is recorded."""
    facts = f"{case.id}\n{person}\n{truth!r}\n{now.id if now else ''}"
    return f"truth-{hashlib.sha256(facts.encode()).hexdigest()[:40]}"


def _parts(rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE)]
