"""Take back what was said last of a case: what the same person said before holds again, or nothing does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import db.cases
from db.engine import Sessions, reading
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from feedback.errors import FeedbackRefused
from feedback.questions import questions_in, still_taken
from feedback.submission import FeedbackView, history, submit
from feedback.wording import TAKEN_BACK
from mds_client.errors import Problem


def take_back(
    sessions: Sessions,
    *,
    case_id: str,
    person: str,
    key: str,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> FeedbackView:
    """A new statement with what was said before; where nothing was, one that decides nothing. The history keeps all.

    What they had answered at the review desk waits again, in front of them for some minutes. The same key again takes
    nothing else back. Raises FeedbackRefused where the person says nothing, and what `submit` raises.
    """
    mine = [each for each in history(sessions, case_id) if each.person == known(person)]
    if done := next((each for each in mine if each.idempotency_key == key), None):
        return done
    current = next((each for each in mine if each.is_current), None)
    if current is None or is_taken_back(current):
        sentence = "You have no judgement on this case to take back."
        raise FeedbackRefused([Problem(field="case", sentence=sentence)])
    before = next((each for each in mine if each.id == current.replaces), None)
    return submit(
        sessions,
        case_id=case_id,
        person=person,
        key=key,
        channel=current.channel,
        clock=clock,
        new_id=new_id,
        answers=_answers(sessions, before),
        **_said(before),  # type: ignore[arg-type]
    )


def _answers(sessions: Sessions, before: FeedbackView | None) -> dict[str, object] | None:
    """What was answered before to what is still asked."""
    if before is None or not before.answers:
        return None
    with reading(sessions) as session:
        case = db.cases.by_id(session, before.case_id)
        asked = questions_in(session, case.server, case.model) if case else ()
    return still_taken(asked, before.answers) or None


def _said(before: FeedbackView | None) -> dict[str, object]:
    """What is said again: what was said before, or nothing."""
    if before is None or is_taken_back(before):
        return {"judgement": "unsure", "reason": TAKEN_BACK}
    names = ("judgement", "reason", "comment", "confidence")
    content = {name: getattr(before, name) for name in names}
    return {**content, "truth": before.truth if before.judgement != "correct" else None}


def is_taken_back(said: FeedbackView | None) -> bool:
    """Whether a statement says nothing any more."""
    return said is not None and said.reason == TAKEN_BACK
