"""Your call first: on a logged random share of cases a person commits an answer before the model is asked.

The model is not asked until then, so there is no prediction that could be seen. What was drawn for some inputs of a person
stands for good: neither another press nor a reload draws again, and who has seen an answer to inputs is not asked about
them. What was committed is never changed; what they say after the model has answered is feedback like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import db.cases
import db.first_calls
import db.review
from audit_log.chain import Record, append
from db.cases import CaseView
from db.engine import Session, Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.first_calls import CallDrawView, FirstCallView
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from db.tables import LONG
from db.types import clip
from feedback.errors import FeedbackNotRecorded, FeedbackRefused
from feedback.ground_truth import UNKNOWN, Truth, read_as
from feedback.readings import Random, system_random
from mds_client.errors import Problem

__all__ = [
    "KINDS",
    "Call",
    "CallDrawView",
    "Drawn",
    "FirstCallView",
    "call_of",
    "carried",
    "draw",
    "recorder",
]

# The kinds of answer that a person can give: other answers are no line that is typed or chosen.
KINDS = ("class", "number", "text")
# A draw that led to no case is kept so long.
DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was drawn for some inputs. `is_asked` says that the person answers first and has not yet; `is_new` that nothing
    was drawn for these inputs before."""

    view: CallDrawView
    is_asked: bool
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a person answers before the model: a class, a number or a text by `kind`, and how sure they are from 0 to 1;
    or that they cannot tell."""

    kind: str
    answer: object = None
    confidence: float | None = None
    is_declined: bool = False


def draw(
    sessions: Sessions,
    *,
    server: str,
    model: str,
    person: str,
    inputs: str,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
    random: Random = system_random,
) -> Drawn | None:
    """Whether a person answers before the model; None where it asks nobody. `inputs` is a digest of what they entered.

    Raises FeedbackNotRecorded.
    """
    person = known(person)
    try:
        with reading(sessions) as session:
            share = _share(session, server, model)
            before = db.first_calls.drawn(session, person, server, model, inputs)
            is_told = bool(before and db.first_calls.of_case(session, before.id))
        if not share:
            return None
        if before is not None:
            return Drawn(view=before, is_asked=before.is_drawn and not is_told, is_new=False)
        view = CallDrawView(
            id=new_id(),
            created_at=clock(),
            person=person,
            server=server,
            model=model,
            inputs=inputs,
            probability=share,
            draw=random(),
        )
        return _kept(sessions, view)
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error


def _share(session: Session, server: str, model: str) -> float:
    found = db.review.asked_of_all(session, server, model).get("first_share")
    return float(found) if isinstance(found, int | float) else 0.0


def _kept(sessions: Sessions, view: CallDrawView) -> Drawn:
    """The draw, kept; of two presses at once that of the first."""
    try:
        with writing(sessions) as session:
            before = view.created_at - timedelta(days=DAYS)
            db.first_calls.forget_draws(session, view.person, before)
            db.first_calls.add_draw(session, view)
    except Conflict:
        with reading(sessions) as session:
            first = db.first_calls.drawn(session, view.person, view.server, view.model, view.inputs)
        if first is None:
            raise
        return Drawn(view=first, is_asked=first.is_drawn, is_new=False)
    return Drawn(view=view, is_asked=view.is_drawn, is_new=True)


def recorder(
    call: Call,
    labels: Sequence[str] = (),
    *,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> Callable[[Session, CaseView], None]:
    """What writes a call down in the transaction that begins its case. Raises FeedbackRefused for one that cannot be taken;
    `labels` are the classes of the model, as far as they are known."""
    answer = _checked(call, labels)

    def record(session: Session, case: CaseView) -> None:
        view = FirstCallView(
            id=new_id(),
            case_id=case.id,
            created_at=clock(),
            person=case.person,
            label=answer.label,
            number=answer.number,
            text=answer.text and clip(answer.text, LONG),
            confidence=call.confidence,
            is_declined=call.is_declined,
        )
        _add(session, view, case)

    return record


def carried(
    sessions: Sessions, case_id: str, *, new_id: Callable[[], str] = make_id
) -> Callable[[Session, CaseView], None] | None:
    """What writes the call on a case down once more, in the transaction that begins the case in which it is asked again: where
    the process ended before the model's answer was kept. None where the case has an answer or no call, or was asked again
    since. Raises StorageError."""
    with reading(sessions) as session:
        case = db.cases.by_id(session, case_id)
        call = db.first_calls.of_case(session, case_id)
        if case is None or call is None or not case.is_unknown:
            return None
        if db.first_calls.is_answered_again(session, case_id):
            return None

    def record(session: Session, again: CaseView) -> None:
        _add(session, replace(call, id=new_id(), case_id=again.id), again)

    return record


def call_of(sessions: Sessions, case_id: str) -> FirstCallView | None:
    """What was answered in a case before the model did. Raises StorageError."""
    with reading(sessions) as session:
        return db.first_calls.of_case(session, case_id)


def _add(session: Session, view: FirstCallView, case: CaseView) -> None:
    db.first_calls.add(session, view)
    trailed = Record(kind="call", id=view.id, values=vars(view))
    append(session, "call", [trailed], person=case.person, workspace=case.workspace)


def _checked(call: Call, labels: Sequence[str]) -> Truth:
    if call.is_declined:
        if call.answer is not None or call.confidence is not None:
            raise _refused("answer", "With “I can't tell” you give no answer.")
        return UNKNOWN
    answer = read_as(call.kind, call.answer, labels)
    if isinstance(answer, Problem):
        raise FeedbackRefused([answer])
    if not answer.is_known:
        raise _refused("answer", "Give your answer, or say that you can't tell.")
    if call.confidence is None or not 0 <= call.confidence <= 1:
        raise _refused("confidence", "Say how sure you are.")
    return answer


def _refused(field: str, sentence: str) -> FeedbackRefused:
    return FeedbackRefused([Problem(field=field, sentence=sentence)])
