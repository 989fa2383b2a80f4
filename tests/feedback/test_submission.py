"""What people say of a case."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

import db.cases
import db.explanations
from db.engine import make_sessions, writing
from db.explanations import ExplanationView
from db.ids import new_id
from feedback.errors import AlreadyRecorded, FeedbackNotRecorded, FeedbackRefused
from feedback.submission import Statement, check, current, history, submit
from feedback.taking_back import is_taken_back, take_back
from feedback.wording import CONFIDENCE, REASONS, confidence_in_words, confidences, reasons_for
from tests.recorded import FAILED, NOON, NOT_THERE, NUMBER, add_case, case_of

TEXT = {"answer": {"kind": "text", "text": "good"}, "answer_label": None}
SEGMENTS = {"answer": {"kind": "segments", "segments": [[0, 1]]}, "answer_label": None}


def say(sessions, case, judgement="incorrect", key="k", **said):
    said.setdefault("person", "ada")
    return submit(sessions, case_id=case.id, judgement=judgement, key=key, **said)


def test_feedback_is_kept_as_it_was_given(sessions):
    case = add_case(sessions)
    given = say(
        sessions,
        case,
        truth=" Gentoo ",
        reason="Wrong answer",
        comment="It is larger.",
        confidence=0.8,
        clock=lambda: NOON,
    )
    assert (given.truth_label, given.truth, given.judgement) == ("Gentoo", "Gentoo", "incorrect")
    assert (given.reason, given.comment, given.confidence) == ("Wrong answer", "It is larger.", 0.8)
    assert (given.created_at, given.is_current, given.replaces) == (NOON, True, None)
    assert current(sessions, case.id, "ada") == given
    assert history(sessions, case.id) == [given]


def test_correct_makes_the_answer_the_truth(sessions):
    assert say(sessions, add_case(sessions), "correct", "a").truth_label == "Adelie"
    assert say(sessions, add_case(sessions, **NUMBER), "correct", "b").truth_number == 41.5
    assert say(sessions, add_case(sessions, **TEXT), "correct", "c").truth_text == "good"
    segments = say(sessions, add_case(sessions, **SEGMENTS), "correct", "d")
    assert segments.truth_text == '[{"start": 0.0, "end": 1.0}]'


@pytest.mark.parametrize("judgement", ["incorrect", "unsure"])
def test_the_truth_need_not_be_known(sessions, judgement: str):
    assert say(sessions, add_case(sessions), judgement).truth is None


@pytest.mark.parametrize(("is_audited", "channel"), [(True, "audit"), (False, "volunteered")])
def test_the_channel_follows_from_the_draw(sessions, is_audited: bool, channel: str):
    assert say(sessions, add_case(sessions, is_audited=is_audited)).channel == channel


@pytest.mark.parametrize("channel", ["volunteered", "review", "upload", "api"])
def test_another_channel_can_be_named(sessions, channel: str):
    assert say(sessions, add_case(sessions, is_audited=True), channel=channel).channel == channel


@pytest.mark.parametrize(
    ("given", "expected"),
    [(42, 42.0), ("42.5", 42.5), (" -1e3 ", -1000.0), (np.int64(7), 7.0), (np.float32(0.5), 0.5)],
)
def test_a_number_may_be_typed(sessions, given: object, expected: float):
    assert say(sessions, add_case(sessions, **NUMBER), truth=given).truth_number == expected


@pytest.mark.parametrize("given", ["1.234,5", "many", True, [1], "nan", "inf", "1e999"])
def test_what_is_not_a_finite_number_is_said_to_be_so(sessions, given: object):
    with pytest.raises(FeedbackRefused, match=r"is not a number|finite number") as caught:
        say(sessions, add_case(sessions, **NUMBER), truth=given)
    assert [problem.field for problem in caught.value.problems] == ["truth"]


def test_a_class_must_be_one_of_the_models(sessions):
    case = add_case(sessions)
    with pytest.raises(FeedbackRefused, match=r"'Emperor' is not one of .*: Adelie, Gentoo"):
        say(sessions, case, truth="Emperor", labels=("Adelie", "Gentoo"))
    with pytest.raises(FeedbackRefused, match="must be one of"):
        say(sessions, case, truth=3)
    assert say(sessions, case, truth="Emperor").truth_label == "Emperor"


REFUSED = [
    ({}, {"judgement": "perhaps"}, "judgement"),
    ({}, {"judgement": "correct", "truth": "Gentoo"}, "truth"),
    ({}, {"judgement": "incorrect", "truth": "Adelie"}, "truth"),
    (NUMBER, {"judgement": "incorrect", "truth": "41.5"}, "truth"),
    ({}, {"judgement": "unsure", "confidence": 1.01}, "confidence"),
    ({}, {"judgement": "unsure", "confidence": float("nan")}, "confidence"),
    ({}, {"judgement": "unsure", "channel": "rumour"}, "channel"),
    ({"is_audited": False}, {"judgement": "correct", "channel": "audit"}, "channel"),
    (FAILED, {"judgement": "incorrect"}, "case"),
    ({}, {"judgement": "unsure", "comment": "x" * 10_001}, "comment"),
    ({}, {"judgement": "unsure", "reason": "x" * 201}, "reason"),
    ({}, {"judgement": "incorrect", "truth": "x" * 201}, "truth"),
    (TEXT, {"judgement": "incorrect", "truth": "x" * 10_001}, "truth"),
]


@pytest.mark.parametrize(("case", "said", "field"), REFUSED)
def test_what_cannot_be_taken_is_named(case: dict, said: dict, field: str):
    problems = check(case_of(**case), Statement(**said))
    assert [problem.field for problem in problems] == [field]


def test_what_is_refused_is_not_recorded(sessions):
    case = add_case(sessions, **FAILED)
    with pytest.raises(FeedbackRefused, match="no answer here"):
        say(sessions, case)
    assert history(sessions, case.id) == []


@pytest.mark.parametrize("case_id", [NOT_THERE, "", "\x00"])
def test_a_case_that_is_not_there_is_refused(sessions, case_id: str):
    with pytest.raises(FeedbackRefused, match="no such case"):
        submit(sessions, case_id=case_id, person="ada", judgement="correct", key="k")


def test_a_changed_mind_replaces_and_keeps_what_was_said(sessions):
    case = add_case(sessions)
    first = say(sessions, case, "correct", "a", clock=lambda: NOON)
    second = say(sessions, case, "incorrect", "b", clock=lambda: NOON + timedelta(minutes=1))
    assert second.replaces == first.id
    assert current(sessions, case.id, "ada") == second
    assert [(said.judgement, said.is_current) for said in history(sessions, case.id)] == [
        ("incorrect", True),
        ("correct", False),
    ]


def test_people_do_not_replace_each_other(sessions):
    case = add_case(sessions)
    ada, bob = (say(sessions, case, key=name, person=name) for name in ("ada", "bob"))
    assert ada.is_current
    assert bob.replaces is None
    assert current(sessions, case.id, "ada") == ada


def test_somebody_unknown_is_anonymous(sessions):
    case = add_case(sessions)
    assert say(sessions, case, person="").person == "anonymous"
    assert current(sessions, case.id, " ") is not None


def test_the_same_key_again_is_the_same_statement(sessions):
    case = add_case(sessions)
    first = say(sessions, case, comment="x")
    assert say(sessions, case, comment="x ") == first
    assert len(history(sessions, case.id)) == 1


def test_a_late_double_click_does_not_bring_an_old_opinion_back(sessions):
    case = add_case(sessions)
    say(sessions, case, "correct", "a")
    second = say(sessions, case, "incorrect", "b")
    say(sessions, case, "correct", "a")
    assert current(sessions, case.id, "ada") == second


@pytest.mark.parametrize("changed", ["judgement", "person", "case"])
def test_a_key_cannot_say_two_things(sessions, changed: str):
    case, other = add_case(sessions), add_case(sessions)
    say(sessions, case, "incorrect")
    with pytest.raises(AlreadyRecorded):
        say(
            sessions,
            other if changed == "case" else case,
            "unsure" if changed == "judgement" else "incorrect",
            person="bob" if changed == "person" else "ada",
        )
    assert len(history(sessions, case.id) + history(sessions, other.id)) == 1


def test_eight_threads_with_one_key_are_one_statement(sessions):
    case = add_case(sessions)
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: say(sessions, case).id, range(8)))
    assert len(ids) == len(history(sessions, case.id)) == 1


def test_eight_threads_with_eight_keys_leave_one_opinion_and_a_chain(sessions):
    case = add_case(sessions)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: say(sessions, case, key=f"k{n}"), range(8)))
    said = history(sessions, case.id)
    assert len(said) == 8
    assert len([statement for statement in said if statement.is_current]) == 1
    assert len({statement.replaces for statement in said}) == 8


def test_the_former_opinion_stays_when_the_new_one_fails(sessions, monkeypatch):
    case = add_case(sessions)
    first = say(sessions, case, "correct", "a")

    def broken(*_):
        raise RuntimeError("broke between the two writes")

    monkeypatch.setattr("db.feedback.add", broken)
    with pytest.raises(RuntimeError, match="between"):
        say(sessions, case, "incorrect", "b")
    assert current(sessions, case.id, "ada") == first


def test_the_table_itself_allows_one_opinion_a_person(sessions):
    case = add_case(sessions)
    for number, person in enumerate(("ada", "ada")):
        say(sessions, case, key=f"k{number}", person=person)
    with pytest.raises(Exception, match=r"(?i)unique"), writing(sessions) as session:
        session.execute(text("UPDATE feedback SET is_current = true"))


def test_a_database_that_fails_is_a_sentence(tmp_path):
    with pytest.raises(FeedbackNotRecorded, match="could not be recorded"):
        submit(
            make_sessions(f"sqlite:///{tmp_path}/empty.db"),
            case_id=new_id(),
            person="ada",
            judgement="correct",
            key="k",
        )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_explaining_a_case_does_not_wait_for_its_feedback(sessions):
    """The lock on the case leaves others free to refer to it; SQLite has one writer at a time."""
    case = add_case(sessions)
    with writing(sessions) as session, ThreadPoolExecutor(1) as pool:
        db.cases.lock(session, case.id)
        explained = pool.submit(_explain, sessions, case.id)
        assert explained.result(timeout=10).case_id == case.id


@pytest.mark.parametrize("kind", ["class", "number", "text", "multilabel", "boxes", "tree"])
def test_the_reasons_fit_one_line_of_pills(kind: str):
    found = reasons_for(kind)
    assert 0 < len(found) <= 6
    assert len(set(found)) == len(found)
    assert ("Too high" in found) == (kind == "number")
    assert kind != "tree" or found == REASONS


def test_how_sure_somebody_is_comes_back_as_the_word_they_picked():
    assert [confidence_in_words(share) for share in CONFIDENCE.values()] == list(CONFIDENCE)
    assert confidence_in_words(None) is None
    # A share for which no word stands is one more to pick from, in its place.
    assert list(confidences(0.83)) == ["Guess", "Fairly sure", "83 %", "Sure"]
    assert confidences(0.83)[str(confidence_in_words(0.83))] == 0.83


def test_what_was_said_can_be_taken_back(sessions):
    case = add_case(sessions, is_audited=True)
    with pytest.raises(FeedbackRefused, match="no judgement on this case"):
        take_back(sessions, case_id=case.id, person="ada", key="0")
    say(sessions, case, "incorrect", "a", truth="Gentoo", comment="larger", confidence=0.7)
    say(sessions, case, "correct", "b")
    again = take_back(sessions, case_id=case.id, person="ada", key="c")
    assert (again.judgement, again.truth, again.comment, again.confidence) == (
        "incorrect", "Gentoo", "larger", 0.7,
    )  # fmt: skip
    other = add_case(sessions)
    say(sessions, other, "correct", "e")
    gone = take_back(sessions, case_id=other.id, person="ada", key="f")
    assert is_taken_back(gone)
    assert (gone.judgement, gone.truth) == ("unsure", None)
    assert len(history(sessions, other.id)) == 2


def _explain(sessions, case_id: str) -> ExplanationView:
    explanation = ExplanationView(
        id=new_id(),
        case_id=case_id,
        created_at=NOON,
        method="m",
        status="done",
        rows=0,
        calls=0,
        seconds=0.0,
        seed=None,
        result=None,
        sentence="",
        error="",
    )
    with writing(sessions) as session:
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        return db.explanations.add(session, explanation)


def test_what_is_said_beside_other_inputs_is_refused(sessions):
    case = add_case(sessions)
    with pytest.raises(FeedbackRefused, match="for the earlier values"):
        say(sessions, case, "correct", is_seen=False)
    assert history(sessions, case.id) == []
