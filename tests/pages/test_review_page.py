"""The review desk: what waits, what can be said of it, and that it is counted, changed and measured."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases.queries import recent
from db.engine import writing
from db.ids import utc_now
from feedback.first_calls import Call, recorder
from feedback.review_queue import answer, last_answers, queue
from feedback.submission import history, submit
from feedback.taking_back import is_taken_back
from tests.recorded import add_case
from ui import review

pytestmark = pytest.mark.usefixtures("named")

ME = "test@example.com"


@pytest.fixture
def desk(app: AppTest, built: services.Services) -> AppTest:
    """The desk with two drawn cases."""
    for name in ("first", "second"):
        add_case(
            built.sessions, server="demo", is_audited=True, audit_draw=0.0, question=f"The {name}?",
            created_at=utc_now(),
        )  # fmt: skip
    return app.switch_page("../pages/review.py")


def _press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def test_what_waits_is_decided_one_after_the_other_and_can_be_changed(
    desk: AppTest, built: services.Services
) -> None:
    page = desk.run()
    assert not page.exception
    assert "0 done today, 2 waiting" in _text(page)
    first = page.header[0].value
    page = _press(page, "Incorrect")
    assert [pill.options for pill in page.pills if pill.label == "What was wrong?"]
    page = _press(page, "Send")
    assert not page.exception
    second = page.header[0].value
    assert second != first
    page = _press(page, "Correct")
    assert not page.exception
    assert "Nothing waits for you" in page.info[0].value
    said = [history(built.sessions, case.id)[0] for case in recent(built.sessions)]
    assert {(each.person, each.channel) for each in said} == {(ME, "audit")}
    assert sorted(each.judgement for each in said) == ["correct", "incorrect"]


def test_the_navigation_says_as_many_as_the_desk(
    desk: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is drawn first: also what the desk finds only now, and what was decided a moment ago, is in its number."""
    said: list[int] = []
    count = review.count
    monkeypatch.setattr(review, "count", lambda: said.append(count()) or said[-1])
    page = desk.run()
    assert (said[-1], _text(page)) == (2, "0 done today, 2 waiting")
    page = _press(page, "Correct")
    assert (said[-1], _text(page)) == (1, "1 done today, 1 waiting")


def test_a_part_of_what_waits_is_said_to_be_one(app: AppTest, built: services.Services) -> None:
    for model in ("penguins", "penguins", "elsewhere"):
        add_case(
            built.sessions, server="demo", model=model, is_audited=True, audit_draw=0.0,
            created_at=utc_now(),
        )  # fmt: skip
    page = app.switch_page("../pages/review.py")
    page.query_params["model"] = "demo/penguins"
    page.query_params["reason"] = "Drawn at random"
    page.run()
    assert not page.exception
    assert not page.warning
    assert _text(page) == "0 done today, 2 of 3 waiting"
    chips = {each.label for each in page.button if each.key and "review_without" in each.key}
    assert chips == {"Penguins", "Drawn at random"}


def test_a_case_of_the_demonstration_is_marked(app: AppTest, built: services.Services) -> None:
    add_case(
        built.sessions, server="demo", is_audited=True, audit_draw=0.0, purpose="demo", created_at=utc_now(),
    )  # fmt: skip
    page = app.switch_page("../pages/review.py").run()
    assert not page.exception
    assert any("Demonstration" in each.value for each in page.markdown)


def test_a_decision_that_is_changed_keeps_what_is_not_touched(
    desk: AppTest, built: services.Services
) -> None:
    item = desk.run().button(key="review_skip").click().run() and next(
        each for each in queue(built.sessions, ME).items
    )
    given = {"truth": "Gentoo", "reason": "A broken ruler", "comment": "long " * 1_900 + "word"}
    first = answer(
        built.sessions, item_id=item.id, person=ME, judgement="incorrect", key="api",
        confidence=0.835, **given,
    )  # fmt: skip
    desk.session_state["review_last"] = True
    page = desk.run()
    page = page.button(key=f"review_change_{item.id}").click().run()
    assert page.text_area(key=f"review_{item.id}_comment").value == given["comment"]
    page = _press(page, "Go on")
    assert history(built.sessions, item.case_id) == [first]
    desk.session_state["review_last"] = True
    page = desk.run().button(key=f"review_change_{item.id}").click().run()
    page = _press(page, "Gentoo" if _has(page, "Gentoo") else "Send")
    assert not page.exception
    again = history(built.sessions, item.case_id)[0]
    assert again.replaces == first.id
    content = ("judgement", "truth", "reason", "comment", "confidence")
    assert [getattr(again, each) for each in content] == [getattr(first, each) for each in content]


def test_undo_takes_the_last_decision_back_and_each_step_is_told(
    desk: AppTest, built: services.Services
) -> None:
    page = _press(desk.run(), "Correct")
    decided = _told(page)
    assert ": correct, saved. Now case " in decided
    (said,) = last_answers(built.sessions, ME)
    page = _press(page, "Undo last")
    assert not page.exception
    assert _told(page).startswith(f"Case {said.case.id[-6:]}: you took your judgement back. Now")
    assert page.header[0].value == said.case.question
    assert "You took your judgement back. Decide again" in " ".join(i.value for i in page.info)
    assert is_taken_back(history(built.sessions, said.case.id)[0])
    page.session_state["review_last"] = True
    page = page.run()
    assert any("you took your judgement back" in each.value for each in page.markdown)
    assert page.button(key=f"review_change_{said.item.id}").label == "Decide again"
    page = page.button(key="review_skip").click().run()
    assert page.header[0].value != said.case.question
    assert re.fullmatch(r"Skipped\. Now case \w{6}: Drawn at random, Penguins\.", _told(page))
    page = _press(page, "Undo last") if not page.button(key="review_undo").disabled else page
    assert queue(built.sessions, ME).count == 2


def _told(page: AppTest) -> str:
    """What a screen reader is told by the script of the desk."""
    found = [each for each in page.get("bidi_component") if "isStep" in str(each.proto)]
    return str(json.loads(found[0].proto.json)["words"])


def _has(page: AppTest, label: str) -> bool:
    return label in {each.label for each in page.button}


def _text(page: AppTest) -> str:
    return " ".join(str(each.proto.text) for each in page.get("progress"))


def test_without_two_readings_there_is_no_agreement(app: AppTest) -> None:
    page = app.switch_page("../pages/review.py")
    page.query_params["tab"] = "Agreement"
    page.run()
    assert not page.exception
    assert "was read twice" in page.info[0].value


def test_a_reason_a_model_and_a_part_that_are_not_known_are_said(app: AppTest) -> None:
    page = app.switch_page("../pages/review.py")
    page.query_params["tab"] = "Bogus"
    page.query_params["reason"] = "bogus"
    page.run()
    assert not page.exception
    assert ["Show: Bogus" in each.value for each in page.warning] == [True, False]
    assert "Reason: bogus" in page.warning[1].value
    page.segmented_control(key="tab").set_value("Golden cases").run()
    page.query_params["model"] = "demo/nothing"
    assert not page.exception


def test_people_and_the_model_are_compared_where_people_answered_first(
    app: AppTest, built: services.Services
) -> None:
    """Ten cases of which somebody else says what is right: the person was right on all, the model on none."""
    answer = {"server": "demo", "model": "penguins", "call_probability": 0.5, "call_draw": 0.1}
    for number in range(10):
        case = add_case(built.sessions, created_at=utc_now(), **answer)
        with writing(built.sessions) as session:
            recorder(Call(kind="class", answer="Gentoo", confidence=0.7))(session, case)
        said = {"judgement": "incorrect", "truth": "Gentoo", "channel": "upload"}
        submit(built.sessions, case_id=case.id, person="registry", key=f"t{number}", **said)
    page = app.switch_page("../pages/review.py")
    page.query_params["tab"] = "Agreement"
    page.query_params["model"] = "demo/penguins"
    page.run()
    assert not page.exception
    (table,) = page.table
    assert list(table.value.index) == ["People alone", "The model alone", "Both together"]
    people, model, together = table.value["Right"]
    assert people.replace("\N{NO-BREAK SPACE}", " ") == "100 % (72–100 %), n=10"
    assert model.startswith("0 % (0")
    assert together == "not enough evidence, n=0"


def test_two_versions_are_compared_without_their_names(
    app: AppTest, built: services.Services
) -> None:
    case = add_case(built.sessions, server="demo", version="old-one")
    again = {"parent_id": case.id, "purpose": "replay", "version": "new-one"}
    add_case(
        built.sessions, server="demo", **again
    )  # answers the same: nothing is drawn twice under one key
    page = app.switch_page("../pages/review.py")
    page.query_params["tab"] = "Side by side"
    page.query_params["model"] = "demo/penguins"
    page.run()
    assert not page.exception
    words = " ".join(each.value for each in (*page.markdown, *page.caption, *page.header))
    assert "Left" in words
    assert "old-one" not in words
    assert not page.error
    page = _press(page, "The left one")
    assert not page.exception
    said = " ".join(each.value for each in page.success)
    assert "old-one" in said
    assert "You have compared all" in said
    assert any("1 compared" in each.label for each in page.expander)
