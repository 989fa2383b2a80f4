"""What a model's owner asks beside "Was this right?", and what is kept of the answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases.history import history as steps
from db.engine import Sessions, limited
from db.errors import OutOfScope
from db.scope import Models, Scope
from feedback import questions, review_queue
from feedback.errors import AlreadyRecorded, FeedbackRefused
from feedback.questions import CHOICE, MOST, NUMBER, TEXT, Question, questions_of
from feedback.review_filling import fill
from feedback.review_rules import DEFAULT, rules_of, set_rules
from feedback.submission import current, history, submit
from feedback.taking_back import take_back
from feedback.webhooks import body_of
from tests.feedback.test_review_queue import clock, seen_by
from tests.recorded import add_case
from ui.review.questions import questions_of as questions_of_rows
from ui.review.questions import table_of

SHARP = Question(words="Is it sharp?")
SIDE = Question(words="Which side?", kind=CHOICE, options=("left", "right"))
COUNT = Question(words="How many?", kind=NUMBER, least=0, most=10)
WHY = Question(words="Why?", kind=TEXT)
ALL = (SHARP, SIDE, COUNT, WHY)
ANSWERS = {"Is it sharp?": "pass", "Which side?": "left", "How many?": 3.0, "Why?": "It is."}


def ask(sessions: Sessions, *asked: Question, person: str = "rita", role: str = "reviewer") -> None:
    mine = seen_by(sessions, person, role)
    rules = replace(DEFAULT, questions=asked)
    set_rules(mine, server="shelf", model="penguins", rules=rules, person=person)


def say(sessions: Sessions, case_id: str, answers: object, key: str = "k", **said: object):
    given = {"judgement": "correct", **said}
    return submit(sessions, case_id=case_id, person="ada", key=key, answers=answers, **given)


def test_answers_are_kept_with_the_feedback_and_go_wherever_it_goes(sessions: Sessions) -> None:
    ask(sessions, *ALL)
    case = add_case(sessions, person="ada")
    mine = seen_by(sessions, "ada", "analyst")
    assert questions_of(mine, "shelf", "penguins") == ALL
    given = say(mine, case.id, {**ANSWERS, "Is it sharp?": True, "How many?": "3"})
    assert given.answers == ANSWERS
    assert current(mine, case.id, "ada").answers == ANSWERS
    told = next(step for step in steps(mine, case) if step.what == "Judged correct")
    assert "Is it sharp? pass; Which side? left; How many? 3.0; Why? It is." in told.more
    assert b'"answers":{"Is it sharp?":"pass"' in body_of(case, given)


def test_what_was_answered_is_changed_and_taken_back_with_the_rest(sessions: Sessions) -> None:
    ask(sessions, *ALL)
    case = add_case(sessions)
    say(sessions, case.id, {"Is it sharp?": "pass", "Why?": "a"}, "1")
    assert say(sessions, case.id, {"Is it sharp?": "fail"}, "2").answers == {"Is it sharp?": "fail"}
    with pytest.raises(AlreadyRecorded):
        say(sessions, case.id, {"Is it sharp?": "pass"}, "2")
    ask(sessions, SHARP)  # what is asked no more stays in the history, and does not come back
    back = take_back(sessions, case_id=case.id, person="ada", key="3")
    assert back.answers == {"Is it sharp?": "pass"}
    before = [each.answers for each in history(sessions, case.id)]
    assert before[1:] == [{"Is it sharp?": "fail"}, {"Is it sharp?": "pass", "Why?": "a"}]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"Is it sharp?": "perhaps"}, "pass or fail"),
        ({"Which side?": "top"}, "no option"),
        ({"How many?": "many"}, "is not a number"),
        ({"How many?": "nan"}, "finite"),
        ({"How many?": -1}, "at least 0"),
        ({"How many?": 11}, "at most 10"),
        ({"How many?": True}, "is not a number"),
        ({"Is it nice?": "pass"}, "not asked of this model"),
    ],
)
def test_what_is_no_answer_is_said_to_be_so_and_nothing_is_recorded(
    sessions: Sessions, answers: dict[str, object], sentence: str
) -> None:
    ask(sessions, *ALL)
    case = add_case(sessions)
    with pytest.raises(FeedbackRefused, match=sentence) as caught:
        say(sessions, case.id, answers)
    assert [each.field for each in caught.value.problems] == ["answers"]
    assert history(sessions, case.id) == []


def test_a_text_is_kept_as_it_is_and_refused_where_it_is_endless(sessions: Sessions) -> None:
    ask(sessions, WHY, COUNT)
    case = add_case(sessions)
    script = "<script>alert(1)</script>"
    assert say(sessions, case.id, {"Why?": script, "How many?": ""}).answers == {"Why?": script}
    with pytest.raises(FeedbackRefused, match="at most 10,000 characters, and this one 1,000,000"):
        say(sessions, case.id, {"Why?": "x" * 1_000_000}, "2")


def test_the_desk_keeps_them_too(sessions: Sessions) -> None:
    ask(sessions, SHARP)
    case = add_case(sessions)
    rita = seen_by(sessions, "rita")
    say(sessions, case.id, {}, judgement="incorrect")  # flagged: it waits for a reviewer
    fill(rita, clock=clock)
    item = review_queue.take_next(rita, "rita", clock=clock)
    assert item is not None
    said = review_queue.answer(
        rita,
        item_id=item.id,
        person="rita",
        judgement="incorrect",
        answers={"Is it sharp?": "fail"},
        key="desk",
        clock=clock,
    )
    assert said.answers == {"Is it sharp?": "fail"}


@pytest.mark.parametrize(
    "asked",
    [
        (replace(SHARP, words=" "),),
        (replace(SHARP, words="x" * 201),),
        (replace(SHARP, kind="colour"),),
        (replace(SIDE, options=("left", "left")),),
        (replace(SIDE, options=("left", "x" * 201)),),
        (replace(COUNT, least=3, most=2),),
        (SHARP, SHARP),
        tuple(replace(SHARP, words=str(n)) for n in range(MOST + 1)),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(
    sessions: Sessions, asked: tuple[Question, ...]
) -> None:
    with pytest.raises(FeedbackRefused):
        ask(sessions, *asked)
    assert questions_of(sessions, "shelf", "penguins") == ()


def test_who_does_not_review_a_model_does_not_set_its_questions(sessions: Sessions) -> None:
    with pytest.raises(OutOfScope):
        ask(sessions, SHARP, person="ada", role="analyst")
    ask(sessions, SHARP)
    assert rules_of(seen_by(sessions, "rita"), "shelf", "penguins").questions == (SHARP,)
    other = limited(sessions, Scope(person="eve", seen=(Models(server="shelf", name="owls"),)))
    assert questions_of(other, "shelf", "penguins") == ()


def test_a_table_is_read_as_it_was_written() -> None:
    assert questions_of_rows(table_of(ALL).to_dict("records")) == ALL
    odd = [
        {"Question": "  ", "Answered by": "Text"},
        {"Question": "New?", "Answered by": None, "Options": "a|b", "Least": 1.0},
        {"Question": "Which?", "Answered by": "Choice", "Options": " a | |b "},
    ]
    assert questions_of_rows(odd) == (
        Question(words="New?"),
        Question(words="Which?", kind=CHOICE, options=("a", "b")),
    )


def test_kept_questions_of_a_later_release_are_left_out() -> None:
    kept = [*questions.to_plain(ALL), {"words": "Draw it", "kind": "drawing"}]
    kept[0]["colour"] = "red"
    assert questions.from_plain(kept) == ALL
