"""Comments on a case, and what who reviews its model answers: seen, known, or fixed in a version, with a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import db.cases
import db.comments
from audit_log.chain import Record, append
from db.cases import CaseView
from db.comments import CommentView
from db.engine import Session, Sessions, writing
from db.ids import is_id, utc_now
from db.ids import new_id as make_id
from db.person import known
from db.scope import scope_of
from db.tables import LONG, MAX_KEY, SHORT
from db.tables.comments import ANSWERS
from db.types import clip
from feedback.errors import AlreadyRecorded, FeedbackRefused, translated
from feedback.lengths import too_long
from mds_client.errors import Problem

__all__ = ["ANSWERS", "CommentView", "comment"]


def comment(
    sessions: Sessions,
    *,
    case_id: str,
    person: str,
    words: str,
    key: str,
    answers_id: str | None = None,
    answer: str = "",
    fixed_in: str = "",
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = make_id,
) -> CommentView:
    """Record a comment on a case by whoever sees it; `answers_id` names the feedback or comment that it answers.

    `answer` is seen, known or fixed (then `fixed_in` says the version): for who reviews or operates the model.
    The same key twice is one comment. Raises `FeedbackRefused`, `AlreadyRecorded` and `FeedbackNotRecorded`.
    """
    if not 0 < len(key) <= MAX_KEY:
        raise ValueError(f"an idempotency key has 1 to {MAX_KEY} characters")
    said = CommentView(
        id=new_id(),
        case_id=case_id,
        created_at=clock(),
        person=known(person),
        words=clip(words.strip(), LONG),
        answers_id=answers_id,
        answer=answer,
        fixed_in=clip(fixed_in.strip(), SHORT) if answer == "fixed" else "",
        idempotency_key=key,
    )
    long = too_long("words", "A comment", words)
    long = long or too_long("fixed_in", "The name of a version", fixed_in, SHORT)
    if long:
        raise FeedbackRefused([long])
    with translated(), writing(sessions) as session:
        return _keep(session, said)


def _keep(session: Session, said: CommentView) -> CommentView:
    case = db.cases.by_id(session, said.case_id) if is_id(said.case_id) else None
    problems = _problems(session, case, said)
    if problems:
        raise FeedbackRefused(problems)
    stored = db.comments.by_key(session, said.idempotency_key)
    if stored is not None:
        return _the_same(stored, said)
    kept = db.comments.add(session, said)
    record = Record(kind="comment", id=kept.id, values=vars(kept))
    workspace = case.workspace if case else None
    append(session, "comment", [record], person=kept.person, workspace=workspace)
    return kept


def _problems(session: Session, case: CaseView | None, said: CommentView) -> Sequence[Problem]:
    """Everything that is wrong with a comment."""
    if case is None:
        return [Problem(field="case", sentence="There is no such case.")]
    problems = [_wrong_words(said), _wrong_answer(session, case, said), _wrong_place(session, said)]
    return [problem for problem in problems if problem]


def _wrong_words(said: CommentView) -> Problem | None:
    if said.answer == "fixed" and not said.fixed_in:
        return Problem(field="fixed_in", sentence="Say in which version it is fixed.")
    if said.words or said.answer:
        return None
    return Problem(field="words", sentence="Write the comment first.")


def _wrong_answer(session: Session, case: CaseView, said: CommentView) -> Problem | None:
    if said.answer not in ANSWERS:
        choices = ", ".join(filter(None, ANSWERS))
        return Problem(field="answer", sentence=f"An answer is one of {choices}.")
    if said.answer and not said.answers_id:
        return Problem(field="answer", sentence="Say which comment this answers.")
    if said.answer and not scope_of(session).reviews(case.server, case.model):
        sentence = (
            "Only people who review or operate the model can say that it is seen, known or fixed."
        )
        return Problem(field="answer", sentence=sentence)
    return None


def _wrong_place(session: Session, said: CommentView) -> Problem | None:
    if said.answers_id is None or db.comments.is_said_of(session, said.answers_id, said.case_id):
        return None
    return Problem(field="answers_id", sentence="There is no such comment on this case.")


def _the_same(stored: CommentView, said: CommentView) -> CommentView:
    if replace(said, id=stored.id, created_at=stored.created_at) != stored:
        raise AlreadyRecorded(f"The idempotency key belongs to comment {stored.id}.")
    return stored
