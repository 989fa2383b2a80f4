"""How often people alone, the model alone and both together are right, on cases where the person answered first.

The truth is somebody else's: what others say is right, in a file, by a program or at the desk. What the person says after the
model's answer is their word together, and no truth of these cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import db.cases
import db.feedback
import db.first_calls
from db.cases import CaseView
from db.engine import Sessions, reading
from db.feedback import FeedbackView
from db.first_calls import FirstCallView
from db.ids import utc_now

DAYS = 90
MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Who was right on one case, and with which chance it was drawn. `together` is None where its person said nothing after
    the model's answer, or nothing that decides."""

    case_id: str
    probability: float
    alone: bool
    model: bool
    together: bool | None


@dataclass(frozen=True, kw_only=True)
class FirstCallFigures:
    """Of the first answers of the last 90 days: how many there are, how many people could not tell, and those on cases
    whose class somebody else has said."""

    calls: int
    declined: int
    compared: tuple[Compared, ...]


def first_call_figures(
    sessions: Sessions, server: str, model: str, *, clock: Callable[[], datetime] = utc_now
) -> FirstCallFigures:
    """What came of the first answers on a model, as far as they may be read. Classes alone: a number is right by how near
    it is, which nobody has said here. Raises StorageError."""
    since = clock() - timedelta(days=DAYS)
    with reading(sessions) as session:
        calls = db.first_calls.newest(session, server, model, since, MOST)
        ids = [each.case_id for each in calls]
        cases = db.cases.by_ids(session, ids)
        said = db.feedback.current_of(session, ids)
    found = (_compared(cases.get(c.case_id), c, said.get(c.case_id, [])) for c in calls)
    return FirstCallFigures(
        calls=len(calls),
        declined=sum(each.is_declined for each in calls),
        compared=tuple(each for each in found if each),
    )


def _compared(
    case: CaseView | None, call: FirstCallView, said: Iterable[FeedbackView]
) -> Compared | None:
    statements = list(said)
    truth = next((s.truth_label for s in statements if _is_of_another(s, call)), None)
    if case is None or call.label is None or case.answer_label is None or truth is None:
        return None
    own = next((each for each in statements if each.person == call.person), None)
    return Compared(
        case_id=case.id,
        probability=case.call_probability or 1.0,
        alone=call.label == truth,
        model=case.answer_label == truth,
        together=_together(own, truth),
    )


def _is_of_another(said: FeedbackView, call: FirstCallView) -> bool:
    return said.person != call.person and said.truth_label is not None


def _together(own: FeedbackView | None, truth: str) -> bool | None:
    """Whether what the person says in the end is right; *correct* has the model's answer as its truth."""
    if own is None or own.truth_label is None:
        return None
    return own.truth_label == truth
