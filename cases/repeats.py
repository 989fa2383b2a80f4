"""Ask a case again, of the version that is current now, and say what is different."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import db.cases
from cases.answers import answer_of
from cases.errors import NoSuchCase
from cases.inputs import same_inputs
from cases.recording import Predictor, Recorded, predict_and_record
from cases.scenarios import NEVER
from db.cases import CaseView
from db.engine import Sessions, reading
from db.ids import new_id as make_id
from db.ids import utc_now
from mds_client.prediction import Answer
from mds_client.sensitive_values import withheld
from mds_client.signature import Values

MOST_LISTED = 20
_MOST_CLASSES = 20
_MOST_DETAILS = 50
Part = Literal["input", "answer", "probability"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that two cases have: as it was then, and as it is now. `is_same` says that nobody would tell them apart.

    An input that only one of both has stands as None in the other.
    """

    part: Part
    name: str
    then: object
    now: object
    is_same: bool


def ask_again(
    model: Predictor,
    values: Values,
    *,
    of: CaseView,
    sessions: Sessions,
    key: str,
    person: str = "",
    keep_bytes: int = 0,
    hash_key: bytes = b"",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> Recorded:
    """Ask about the same again, as a case of its own that names the one before; it takes no part in the lottery.

    Raises what `predict_and_record` raises, and `NoSuchCase` for a case that may not be seen.
    """
    with reading(sessions) as session:
        if db.cases.by_id(session, of.id) is None:
            raise NoSuchCase(of.id)
    return predict_and_record(
        model,
        values,
        sessions=sessions,
        key=key,
        person=person,
        audit=NEVER,
        keep_bytes=keep_bytes,
        hash_key=hash_key,
        purpose="replay",
        parent_id=of.id,
        workspace=of.workspace,
        clock=clock,
        new_id=new_id,
    )


def repeats(sessions: Sessions, case_id: str) -> list[CaseView]:
    """The newest cases that ask a case again, as far as they may be seen. Raises StorageError."""
    with reading(sessions) as session:
        return db.cases.children(session, case_id, MOST_LISTED)


def difference(then: CaseView, now: CaseView) -> list[Line]:
    """Field by field what was entered and answered then and now: inputs first, then the answer."""
    return [*_inputs(then, now), *_answers(answer_of(then), answer_of(now))]


def _inputs(then: CaseView, now: CaseView) -> Iterator[Line]:
    """Sensitive values are compared and not told; of those that are not stored nobody knows whether they are the same."""
    for name in dict.fromkeys([*now.entered, *then.entered]):
        one, other = then.inputs.get(name), now.inputs.get(name)
        is_known = "omit" not in (marks := {withheld(one), withheld(other)}) and "mask" not in marks
        yield Line(
            part="input",
            name=name,
            then=then.entered.get(name),
            now=now.entered.get(name),
            is_same=is_known and same_inputs({name: one}, {name: other}),
        )


def _answers(then: Answer | None, now: Answer | None) -> Iterator[Line]:
    yield _line("answer", "Answer", _headline(then), _headline(now))
    yield from _probabilities(then, now)
    yield from _details(then, now)


def _headline(answer: Answer | None) -> object:
    """The number itself where that is the answer: a rounded one may hide a difference."""
    if answer is None:
        return None
    return answer.number if answer.kind == "number" else answer.headline


def _probabilities(then: Answer | None, now: Answer | None) -> Iterator[Line]:
    """Of each class; of very many, of those that were likeliest."""
    before, after = (answer.probabilities if answer else {} for answer in (then, now))
    for name in list(dict.fromkeys([*after, *before]))[:_MOST_CLASSES]:
        yield _line("probability", name, before.get(name), after.get(name))


def _details(then: Answer | None, now: Answer | None) -> Iterator[Line]:
    """What the model answered besides."""
    before, after = (answer.details if answer else {} for answer in (then, now))
    for name in list(dict.fromkeys([*after, *before]))[:_MOST_DETAILS]:
        yield _line("answer", name, before.get(name), after.get(name))


def _line(part: Part, name: str, then: object, now: object) -> Line:
    return Line(part=part, name=name, then=then, now=now, is_same=then == now)


def differing(lines: Sequence[Line], part: Part) -> list[Line]:
    """Those of one part that are not the same."""
    return [line for line in lines if line.part == part and not line.is_same]
