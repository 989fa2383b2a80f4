"""Give feedback on a case, and change it: nothing is overwritten, and nothing is counted twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import db.cases
import db.feedback
import db.outbox
from audit_log.chain import Record, append
from db.cases import GENUINE, CaseView
from db.engine import Session, Sessions, reading, writing
from db.feedback import FeedbackView
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.scope import scope_of
from db.tables import CHANNELS, JUDGEMENTS, LONG, MAX_KEY, SHORT
from db.types import clip
from feedback.errors import AlreadyRecorded, FeedbackRefused, translated
from feedback.ground_truth import UNKNOWN, Truth, answered, is_near, read
from feedback.lengths import too_long
from feedback.questions import Question, problem, questions_in
from feedback.questions import read as read_answers
from feedback.readings import Random, follow, system_random
from feedback.regions import EVERYWHERE, Within
from feedback.wording import REASONS
from mds_client.errors import Problem

__all__ = ["REASONS", "FeedbackView", "Statement", "check", "current", "history", "submit"]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a person says of a case, before it is recorded. A number that is right within `near`, a share of the truth, may
    have a truth that is another number. Boxes and segments lie `within` what was asked about. `answers` are to the
    questions of the model's owner, by question."""

    judgement: str
    truth: object = None
    reason: str = ""
    comment: str = ""
    confidence: float | None = None
    channel: str | None = None
    is_seen: bool = True
    near: float | None = None
    within: Within = EVERYWHERE
    answers: Mapping[str, object] | None = None


def submit(
    sessions: Sessions,
    *,
    case_id: str,
    person: str,
    judgement: str,
    key: str,
    truth: object = None,
    reason: str = "",
    comment: str = "",
    confidence: float | None = None,
    channel: str | None = None,
    is_seen: bool = True,
    answers: Mapping[str, object] | None = None,
    labels: Sequence[str] = (),
    within: Within = EVERYWHERE,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> FeedbackView:
    """Record what a person says of a case; it replaces what the same person said before.

    `is_seen` says whether the person has the inputs of the case in front of them: what is said of an answer beside
    other inputs is refused. Without a channel it is `audit` for a case that was drawn for audit, else `volunteered`. Raises
    `FeedbackRefused`, `AlreadyRecorded` and `FeedbackNotRecorded`.
    """
    statement = Statement(
        judgement=judgement,
        truth=truth,
        reason=reason,
        comment=comment,
        confidence=confidence,
        channel=channel,
        is_seen=is_seen,
        within=within,
        answers=answers,
    )
    with translated(), writing(sessions) as session:
        return record(
            session,
            case_id=case_id,
            person=known(person),
            statement=statement,
            key=key,
            labels=labels,
            now=clock(),
            new_id=new_id,
        )


def record(
    session: Session,
    *,
    case_id: str,
    person: str,
    statement: Statement,
    key: str,
    labels: Sequence[str],
    now: datetime,
    new_id: Callable[[], str],
    random: Random = system_random,
    locked: CaseView | None = None,
) -> FeedbackView:
    """What `submit` does, within a transaction: the statement is kept, and the review that it answers is closed. `locked` is the case
    where this transaction has locked it already.

    Raises `FeedbackRefused`, `AlreadyRecorded`, Conflict and StorageError.
    """
    if not 0 < len(key) <= MAX_KEY:
        raise ValueError(f"an idempotency key has 1 to {MAX_KEY} characters")
    case = locked or (db.cases.lock(session, case_id) if is_id(case_id) else None)
    asked = questions_in(session, case.server, case.model) if case and statement.answers else ()
    given = _view(case, statement, person, key, labels, now, new_id(), asked)
    stored = db.feedback.by_key(session, key)
    if stored is not None:
        return _the_same(stored, given)
    kept = _keep(session, given, case.workspace if case else None)
    if case is not None and case.purpose in GENUINE and case.workspace is None:
        db.outbox.put(session, kept, case.server, case.model)
    is_reviewer = case is not None and scope_of(session).reviews(case.server, case.model)
    follow(session, kept, is_reviewer=is_reviewer, now=now, new_id=new_id, random=random)
    return kept


def check(
    case: CaseView | None,
    statement: Statement,
    labels: Sequence[str] = (),
    asked: Sequence[Question] = (),
) -> list[Problem]:
    """Everything that is wrong with a statement on a case; an empty list when it can be taken."""
    if case is None:
        return [Problem(field="case", sentence="There is no such case.")]
    if not case.is_answered:
        return [Problem(field="case", sentence="The model gave no answer here to judge.")]
    problems = [
        _wrong_sight(statement),
        _wrong_judgement(statement),
        _wrong_truth(case, statement, labels),
        _wrong_confidence(statement),
        _wrong_channel(case, statement),
        problem(asked, statement.answers or {}),
        too_long("reason", "A reason", statement.reason, SHORT),
        too_long("comment", "A comment", statement.comment),
    ]
    return [each for each in problems if each]


def current(sessions: Sessions, case_id: str, person: str) -> FeedbackView | None:
    """What a person says of a case now."""
    with reading(sessions) as session:
        return db.feedback.current(session, case_id, known(person))


def history(sessions: Sessions, case_id: str) -> list[FeedbackView]:
    """Everything that was ever said of a case, the newest first."""
    with reading(sessions) as session:
        return db.feedback.of_case(session, case_id)


def told(sessions: Sessions, case_id: str) -> tuple[list[FeedbackView], int]:
    """The same of a case that is seen, and how many statements are kept from who reads: while the case waits for a review
    that they may give and they have said nothing, what others say of it."""
    with reading(sessions) as session:
        found = db.feedback.of_case(session, case_id)
        is_seen = db.cases.is_seen(session, case_id)
        every = db.feedback.count_of(session, case_id) if is_seen else 0
    return found, max(0, every - len(found))


def _view(
    case: CaseView | None,
    statement: Statement,
    person: str,
    key: str,
    labels: Sequence[str],
    now: datetime,
    feedback_id: str,
    asked: Sequence[Question],
) -> FeedbackView:
    problems = check(case, statement, labels, asked)
    if problems or case is None:
        raise FeedbackRefused(problems)
    truth = _truth(case, statement, labels)
    return FeedbackView(
        id=feedback_id,
        case_id=case.id,
        created_at=now,
        person=person,
        channel=statement.channel or ("audit" if case.is_audited else "volunteered"),
        judgement=statement.judgement,
        truth_label=truth.label,
        truth_number=truth.number,
        truth_text=truth.text and clip(truth.text, LONG),
        reason=clip(statement.reason.strip(), SHORT),
        comment=clip(statement.comment.strip(), LONG),
        confidence=statement.confidence,
        idempotency_key=key,
        answers=read_answers(asked, statement.answers or {}) or None,
    )


def _keep(session: Session, given: FeedbackView, workspace: str | None) -> FeedbackView:
    """Record the statement. The case is locked: nobody else changes its feedback meanwhile."""
    former = db.feedback.current(session, given.case_id, given.person)
    if former is not None:
        db.feedback.retire(session, former.id)
        given = replace(given, replaces=former.id)
    kept = db.feedback.add(session, given)
    before = _record(former) if former else None
    append(
        session,
        "feedback",
        [_record(kept)],
        person=kept.person,
        before=before,
        workspace=workspace,
    )
    return kept


def _record(view: FeedbackView) -> Record:
    return Record(kind="feedback", id=view.id, values=vars(view))


def _the_same(stored: FeedbackView, given: FeedbackView) -> FeedbackView:
    if _content(stored) != _content(given):
        raise AlreadyRecorded(f"The idempotency key belongs to feedback {stored.id}.")
    return stored


def _content(view: FeedbackView) -> tuple[object, ...]:
    said = (view.judgement, view.truth, view.reason, view.comment, view.confidence)
    return view.case_id, view.person, view.channel, view.answers, *said


def _truth(case: CaseView, statement: Statement, labels: Sequence[str]) -> Truth:
    given = read(case, statement.truth, labels, statement.within)
    if isinstance(given, Problem):
        raise FeedbackRefused([given])
    is_right = statement.judgement == "correct"
    return answered(case) if is_right and (statement.near is None or not given.is_known) else given


def _wrong_sight(statement: Statement) -> Problem | None:
    if statement.is_seen:
        return None
    sentence = "This answer is for the earlier values: restore them, or ask the model again."
    return Problem(field="case", sentence=sentence)


def _wrong_judgement(statement: Statement) -> Problem | None:
    if statement.judgement in JUDGEMENTS:
        return None
    sentence = f"A judgement is one of {', '.join(JUDGEMENTS)}; not {statement.judgement!r}."
    return Problem(field="judgement", sentence=sentence)


def _wrong_truth(case: CaseView, statement: Statement, labels: Sequence[str]) -> Problem | None:
    given = read(case, statement.truth, labels, statement.within)
    if isinstance(given, Problem) or given == UNKNOWN:
        return given if isinstance(given, Problem) else None
    is_answer = given == answered(case) or is_near(case, given, statement.near)
    if statement.judgement == "correct" and not is_answer:
        sentence = "You said that the answer is right, but gave another one as the truth."
        return Problem(field="truth", sentence=sentence)
    if statement.judgement == "incorrect" and is_answer:
        sentence = "You said that the answer is wrong, but gave the same one as the truth."
        return Problem(field="truth", sentence=sentence)
    return None


def _wrong_confidence(statement: Statement) -> Problem | None:
    if statement.confidence is None or 0 <= statement.confidence <= 1:
        return None
    return Problem(field="confidence", sentence="Confidence goes from 0 to 1.")


def _wrong_channel(case: CaseView, statement: Statement) -> Problem | None:
    if statement.channel is not None and statement.channel not in CHANNELS:
        sentence = f"A channel is one of {', '.join(CHANNELS)}; not {statement.channel!r}."
        return Problem(field="channel", sentence=sentence)
    if statement.channel == "audit" and not case.is_audited:
        return Problem(field="channel", sentence="This case was not drawn for audit.")
    return None
