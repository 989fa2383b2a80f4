"""What the owner of a model asks beside "Was this right?": whether it passes, a choice, a number or a text.

MLflow calls such a question a label schema. A question is known by its words: other words are another question, so that an
answer always stands beside what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import db.review
from db.engine import Session, Sessions, reading
from db.tables import LONG, SHORT
from db.types import clip
from feedback.ground_truth import as_number
from feedback.lengths import sentence
from mds_client.errors import Problem

PASS_FAIL, CHOICE, NUMBER, TEXT = "pass_fail", "choice", "number", "text"
KINDS: Mapping[str, str] = {
    PASS_FAIL: "Pass or fail",
    CHOICE: "Choice",
    NUMBER: "Number",
    TEXT: "Text",
}
PASSES = ("pass", "fail")
# So few that they are answered.
MOST = 6
MOST_OPTIONS = 30
FIELD = "answers"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. `options` are those of a choice; `least` and `most` bound a number where they are known."""

    words: str
    kind: str = PASS_FAIL
    options: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def check(questions: Sequence[Question]) -> list[Problem]:
    """Everything that is wrong with the questions of a model; an empty list when they can be asked."""
    found = [sentence for each in questions for sentence in _wrong(each)]
    words = [each.words for each in questions]
    if len(set(words)) < len(words):
        found.append("Two questions have the same words.")
    if len(questions) > MOST:
        found.append(f"There are at most {MOST} questions, so that they are answered.")
    return [Problem(field="questions", sentence=sentence) for sentence in found]


def _wrong(asked: Question) -> Iterable[str]:
    if not asked.words.strip() or len(asked.words) > SHORT:
        yield f"A question has 1 to {SHORT} characters."
    if asked.kind not in KINDS:
        yield f"A question is one of {', '.join(KINDS)}; not {asked.kind!r}."
    if asked.kind == CHOICE and not 2 <= len(set(asked.options)) <= MOST_OPTIONS:
        yield f"{asked.words!r} needs 2 to {MOST_OPTIONS} options that differ."
    if any(not option.strip() or len(option) > SHORT for option in asked.options):
        yield f"An option has 1 to {SHORT} characters."
    if asked.least is not None and asked.most is not None and asked.least > asked.most:
        yield f"The least of {asked.words!r} is above its most."


def read(questions: Sequence[Question], given: Mapping[str, object]) -> dict[str, object]:
    """The answers as they are kept, by question; what was left open is left out. Raises ValueError with a sentence."""
    asked = {each.words: each for each in questions}
    for words in given:
        if words not in asked:
            raise ValueError(f"{words!r} is not asked of this model.")
    return {
        words: _READ[asked[words].kind](asked[words], value)
        for words, value in given.items()
        if value is not None and value != ""
    }


def problem(questions: Sequence[Question], given: Mapping[str, object]) -> Problem | None:
    """What is wrong with answers; None when they can be taken."""
    try:
        read(questions, given)
    except ValueError as error:
        return Problem(field=FIELD, sentence=str(error))
    return None


def still_taken(
    questions: Sequence[Question], answers: Mapping[str, object] | None
) -> dict[str, object]:
    """Those of earlier answers that the questions of today take."""
    return {w: v for w, v in (answers or {}).items() if problem(questions, {w: v}) is None}


def questions_of(sessions: Sessions, server: str, model: str) -> tuple[Question, ...]:
    """What is asked with feedback on a model, for whoever sees it. Raises StorageError."""
    with reading(sessions) as session:
        return questions_in(session, server, model)


def questions_in(session: Session, server: str, model: str) -> tuple[Question, ...]:
    """What is asked with feedback on a model, within a transaction."""
    return from_plain(db.review.asked_of_all(session, server, model).get("questions"))


def to_plain(questions: Iterable[Question]) -> list[dict[str, object]]:
    """The questions as they are kept with the rules of a model."""
    return [asdict(each) for each in questions]


def from_plain(kept: Any) -> tuple[Question, ...]:
    """The questions as they were kept; what a later release adds to one is left out."""
    found = [each for each in kept or () if isinstance(each, Mapping)]
    return tuple(
        Question(
            words=str(each["words"]),
            kind=str(each["kind"]),
            options=tuple(map(str, each.get("options") or ())),
            least=each.get("least"),
            most=each.get("most"),
        )
        for each in found
        if each.get("kind") in KINDS
    )


def in_words(answers: Mapping[str, object] | None) -> str:
    """ "Is it sharp? pass; How many? 3"; empty where nothing was answered."""
    return "; ".join(f"{words} {_short(value)}" for words, value in (answers or {}).items())


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _passes(asked: Question, value: object) -> object:
    if isinstance(value, bool):
        return PASSES[0] if value else PASSES[1]
    if value not in PASSES:
        raise ValueError(f"{asked.words!r} is answered by pass or fail, not {value!r}.")
    return value


def _option(asked: Question, value: object) -> object:
    if value not in asked.options:
        listed = ", ".join(asked.options[:10])
        raise ValueError(f"{value!r} is no option of {asked.words!r}: {listed}.")
    return value


def _number(asked: Question, value: object) -> object:
    number = as_number(value)
    if isinstance(number, str):
        raise ValueError(f"{asked.words!r}: {number}")
    if asked.least is not None and number < asked.least:
        raise ValueError(f"{asked.words!r} is at least {asked.least:g}.")
    if asked.most is not None and number > asked.most:
        raise ValueError(f"{asked.words!r} is at most {asked.most:g}.")
    return number


def _text(asked: Question, value: object) -> object:
    text = str(value).strip()
    if len(text) > LONG:
        raise ValueError(sentence(f"The answer to {asked.words!r}", len(text), LONG))
    return clip(text, LONG)


_READ: Mapping[str, Callable[[Question, object], object]] = {
    PASS_FAIL: _passes,
    CHOICE: _option,
    NUMBER: _number,
    TEXT: _text,
}
