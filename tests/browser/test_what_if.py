"""What if: predict, change a copy, compare, find the smallest change, open it as a scenario: the answer flips."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit


def _part(page: Page, name: str) -> Locator:
    """One of the two parts of "What if?"."""
    heading = page.get_by_text(name, exact=True).first
    return page.get_by_test_id("stExpander").filter(has=heading)


def _opened(page: Page, name: str) -> Locator:
    """Open a part with the keyboard alone."""
    part = _part(page, name)
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    return part


def _metric(page: Page, name: str) -> Locator:
    tile = page.get_by_test_id("stMetric").filter(has_text=name)
    return tile.get_by_test_id("stMetricValue")


def _form(page: Page) -> Locator:
    """The form of the question."""
    return page.get_by_test_id("stForm").filter(has=page.get_by_role("button", name="Predict"))


def test_from_a_prediction_to_one_that_flips(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins").predict()
    first = visit.answer()
    body_mass = _form(page).get_by_role("spinbutton", name="Body mass")
    mass = visit.value_of(body_mass)

    copy = _opened(page, "Change it yourself")
    box = copy.get_by_role("spinbutton", name="Bill depth")
    visit.value_of(box)
    box.fill("18.5")
    copy.get_by_role("textbox", name="Name of the scenario").fill("Flatter")
    box.press("Enter")
    expect(_metric(page, "Flatter")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Bill depth: .* → 18\.5"))).to_be_visible()
    expect(body_mass).to_have_value(mass)

    smallest = _opened(page, "The smallest change")
    smallest.get_by_role("button", name="Find the smallest change").click()
    expect(smallest.get_by_text("This is model behaviour, not advice.")).to_be_visible(timeout=SLOW)
    smallest.get_by_role("button", name="Open as scenario").first.click()
    expect(page.get_by_text("The suggestion is filled in.")).to_be_visible()
    visit.settled()
    _part(page, "Change it yourself").get_by_role("button", name="Ask what if").click()
    expect(_metric(page, "Scenario 2")).to_be_visible()
    expect(_metric(page, "This case")).to_have_text(first)
    expect(_metric(page, "Scenario 2")).not_to_have_text(first)
    expect(page.get_by_text("Another answer.")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").last.locator("tbody")
    expect(table).to_contain_text("Flatter")
    expect(table).to_contain_text("Scenario 2")
    expect(body_mass).to_have_value(mass)
    axe.finds_nothing_serious(page, "what if")


def test_limits_that_leave_no_way_are_said(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/diabetes-progress").predict()
    smallest = _opened(page, "The smallest change")
    smallest.get_by_role("spinbutton", name="this number").fill("99999")
    smallest.get_by_role("button", name="Find the smallest change").click()
    expect(
        smallest.get_by_text("No change within these limits was found after").last
    ).to_be_visible(timeout=SLOW)
    visit.settled()
    expect(smallest.get_by_text("The nearest answer was").last).to_be_visible()


def test_a_search_can_be_stopped(page: Page) -> None:
    Visit(page).open("/predict?model=demo/slow").predict()
    smallest = _opened(page, "The smallest change")
    smallest.get_by_role("button", name="Find the smallest change").click()
    smallest.get_by_role("button", name="Stop", exact=True).click()
    expect(smallest.get_by_text("It was stopped.")).to_be_visible(timeout=SLOW)
    expect(smallest.get_by_role("button", name="Find the smallest change")).to_be_enabled()
