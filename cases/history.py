"""What happened to a case, step by step: asked, answered, drawn, explained, tried otherwise, and what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import db.cases
import db.comments
import db.explanations
import db.feedback
import db.first_calls
import db.scenarios
from db.cases import CaseView
from db.comments import CommentView
from db.engine import Sessions, reading
from db.explanations import ExplanationView
from db.feedback import FeedbackView
from db.first_calls import FirstCallView
from db.scenarios import ScenarioView
from db.tables import TAKEN_BACK

MOST_SCENARIOS = 20
MOST_REPEATS = 20
# Why there is a statement, by its channel, as people read it.
CHANNELS = {
    "volunteered": "given voluntarily",
    "audit": "drawn at random for a check",
    "review": "by review",
    "upload": "uploaded",
    "api": "by API",
}
_PURPOSES = {
    "asked": "",
    "scenario": "as a scenario",
    "batch": "as a row of a file",
    "golden": "as a golden case",
    "test": "to try something out",
    "replay": "again, to compare",
    "show": "in front of an audience",
    "demo": "by the demonstration",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened: when, what, by whom where that is a person, and more of it. `case_id` leads to a case.

    `item_id` is of what somebody said, which can be answered; `is_answered` where that was done.
    """

    at: datetime
    what: str
    person: str = ""
    more: str = ""
    case_id: str = ""
    item_id: str = ""
    is_answered: bool = False


def history(
    sessions: Sessions, case: CaseView, in_words: Callable[[object], str] = str
) -> list[Step]:
    """Everything that is recorded of a case and may be seen, the newest first; `in_words` tells a right answer. Raises
    StorageError."""
    with reading(sessions) as session:
        explained = db.explanations.of_case(session, case.id)
        statements = db.feedback.of_case(session, case.id)
        tried = db.scenarios.of_case(session, case.id, MOST_SCENARIOS)
        again = db.cases.children(session, case.id, MOST_REPEATS)
        comments = db.comments.of_case(session, case.id)
        first = db.first_calls.of_case(session, case.id)
    steps = [
        *_asked(case),
        *([_called(first)] if first else []),
        *map(_explained, explained),
        *(_said(each, in_words) for each in statements),
        *map(_tried, tried),
    ]
    steps += [*map(_repeated, again), *_commented(comments, statements)]
    answered = {each.answers_id for each in comments}
    steps = [replace(s, is_answered=True) if s.item_id in answered else s for s in steps]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _asked(case: CaseView) -> Iterator[Step]:
    yield Step(
        at=case.created_at,
        what="Asked",
        person=case.person,
        more=_PURPOSES[case.purpose],
        case_id=case.parent_id or "",
    )
    if case.is_unknown:
        return
    ended = case.created_at + timedelta(seconds=case.seconds_total)
    if case.is_answered:
        version = f"by version {case.version} " if case.version else ""
        more = f"{version}in {case.seconds_total:.2f} s{_tries(case)}"
        yield Step(at=ended, what="Answered", more=more)
    else:
        yield Step(at=ended, what="Failed", more=case.error_sentence)
    if case.is_audited:
        chance = f"with a chance of {case.audit_probability * 100:.3g} %"
        yield Step(at=case.created_at, what="Drawn for a check", more=chance)


def _called(view: FirstCallView) -> Step:
    """What its person answered before the model was asked, and how sure they were."""
    sure = "" if view.confidence is None else f", {view.confidence * 100:.0f} % sure"
    return Step(
        at=view.created_at,
        what="Could not tell before the model" if view.is_declined else "Answered first",
        person=view.person,
        more="" if view.is_declined else f"{view.answer}{sure}",
    )


def _explained(view: ExplanationView) -> Step:
    words = view.sentence or view.error
    title = (view.result or {}).get("title")
    method = title if isinstance(title, str) and title else view.method.replace("_", " ")
    return Step(
        at=view.created_at, what="Explained", more=f"{method}: {words}" if words else method
    )


def _said(view: FeedbackView, in_words: Callable[[object], str]) -> Step:
    """A statement; one that its person replaced says so."""
    is_told = view.truth is not None and view.judgement != "correct"
    truth = f"right would be {in_words(view.truth)}" if is_told else ""
    since = "" if view.is_current else "replaced since"
    answers = "; ".join(f"{asked} {told}" for asked, told in (view.answers or {}).items())
    comment = view.comment and f"“{view.comment}”"
    is_back = view.reason == TAKEN_BACK
    reason = "" if is_back else view.reason
    parts = [truth, reason, comment, answers, since, CHANNELS.get(view.channel, view.channel)]
    return Step(
        at=view.created_at,
        what="Took the judgement back" if is_back else f"Judged {view.judgement}",
        person=view.person,
        more="; ".join(part for part in parts if part),
        item_id=view.id,
    )


def _commented(comments: Sequence[CommentView], said: Sequence[FeedbackView]) -> Iterator[Step]:
    """Comments, and answers with whom they are to."""
    people = {each.id: each.person for each in said} | {each.id: each.person for each in comments}
    for each in comments:
        to = people.get(each.answers_id or "", "")
        version = f" in {each.fixed_in}" if each.fixed_in else ""
        what = f"Answered: {each.answer}{version}" if each.answer else "Commented"
        yield Step(
            at=each.created_at,
            what=f"{what}, to {to}" if to else what,
            person=each.person,
            more=each.words,
            item_id=each.id,
        )


def _tried(view: ScenarioView) -> Step:
    return Step(
        at=view.created_at,
        what="Tried otherwise",
        person=view.person,
        more=view.name,
        case_id=view.asked_id,
    )


def _repeated(case: CaseView) -> Step:
    version = f"of version {case.version}" if case.version else ""
    return Step(
        at=case.created_at,
        what="Asked again",
        person=case.person,
        more=", ".join(part for part in (version, _PURPOSES[case.purpose]) if part),
        case_id=case.id,
    )


def _tries(case: CaseView) -> str:
    if case.attempts is None or case.attempts < 2:
        return ""
    return f", sent {case.attempts} times"
