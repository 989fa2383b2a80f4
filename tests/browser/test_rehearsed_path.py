"""The way that every demonstration goes: open, choose, predict, why, feedback, health."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

MODELS = {
    "breast-cancer": "Breast cancer",
    "penguins": "Penguins",
    "digits": "Handwritten digits",
    "language-id": "Language",
    "speech": "Speech in recordings",
}


@pytest.mark.parametrize("model", MODELS)
def test_from_the_address_to_health(page: Page, model: str) -> None:
    visit = Visit(page)
    cases, feedback = visit.counted(f"demo/{model}")
    visit.open().ask(MODELS[model]).predict()
    assert visit.answer()
    visit.why()
    explained = page.get_by_test_id("stPlotlyChart").last
    expect(explained).to_be_visible()
    described = explained.locator("xpath=descendant-or-self::*[@aria-label]").first
    assert len(described.get_attribute("aria-label") or "") > 20
    visit.say_yes().health(f"demo/{model}")
    expect(visit.metric("Cases")).to_have_text(str(cases + 1))
    expect(visit.metric("Feedback")).to_have_text(str(feedback + 1))
    expect(page.get_by_text(" right", exact=False).last).to_be_visible()


def test_a_stranger_needs_at_most_four_clicks_to_an_explained_answer(page: Page) -> None:
    visit = Visit(page).open().ask("Breast cancer").predict().why()
    assert visit.clicks <= 4
    said = page.get_by_text("The model says").inner_text()
    assert visit.answer() in said


def test_a_wrong_answer_is_corrected_in_the_models_own_words(page: Page) -> None:
    visit = Visit(page).open().ask("Penguins").predict()
    others = {"Adelie", "Chinstrap", "Gentoo"} - {visit.answer()}
    right = sorted(others)[0]
    visit.click(visit.button("No"))
    page.get_by_role("radio", name=right).or_(visit.button(right)).first.click()
    visit.click(visit.button("Send"))
    expect(page.get_by_text(f"The right answer: {right}")).to_be_visible()
    visit.click(visit.button("Change"))
    visit.say_yes()


def test_an_anchor_rule_explains_too(page: Page) -> None:
    visit = Visit(page).open().ask("Penguins").predict()
    visit.click(visit.button("A rule that is enough"))
    expect(page.get_by_text("This is how the model behaves")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("get the answer")).to_be_visible()
