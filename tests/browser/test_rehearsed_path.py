"""The way that every demonstration goes: open, choose, predict, why, feedback, health."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.counts import Counts
from tests.browser.visit import SLOW, Visit

# A table and a picture; texts and sounds are explained in test_kinds.py.
MODELS = {"penguins": "Penguins", "digits": "Handwritten digits"}


@pytest.mark.parametrize("model", MODELS)
def test_from_the_address_to_health(page: Page, counts: Counts, model: str) -> None:
    """A stranger needs at most four clicks to an explained answer."""
    before = counts.of(f"demo/{model}")
    visit = Visit(page).open().ask(MODELS[model]).predict().why()
    assert visit.clicks <= 4
    expect(visit.explanation()).to_contain_text(re.compile("The model (says|answers|finds) "))
    expect(visit.explanation()).to_contain_text(visit.answer())
    chart = visit.explanation().get_by_role("figure")
    expect(chart).to_be_visible()
    expect(chart).to_have_accessible_name(re.compile(r"\w+ \w+ \w+"))
    visit.say_yes().health(f"demo/{model}")
    expect(visit.metric("Cases")).to_have_text(f"{before.cases + 1:,}")
    expect(visit.metric("Feedback")).to_have_text(f"{before.feedback + 1:,}")


def test_a_correction_is_counted_for_the_version_that_was_wrong_and_can_be_changed(
    page: Page, counts: Counts
) -> None:
    visit = Visit(page).open()
    visit.card("Penguins").wait_for()
    axe.finds_nothing_serious(page, "the models")
    visit.ask("Penguins").predict_button().wait_for()
    axe.finds_nothing_serious(page, "a form")
    visit.predict()
    before = counts.of("demo/penguins")
    visit.health("demo/penguins")
    wrong = _wrong(visit.words_of(visit.by_version("v2", "Feedback")))
    cases = visit.words_of(visit.by_version("v2", "Cases"))
    visit.click(page.get_by_role("link", name="Predict").first)
    _correct(visit)
    visit.health("demo/penguins")
    expect(visit.by_version("v2", "Feedback")).to_contain_text(f" {wrong + 1} wrong")
    expect(visit.by_version("v2", "Cases")).to_have_text(cases)
    visit.click(page.get_by_role("link", name="Predict").first)
    visit.click(visit.button("Change"))
    visit.click(visit.button("Yes"))  # a change is sent, so that no comment is lost with a click
    visit.click(visit.button("Send"))
    expect(page.get_by_text("Recorded: right")).to_be_visible()
    visit.health("demo/penguins")
    expect(visit.by_version("v2", "Feedback")).to_contain_text(f" {wrong} wrong")
    expect(visit.metric("Cases")).to_have_text(f"{before.cases:,}")
    expect(visit.metric("Feedback")).to_have_text(f"{before.feedback + 1:,}")
    axe.finds_nothing_serious(page, "health")


def _wrong(feedback: str) -> int:
    """Of `34 (30 right, 4 wrong)`; 0 of `none`."""
    found = re.search(r"(\d+) wrong", feedback)
    return int(found.group(1)) if found else 0


def _correct(visit: Visit) -> None:
    """Say no, and which species it really is."""
    right = min({"Adelie", "Chinstrap", "Gentoo"} - {visit.answer()})
    visit.click(visit.button("No"))
    expect(visit.button("Send")).to_be_visible()
    axe.finds_nothing_serious(visit.page, "a correction")
    visit.click(visit.page.get_by_role("radio", name=right).or_(visit.button(right)).first)
    visit.click(visit.button("Send"))
    expect(visit.page.get_by_text(f"The right answer: {right}")).to_be_visible()


def test_an_anchor_rule_explains_too(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins").predict()
    visit.click(visit.button("A rule that is enough"))
    expect(page.get_by_text("This is how the model behaves")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("get the answer").first).to_be_visible()
