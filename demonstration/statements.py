"""What people say of the cases of the demonstration, hours after they were asked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random

from db.cases import CaseView
from db.engine import Sessions
from db.ids import id_at
from demonstration import reviews
from demonstration.timeline import Timeline
from feedback.errors import AlreadyRecorded
from feedback.submission import submit

# How likely a reviewer answers for a case that was drawn for audit, and an analyst for any other.
_REVIEWED, _VOLUNTEERED = 0.8, 0.06
# A number is right for these reviewers where it is this near to the truth, as a share of it.
_NEAR = 0.25


def plan(sessions: Sessions, cases: Iterable[tuple[CaseView, object]], timeline: Timeline) -> None:
    """Let somebody say something of the cases, each with its truth, where somebody does: reviewers of what was drawn, analysts of the
    rest. The same again is planned alike."""
    known = [each for each in cases if each[0].is_answered and each[1] is not None]
    of_ids = {case.id: Random(f"{case.id}-said") for case, _ in known}  # noqa: S311
    drawn = [(case, of_ids[case.id]) for case, _ in known if case.is_audited]
    items = reviews.ask(sessions, drawn) if drawn else {}
    for case, truth in known:
        _plan(sessions, case, truth, items.get(case.id, ""), of_ids[case.id], timeline)


def _plan(
    sessions: Sessions,
    case: CaseView,
    truth: object,
    item_id: str,
    of_ids: Random,
    timeline: Timeline,
) -> None:
    # What is drawn does not depend on the ids, which are others once the history was reset.
    random = Random(f"{case.idempotency_key}-said")  # noqa: S311
    chance, hours, word = random.random(), random.uniform(0.1, 30.0), random.random()
    if chance >= (_REVIEWED if case.is_audited else _VOLUNTEERED):
        return
    statement = said_of(case, truth, is_right(case, truth), round(0.6 + 0.4 * word, 2))
    at = case.created_at + timedelta(hours=hours)
    if case.is_audited:
        reviews.read(sessions, case, item_id, statement, at, (random, of_ids), timeline)
        return
    key = f"{case.idempotency_key}-feedback"
    timeline.add(at, partial(say, sessions, case, case.person, key, statement, at, of_ids))


def said_of(case: CaseView, truth: object, is_so: bool, confidence: float) -> dict[str, object]:
    """The words of who finds the answer right, or says what is."""
    return {
        "judgement": "correct" if is_so else "incorrect",
        "truth": None if is_so else truth,
        "reason": "" if is_so else "Wrong answer",
        "confidence": confidence,
    }


def say(
    sessions: Sessions,
    case: CaseView,
    person: str,
    key: str,
    statement: dict[str, object],
    at: datetime,
    of_ids: Random,
) -> None:
    """Somebody says this of a case."""
    with suppress(AlreadyRecorded):
        submit(
            sessions,
            case_id=case.id,
            person=person,
            key=key,
            clock=lambda: at,
            new_id=lambda: id_at(at, of_ids),
            **statement,  # type: ignore[arg-type]
        )


def is_right(case: CaseView, truth: object) -> bool:
    """Whether an answer is right: a number where it is near."""
    if case.answer_number is not None and isinstance(truth, int | float):
        return abs(case.answer_number - truth) <= _NEAR * abs(truth)
    return case.answer_label == str(truth)
