"""The rules by which cases of a model come before a reviewer: which reasons count, which share, for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import db.review
from db.engine import Session, Sessions, reading, writing
from db.errors import OutOfScope, StorageError
from db.ids import new_id as make_id
from db.ids import utc_now
from db.person import known
from db.review import RulesView
from db.scope import scope_of
from db.tables import LONG
from db.types import clip
from feedback import questions
from feedback.errors import FeedbackNotRecorded, FeedbackRefused
from feedback.lengths import too_long
from feedback.questions import Question
from mds_client.errors import Problem

REASONS: Mapping[str, str] = {
    "differ": "Two readers differ",
    "flagged": "Analyst flagged",
    "overdue": "Truth overdue",
    "audit": "Drawn at random",
    "versions": "Versions disagree",
    "uncertain": "Least certain",
    "unlike": "Unlike earlier inputs",
    "second": "Second reader",
    "sample": "A share of the rest",
}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is asked for. Shares go from 0 to 1.

    `uncertain_below`: a class whose probability is lower; 0 asks for none. `truth_days`: a case that was drawn and has
    no truth after so many days; 0 asks for none. `rest_share` of all that was not drawn; `second_share` of the first
    readings are read again by somebody else, who does not see the first. `days`: how old a case may be, and how long an
    item waits. On `first_share` of what is asked
    in Predict the person answers before the model does. `questions` are asked with the feedback of everybody, not of reviewers alone.
    """

    audit: bool = True
    flagged: bool = True
    versions: bool = True
    unlike: bool = True
    uncertain_below: float = 0.6
    truth_days: int = 7
    rest_share: float = 0.0
    second_share: float = 0.1
    days: int = 14
    lease_minutes: int = 5
    instructions: str = ""
    first_share: float = 0.0
    questions: tuple[Question, ...] = ()


# For a model of which nobody wrote any.
DEFAULT = Rules()
_SHARES = ("uncertain_below", "rest_share", "second_share", "first_share")
_WHOLE = {"truth_days": (0, 365), "days": (1, 365), "lease_minutes": (1, 120)}


def check(rules: Rules) -> list[Problem]:
    """Everything that is wrong with rules; an empty list when they can be taken."""
    found = [
        Problem(field=name, sentence="A share goes from 0 to 1.")
        for name in _SHARES
        if not 0 <= getattr(rules, name) <= 1
    ]
    found += questions.check(rules.questions)
    if problem := too_long("instructions", "A text of instructions", rules.instructions):
        found.append(problem)
    return found + [
        Problem(field=name, sentence=f"It goes from {least} to {most}.")
        for name, (least, most) in _WHOLE.items()
        if not least <= getattr(rules, name) <= most
    ]


def rules_of(sessions: Sessions, server: str, model: str) -> Rules:
    """The rules of a model, for who reviews it. Raises StorageError."""
    with reading(sessions) as session:
        return rules_in(session, server, model)


def rules_in(session: Session, server: str, model: str) -> Rules:
    """The rules of a model, within a transaction."""
    found = db.review.rules_of(session, server, model)
    if found is None:
        return DEFAULT
    # A rule that a later release adds, or a former had, is left out.
    names = {field.name for field in fields(Rules)} - {"instructions", "questions"}
    kept = {name: value for name, value in found.rules.items() if name in names}
    asked = questions.from_plain(found.rules.get("questions"))
    return Rules(**kept, instructions=found.instructions, questions=asked)  # type: ignore[arg-type]


def set_rules(
    sessions: Sessions,
    *,
    server: str,
    model: str,
    rules: Rules,
    person: str,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> None:
    """New rules of a model, by who reviews it; the former stay in the database with who wrote them.

    Raises FeedbackRefused, FeedbackNotRecorded and OutOfScope.
    """
    if problems := check(rules):
        raise FeedbackRefused(problems)
    instructions = clip(rules.instructions.strip(), LONG)
    kept = {name: value for name, value in asdict(rules).items() if name != "instructions"}
    kept["questions"] = questions.to_plain(rules.questions)
    try:
        with writing(sessions) as session:
            if not scope_of(session).reviews(server, model):
                raise OutOfScope(f"{person} does not review {server}/{model}")
            written = RulesView(
                id=new_id(),
                server=server,
                model=model,
                created_at=clock(),
                person=known(person),
                rules=kept,
                instructions=instructions,
            )
            db.review.add_rules(session, written)
    except OutOfScope:
        raise
    except StorageError as error:
        raise FeedbackNotRecorded(str(error)) from error
