"""The way that every demonstration goes: open, choose, predict, why, feedback, health."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

# A table and a picture; texts and sounds are explained in test_kinds.py.
MODELS = {"penguins": "Penguins", "digits": "Handwritten digits"}


@pytest.mark.parametrize("model", MODELS)
def test_from_the_address_to_health(page: Page, model: str) -> None:
    visit = Visit(page)
    before = visit.counted(f"demo/{model}")
    visit.open().ask(MODELS[model]).predict()
    assert visit.answer()
    visit.why()
    expect(visit.explanation()).to_contain_text(re.compile("The model (says|answers|finds) "))
    chart = visit.explanation().get_by_role("figure")
    expect(chart).to_be_visible()
    expect(chart).to_have_accessible_name(re.compile(r"\w+ \w+ \w+"))
    visit.say_yes().health(f"demo/{model}")
    expect(visit.metric("Cases")).to_have_text(str(before.cases + 1))
    expect(visit.metric("Feedback")).to_have_text(str(before.feedback + 1))


def test_a_stranger_needs_at_most_four_clicks_to_an_explained_answer(page: Page) -> None:
    visit = Visit(page).open().ask("Breast cancer").predict().why()
    assert visit.clicks <= 4
    said = page.get_by_text("The model says").inner_text()
    assert visit.answer() in said


def test_a_correction_is_counted_for_the_version_that_was_wrong(page: Page) -> None:
    visit = Visit(page).open().ask("Penguins").predict()
    visit.health("demo/penguins")
    wrong = int(visit.by_version("v2", "Wrong").inner_text())
    cases = visit.by_version("v2", "Cases").inner_text()
    visit.click(page.get_by_role("link", name="Predict").first)
    _correct(visit)
    visit.health("demo/penguins")
    expect(visit.by_version("v2", "Wrong")).to_have_text(str(wrong + 1))
    expect(visit.by_version("v2", "Cases")).to_have_text(cases)


def test_what_was_said_can_be_changed_and_counts_once(page: Page) -> None:
    visit = Visit(page)
    before = visit.counted("demo/penguins")
    _correct(visit.open().ask("Penguins").predict())
    visit.click(visit.button("Change"))
    visit.say_yes().health("demo/penguins")
    expect(visit.metric("Cases")).to_have_text(str(before.cases + 1))
    expect(visit.metric("Feedback")).to_have_text(str(before.feedback + 1))


def _correct(visit: Visit) -> None:
    """Say no, and which species it really is."""
    right = min({"Adelie", "Chinstrap", "Gentoo"} - {visit.answer()})
    visit.click(visit.button("No"))
    visit.click(visit.page.get_by_role("radio", name=right).or_(visit.button(right)).first)
    visit.click(visit.button("Send"))
    expect(visit.page.get_by_text(f"The right answer: {right}")).to_be_visible()


def test_an_anchor_rule_explains_too(page: Page) -> None:
    visit = Visit(page).open().ask("Penguins").predict()
    visit.click(visit.button("A rule that is enough"))
    expect(page.get_by_text("This is how the model behaves")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("get the answer")).to_be_visible()
