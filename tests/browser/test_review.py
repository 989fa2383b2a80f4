"""Twenty cases decided from the keyboard alone, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cli import demo
from db.cases import CaseView
from db.engine import Sessions, close, make_sessions
from db.ids import utc_now
from feedback import golden
from feedback.review_filling import fill
from feedback.review_queue import last_answers
from tests.browser.visit import Visit
from tests.recorded import add_cases, case_of

CASES = 20


@pytest.mark.slow
def test_twenty_decisions_take_nothing_but_keys(page: Page, app: demo.Part) -> None:
    sessions = make_sessions(app.environment["MDS_DATABASE_URL"])
    probabilities = {"Adelie": 0.9, "Gentoo": 0.1}
    answer = {"kind": "class", "label": "Adelie", "probabilities": probabilities}
    asked = {"server": "demo", "answer": answer, "is_audited": True, "audit_draw": 0.0}
    # A model of its own: what other tests ask stays out of this queue.
    cases = [case_of(**asked, model="reviewed", created_at=utc_now()) for _ in range(CASES)]
    add_cases(sessions, *cases)
    fill(sessions)  # the page does so itself, once a minute
    visit = Visit(page).open("/review?model=demo/reviewed")
    case = page.locator(".st-key-review_case")
    shown = case.get_by_role("link", name=re.compile("^Case "))
    told = page.locator("output", has_text="saved")
    expect(shown).to_be_visible()
    for number in range(CASES):
        name = shown.inner_text().splitlines()[-1].strip()
        judged = ("correct", "incorrect", "unsure")[number % 3]
        if number == 2:
            page.keyboard.press("m")
            comment = page.get_by_label("Comment, optional (M)")
            expect(comment).to_be_focused()
            page.keyboard.type("yes, no, x: none of these is a key here")
            page.keyboard.press("Escape")
            expect(case).to_be_focused()
        page.keyboard.press({"correct": "y", "incorrect": "n", "unsure": "x"}[judged])
        if judged == "incorrect":
            expect(page.get_by_text("What is right?")).to_be_visible()
            visit.settled()  # the words stand there before the button does
            page.keyboard.press("1")
        expect(told).to_contain_text(f"{name}: {judged}")
        if number == 0:  # what was decided last becomes a golden case
            expect(page.locator(".st-key-review_golden")).to_be_visible()
            page.keyboard.press("g")
            expect(page.get_by_text("It is a golden case now.")).to_be_visible()
        if number < CASES - 1:
            expect(case).to_be_focused()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    said = last_answers(sessions, "anonymous", CASES)
    _what_comes_later_appears_by_itself(
        sessions, shown, case_of(**asked, model="reviewed", created_at=utc_now())
    )
    kept = [each.id for each in cases if golden.places_of(sessions, each.id)]
    close(sessions)
    assert kept == [said[-1].case.id]
    assert len({each.case.id for each in said} & {each.id for each in cases}) == CASES
    truths = {each.feedback.truth for each in said if each.feedback.judgement == "incorrect"}
    assert truths == {"Gentoo"}
    assert [each.feedback.comment[:3] for each in said if each.feedback.comment] == ["yes"]


def _what_comes_later_appears_by_itself(
    sessions: Sessions, shown: Locator, later: CaseView
) -> None:
    add_cases(sessions, later)
    fill(sessions)
    expect(shown).to_contain_text(later.id[-6:])
