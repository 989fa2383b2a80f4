"""A person answers before the model is asked: drawn once, committed once, never changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

import db.first_calls
from audit_log.verify import verify
from cases.attempt import FirstCall
from cases.history import history
from cases.privacy import digest_of
from cases.queries import case as case_by_id
from cases.recording import predict_and_record
from db.engine import Sessions, limited, reading, writing
from db.scope import Models, Scope
from feedback.errors import FeedbackRefused
from feedback.first_call_figures import first_call_figures
from feedback.first_calls import DAYS, Call, Drawn, call_of, carried, draw, recorder
from feedback.review_rules import DEFAULT, set_rules
from feedback.submission import submit
from mds_client.signature import Field, ModelRef, Signature
from tests.feedback.test_review_queue import NOW, filled, seen_by
from tests.recorded import add_case
from tests.stub_predictor import StubPredictor

SURE = Call(kind="class", answer="Gentoo", confidence=0.95)


def share(sessions: Sessions, share: float = 0.5) -> None:
    rules = replace(DEFAULT, first_share=share)
    mine = seen_by(sessions, "rita")
    set_rules(mine, server="shelf", model="penguins", rules=rules, person="rita")


def drawn(sessions: Sessions, inputs: str = "a", person: str = "ada", **given: object) -> Drawn:
    given.setdefault("random", lambda: 0.2)
    found = draw(sessions, server="shelf", model="penguins", person=person, inputs=inputs, **given)
    assert found
    return found


def commit(sessions: Sessions, found: Drawn, call: Call = SURE, model: StubPredictor | None = None):
    view = found.view
    return predict_and_record(
        model or StubPredictor(),
        {"bill": 39.1},
        sessions=sessions,
        key=f"call-{view.id}",
        person=view.person,
        new_id=lambda: view.id,
        first_call=FirstCall(probability=view.probability, draw=view.draw, record=recorder(call)),
    )


def test_what_is_drawn_stands_with_its_chance_and_is_asked_once(sessions: Sessions) -> None:
    share(sessions)
    first = drawn(sessions)
    assert (first.is_asked, first.is_new, first.view.probability) == (True, True, 0.5)
    again = drawn(sessions, random=lambda: 0.9)  # as after a reload
    assert (again.is_asked, again.is_new, again.view) == (True, False, first.view)
    model = StubPredictor()
    kept = commit(sessions, first, model=model)
    found = case_by_id(sessions, kept.case_id)
    assert found is not None
    assert (found.id, found.call_probability, found.call_draw) == (first.view.id, 0.5, 0.2)
    assert not drawn(sessions).is_asked
    call = call_of(sessions, kept.case_id)
    assert call is not None
    assert (call.answer, call.confidence, call.person) == ("Gentoo", 0.95, "ada")
    told = {step.what: step.more for step in history(sessions, found)}
    assert told["Answered first"] == "Gentoo, 95 % sure"


class Gone(BaseException):
    """The process ends while it waits for the model."""


def test_a_call_outlives_its_process_and_goes_with_the_answer_of_the_next(
    sessions: Sessions,
) -> None:
    """The first model call is never answered; the press after it is one more call, and the answer has what was said first."""
    share(sessions)
    found = drawn(sessions)
    asked = []

    def ends(values: object) -> object:
        asked.append(values)
        raise Gone

    with pytest.raises(Gone):
        commit(sessions, found, model=StubPredictor(ends))
    left = case_by_id(sessions, found.view.id)
    first = call_of(sessions, found.view.id)
    assert left is not None
    assert first is not None
    assert (left.is_unknown, first.answer, first.confidence) == (True, "Gentoo", 0.95)
    assert not drawn(sessions).is_asked  # nobody answers first when they have seen nothing new
    # The same commit once more, as from a reload or another tab, asks nobody and changes nothing.
    model = StubPredictor()
    assert commit(sessions, found, replace(SURE, answer="Adelie"), model).case.is_unknown
    assert (model.calls, call_of(sessions, found.view.id)) == ([], first)
    record = carried(sessions, found.view.id)
    again = predict_and_record(
        model,
        {"bill": 39.1},
        sessions=sessions,
        key="again",
        person="ada",
        first_call=FirstCall(probability=0.5, draw=0.2, record=record),
        parent_id=found.view.id,
    ).case
    assert (len(model.calls), again.parent_id, again.call_probability) == (1, found.view.id, 0.5)
    kept = call_of(sessions, again.id)
    assert kept is not None
    assert (kept.answer, kept.confidence, kept.created_at) == ("Gentoo", 0.95, first.created_at)
    assert carried(sessions, found.view.id) is None  # once
    assert first_call_figures(sessions, "shelf", "penguins").calls == 1
    assert not verify(sessions).findings


def test_two_commits_are_one_case_and_the_first_answer_stays(sessions: Sessions) -> None:
    share(sessions)
    found = drawn(sessions)
    commit(sessions, found)
    again = commit(sessions, found, replace(SURE, answer="Adelie"))
    assert again.case_id == found.view.id
    call = call_of(sessions, found.view.id)
    assert call is not None
    assert call.answer == "Gentoo"


def test_who_was_not_drawn_has_the_draw_in_the_case_alone(sessions: Sessions) -> None:
    share(sessions)
    assert not drawn(sessions, random=lambda: 0.5).is_asked
    assert not drawn(sessions, random=lambda: 0.0).is_new
    assert drawn(sessions, "b").is_asked
    assert drawn(sessions, "a", "bob").is_asked
    share(sessions, 0.0)
    assert draw(sessions, server="shelf", model="penguins", person="ada", inputs="c") is None


def test_who_cannot_tell_says_so(sessions: Sessions) -> None:
    share(sessions)
    kept = commit(sessions, drawn(sessions), Call(kind="class", is_declined=True))
    call = call_of(sessions, kept.case_id)
    assert call is not None
    assert (call.is_declined, call.answer, call.confidence) == (True, None, None)
    assert not drawn(sessions).is_asked


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (replace(SURE, answer="Emperor"), "not one of the model's classes"),
        (replace(SURE, answer=" "), "Give your answer"),
        (replace(SURE, answer=None), "Give your answer"),
        (replace(SURE, confidence=None), "how sure"),
        (replace(SURE, confidence=1.5), "how sure"),
        (replace(SURE, kind="number", answer="many"), "is not a number"),
        (replace(SURE, kind="number", answer="inf"), "finite"),
        (replace(SURE, is_declined=True), "you give no answer"),
    ],
)
def test_what_is_no_answer_is_refused_before_the_model_is_asked(call: Call, sentence: str) -> None:
    with pytest.raises(FeedbackRefused, match=sentence):
        recorder(call, ("Adelie", "Gentoo"))


def test_a_script_is_kept_as_words(sessions: Sessions) -> None:
    share(sessions)
    script = "<script>alert(1)</script>"
    kept = commit(sessions, drawn(sessions), Call(kind="text", answer=script, confidence=0.4))
    assert call_of(sessions, kept.case_id).answer == script  # type: ignore[union-attr]


def test_a_blind_reader_does_not_see_it_before_their_own_word(sessions: Sessions) -> None:
    case = add_case(sessions, is_audited=True, audit_draw=0.0)
    with writing(sessions) as session:
        recorder(SURE)(session, case)
    rita = filled(sessions)
    assert call_of(rita, case.id) is None
    assert "Answered first" not in {step.what for step in history(rita, case)}
    assert call_of(seen_by(sessions, "ada", "analyst"), case.id) is not None


def test_the_model_decides_who_may_be_drawn(sessions: Sessions) -> None:
    share(sessions, 1.0)
    other = limited(sessions, Scope(person="eve", seen=(Models(server="shelf", name="owls"),)))
    assert draw(other, server="shelf", model="penguins", person="eve", inputs="a") is None


def test_of_presses_at_once_one_draws(sessions: Sessions) -> None:
    share(sessions)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: drawn(sessions, random=lambda: n / 10), range(4)))
    assert len({each.view.id for each in found}) == 1
    assert sum(each.is_new for each in found) == 1


def test_a_draw_that_led_to_no_case_is_forgotten(sessions: Sessions) -> None:
    share(sessions)
    old = drawn(sessions, clock=lambda: NOW - timedelta(days=DAYS + 1)).view
    kept = drawn(sessions, "b", clock=lambda: NOW - timedelta(days=DAYS + 1))
    commit(sessions, kept)
    drawn(sessions, "c", clock=lambda: NOW)
    with reading(sessions) as session:
        found = [db.first_calls.drawn(session, "ada", "shelf", "penguins", i) for i in "abc"]
    assert [each is not None for each in found] == [False, True, True]
    assert old.inputs == "a"


def test_values_that_no_case_keeps_are_in_no_digest() -> None:
    ref = ModelRef(server="shelf", name="penguins")
    fields = (
        Field(name="bill", kind="number"),
        Field(name="name", kind="text", sensitive=True, storage="omit"),
    )
    taken = Signature(model=ref, inputs=fields)
    one = digest_of(taken, {"bill": 1.0, "name": "ann"}, b"k")
    assert one == digest_of(taken, {"bill": 1.0, "name": "bob"}, b"k")
    assert one != digest_of(taken, {"bill": 2.0, "name": "ann"}, b"k")
    assert one != digest_of(taken, {"bill": 1.0, "name": "ann"}, b"other")


def test_people_and_the_model_are_compared_by_what_others_say(sessions: Sessions) -> None:
    """The caller's own last word is no truth; a case without another's word, and one that was declined, do not count."""
    share(sessions)
    for inputs, answer in (("a", "Gentoo"), ("b", "Adelie"), ("c", "Gentoo")):
        kept = commit(sessions, drawn(sessions, inputs), replace(SURE, answer=answer))
        said = {"case_id": kept.case_id, "person": "ada"}
        submit(sessions, judgement="correct", key=f"own-{inputs}", **said)
        if inputs != "c":
            said["person"] = "registry"
            truth = {"judgement": "incorrect", "truth": "Gentoo", "channel": "upload"}
            submit(sessions, key=f"truth-{inputs}", **said, **truth)
    commit(sessions, drawn(sessions, "d"), Call(kind="class", is_declined=True))
    found = first_call_figures(sessions, "shelf", "penguins")
    assert (found.calls, found.declined) == (4, 1)
    lines = [(each.alone, each.model, each.together, each.probability) for each in found.compared]
    assert sorted(lines) == [(False, False, False, 0.5), (True, False, False, 0.5)]
    assert first_call_figures(sessions, "shelf", "owls").calls == 0
