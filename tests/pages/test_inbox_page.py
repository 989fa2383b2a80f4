"""The inbox: what others said on my cases until I have seen it, and what waits for an answer of mine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

import services
from db.comments import of_case
from db.engine import reading
from db.ids import utc_now
from feedback.inbox import inbox
from feedback.submission import submit
from feedback.taking_back import take_back
from tests.recorded import add_case

pytestmark = pytest.mark.usefixtures("named")

ME = "test@example.com"


@pytest.fixture
def inbox_page(app: AppTest) -> AppTest:
    return app.switch_page("../pages/inbox.py")


def test_without_anything_said_it_says_what_will_appear(inbox_page: AppTest) -> None:
    shown = inbox_page.run()
    assert not shown.exception
    assert "until you have seen it" in shown.info[0].value


def test_what_was_said_is_there_until_it_is_seen(
    built: services.Services, inbox_page: AppTest
) -> None:
    mine = add_case(built.sessions, person=ME)
    submit(
        built.sessions,
        case_id=mine.id,
        person="bob",
        judgement="incorrect",
        comment="<b>No",
        key="a",
    )
    other = add_case(built.sessions, person="carol")
    submit(
        built.sessions, case_id=other.id, person="bob", judgement="correct", comment="Yes", key="b"
    )
    shown = inbox_page.run()
    assert not shown.exception
    words = " ".join(each.value for each in shown.markdown)
    assert "**Judged incorrect** by bob" in words
    assert "\\<b>No" in words
    assert "Yes" in words  # everybody is an operator here: it waits for an answer
    assert [title.value for title in shown.subheader] == ["New for you", "Waiting for an answer"]
    shown = shown.button(key="inbox_seen_all").click().run()
    assert [title.value for title in shown.subheader] == ["Waiting for an answer"]
    assert inbox(built.sessions, ME).new == ()


def test_what_one_person_says_alike_is_one_card_and_a_long_comment_is_folded(
    built: services.Services, inbox_page: AppTest
) -> None:
    for place, words in enumerate(("", "", "", "It is a long story. " * 150)):
        case = add_case(built.sessions, person=ME, created_at=utc_now())
        submit(
            built.sessions,
            case_id=case.id,
            person="bob",
            judgement="incorrect",
            comment=words,
            key=f"k{place}",
        )
    shown = inbox_page.run()
    assert not shown.exception
    new = [each.value for each in shown.markdown if "by bob" in each.value]
    assert len(new) == 3  # three alike, the one with words, and that one again as it waits
    assert any("3 cases · " in each.value for each in shown.caption)
    (said, *_) = [each.value for each in shown.markdown if each.value.startswith("It is a long")]
    assert len(said) < 300
    assert said.endswith("…")
    whole = next(box for box in shown.expander if box.label == "The whole comment")
    assert len(whole.text[0].value) > 2_900


def test_it_is_answered_and_seen_on_the_page_of_the_case(
    built: services.Services, app: AppTest
) -> None:
    mine = add_case(built.sessions, person=ME)
    said = submit(
        built.sessions, case_id=mine.id, person="bob", judgement="incorrect", comment="No", key="a"
    )
    page = app.switch_page("../pages/case.py")
    page.query_params["id"] = mine.id
    shown = page.run()
    assert not shown.exception
    assert inbox(built.sessions, ME).new == ()
    name = f"comments_{mine.id}_0_answer_{said.id}"
    shown.button_group(key=f"{name}_is").set_value("fixed")
    shown.text_area(key=f"{name}_words").set_value("Long bills.")
    (send,) = [button for button in shown.button if button.label == "Send the answer"]
    shown = send.click().run()
    assert "Say in which version it is fixed." in shown.error[0].value
    assert shown.text_area(key=f"{name}_words").value == "Long bills."
    shown.text_input(key=f"{name}_in").set_value("v3")
    (send,) = [button for button in shown.button if button.label == "Send the answer"]
    shown = send.click().run()
    assert not shown.exception
    with reading(built.sessions) as session:
        (kept,) = of_case(session, mine.id)
    assert (kept.answer, kept.fixed_in, kept.words, kept.person) == (
        "fixed",
        "v3",
        "Long bills.",
        ME,
    )
    assert kept.answers_id == said.id
    words = " ".join(each.value for each in shown.markdown)
    assert "**Answered: fixed in v3, to bob**" in words


def test_of_more_cases_than_are_read_no_exact_number_is_said(
    built: services.Services, inbox_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.inbox.MOST", 2)
    for _ in range(3):
        add_case(built.sessions, person=ME, is_audited=True, created_at=utc_now())
    shown = inbox_page.run()
    assert not shown.exception
    words = "2 or more cases are waiting for your judgement"
    assert [title.value for title in shown.subheader] == [words]


def test_drawn_cases_wait_for_the_word_of_who_asked_them(
    built: services.Services, inbox_page: AppTest
) -> None:
    lately = {"person": ME, "is_audited": True, "created_at": utc_now()}
    mine = [add_case(built.sessions, **lately) for _ in range(2)]
    add_case(built.sessions, **{**lately, "person": "bob"})
    add_case(built.sessions, **{**lately, "created_at": utc_now() - timedelta(days=15)})
    said = {"person": ME, "judgement": "correct"}
    submit(built.sessions, case_id=mine[0].id, key="a", **said)
    assert inbox(built.sessions, ME).count == 1
    take_back(built.sessions, case_id=mine[0].id, person=ME, key="b")
    shown = inbox_page.run()
    assert not shown.exception
    assert [title.value for title in shown.subheader] == ["2 cases are waiting for your judgement"]
    (links,) = [box for box in shown.expander if box.label == "All 2 cases"]  # one card for both
    assert len([each for each in shown.caption if each.value.startswith("2 cases · ")]) == 1
    assert not links.children  # its links are drawn once somebody opens it
    for place, case in enumerate(mine):
        submit(built.sessions, case_id=case.id, key=f"c{place}", **said)
    assert inbox(built.sessions, ME).asked == ()
