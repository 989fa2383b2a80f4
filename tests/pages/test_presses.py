"""A press is kept until it is heeded, and is heeded once, whatever else is done meanwhile."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases import queries
from db.ids import utc_now
from feedback.submission import FeedbackView, history
from shows import store
from tests.pages.interrupted import interrupt
from tests.recorded import add_case
from ui import feedback, model_cards, prediction_panel
from ui.explanations import jobs
from ui.feedback import questions
from ui.feedback.more import confidences
from ui.pressed import Presses
from ui.review import decision, last, waiting
from ui.shows import making


def _press(page: AppTest, label: str) -> AppTest:
    (button,) = [each for each in page.button if each.label == label]
    page = button.click().run()
    assert not page.exception
    return page


def test_a_model_s_form_opens_though_something_else_is_done_before(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run()
    calls = interrupt(monkeypatch, model_cards, "_draw_way_in")
    page = _press(app, "Ask Penguins")
    assert len(calls) > 1
    assert page.query_params["model"].startswith("demo/penguins")
    assert "Which species is this penguin?" in {each.value for each in page.title}


def _asked(predict: AppTest) -> AppTest:
    predict.query_params["model"] = "demo/penguins@v2"
    return _press(predict.run(), "Predict")


def _said(built: services.Services) -> list[FeedbackView]:
    (case,) = queries.recent(built.sessions)
    return history(built.sessions, case.id)


@pytest.mark.parametrize(
    ("owner", "name"), [(feedback, "submit"), (feedback.staleness, "is_typed_over")]
)
def test_feedback_is_recorded_though_something_else_is_done_before(
    predict: AppTest,
    built: services.Services,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
) -> None:
    page = _asked(predict)
    calls = interrupt(monkeypatch, owner, name)
    page = _press(page, "Yes")
    assert [each.judgement for each in _said(built)] == ["correct"]
    page.run()
    assert len(calls) == 2  # one press, one record


def test_feedback_is_recorded_once_though_something_else_is_done_just_then(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _asked(predict)
    interrupt(monkeypatch, questions, "forget")  # the end of what is emptied after it is recorded
    page = _press(page, "Can't tell")
    assert [each.judgement for each in _said(built)] == ["unsure"]
    interrupt(monkeypatch, feedback, "take_back")
    _press(page, "Undo")
    assert len(_said(built)) == 2


def test_a_form_opens_and_is_sent_though_something_else_is_done(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _asked(predict)
    interrupt(monkeypatch, feedback, "_open")
    page = _press(page, "No")
    interrupt(monkeypatch, feedback, "_send")
    page = _press(page, "Send")
    assert [each.judgement for each in _said(built)] == ["incorrect"]
    assert "Send" not in [each.label for each in page.button]


def test_reasons_are_looked_for_though_something_else_is_done_before(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _asked(predict)
    calls = interrupt(monkeypatch, jobs, "request_of")
    page = _press(page, "What speaks for and against")
    (case,) = queries.recent(built.sessions)
    assert len(queries.explanations(built.sessions, case.id)) == 1
    page.run()
    assert len(calls) == 2


@pytest.mark.usefixtures("named")
def test_a_reviewer_decides_once_though_something_else_is_done(
    app: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        add_case(
            built.sessions, server="demo", is_audited=True, audit_draw=0.0, question=f"The {name}?",
            created_at=utc_now(),
        )  # fmt: skip
    page = app.switch_page("../pages/review.py").run()
    first = page.header[0].value
    interrupt(monkeypatch, waiting, "skip")
    page = _press(page, "Skip")
    second = page.header[0].value
    assert second != first
    interrupt(monkeypatch, decision, "_answer")
    page = _press(page, "Correct")
    assert page.header[0].value == first
    interrupt(monkeypatch, decision, "_go_on")  # it is recorded by then
    page = _press(page, "Correct")
    said = [
        each for case in queries.recent(built.sessions) for each in history(built.sessions, case.id)
    ]
    assert [each.judgement for each in said] == ["correct", "correct"]
    assert "Nothing waits for you" in page.info[0].value
    interrupt(monkeypatch, last, "take_back")
    page = _press(page, "Undo last")
    assert page.header[0].value == first


@pytest.mark.usefixtures("named")
def test_surer_is_one_word_surer_though_something_else_is_done(
    app: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_case(built.sessions, server="demo", is_audited=True, audit_draw=0.0, created_at=utc_now())
    page = app.switch_page("../pages/review.py").run()
    assert _sure(page) is None
    interrupt(monkeypatch, decision, "confidences")
    once, twice = [_sure(_press(page, "More sure")) for _ in range(2)]
    assert (once, twice) == tuple(confidences(None))[:2]


def _sure(page: AppTest) -> object:
    (box,) = [each for each in page.button_group if str(each.key).endswith("_sure")]
    return box.value


def test_present_leads_to_the_stage_though_something_else_is_done(
    predict: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _asked(predict)
    interrupt(monkeypatch, prediction_panel, "_draw_card")
    page.button(key="predict_present").click().run()
    assert not page.exception
    assert "stage_leave" in {each.key for each in page.button}


def test_a_show_is_made_once_though_something_else_is_done(
    app: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_case(built.sessions, server="demo", created_at=utc_now())
    app.query_params["whose"] = "everybody's"
    app.session_state["cases_show"] = True  # its box is open
    page = app.switch_page("../pages/cases.py").run()
    interrupt(monkeypatch, making, "shown_once")
    page = _press(page, "Make the show")
    assert len(store.owned(built.sessions, "anonymous")) == 1


def test_the_last_of_two_presses_is_the_one_that_is_meant() -> None:
    presses = Presses()
    presses.note("yes")
    presses.note("unsure")
    assert "unsure" in presses
    assert "yes" not in presses


def test_what_goes_wrong_is_not_done_again() -> None:
    presses, done = Presses(), []

    def fail() -> None:
        done.append(1)
        raise ValueError

    with pytest.raises(ValueError):
        presses.call(fail)
    presses.finish()
    assert done == [1]
