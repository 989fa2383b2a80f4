"""What if: predict, change values where the form stood, keep them, find the smallest change, try it: the answer flips."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit


def _opened(page: Page, name: str) -> Locator:
    """Open a part with the keyboard alone."""
    part = page.get_by_test_id("stExpander").filter(has=page.get_by_text(name, exact=True).first)
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    Visit(page).settled()  # what is in it is drawn once it is open
    return part


def _metric(page: Page, name: str) -> Locator:
    tile = page.get_by_test_id("stMetric").filter(has_text=name)
    return tile.get_by_test_id("stMetricValue")


def _reply(page: Page) -> Locator:
    """The answer to what the fields hold."""
    return page.locator(".st-key-what_if_answer")


def test_from_a_prediction_to_one_that_flips(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins").predict()
    first, case = visit.answer(), visit.case()
    _values_are_tried_in_the_place_of_the_form(visit, first)
    _what_is_kept_stands_below(visit)
    visit.click(visit.button("Back to the form"))
    expect(visit.headline()).to_have_text(first)
    expect(visit.button("What if …?")).to_be_focused()
    expect(page.get_by_text("for the earlier values")).to_have_count(0)
    assert visit.settled().case() == case

    smallest = _opened(page, "The smallest change")
    smallest.get_by_role("button", name="Find the smallest change").click()
    expect(smallest.get_by_text("This is model behaviour, not advice.")).to_be_visible(timeout=SLOW)
    smallest.get_by_role("button", name="Try these values").first.click()
    expect(page.get_by_text("The suggestion is filled in.")).to_be_visible()
    expect(_reply(page).get_by_role("heading")).not_to_have_text(first)
    visit.settled().click(visit.button("Keep as a scenario"))
    expect(_metric(page, "Scenario 2")).to_be_visible()
    expect(_metric(page, "This case")).to_have_text(first)
    expect(_metric(page, "Scenario 2")).not_to_have_text(first)
    expect(page.get_by_text("Another answer.").last).to_be_visible()
    table = page.get_by_test_id("stTable").last.locator("tbody")
    expect(table).to_contain_text("Flatter")
    expect(table).to_contain_text("Scenario 2")
    axe.finds_nothing_serious(page, "what if")


def _values_are_tried_in_the_place_of_the_form(visit: Visit, first: str) -> None:
    page = visit.page
    mass = visit.value_of(page.get_by_role("spinbutton", name="Body mass"))
    visit.click(visit.button("What if …?"))
    expect(page.get_by_role("heading", name="What if …?")).to_be_focused()
    expect(visit.predict_button()).to_have_count(0)
    expect(page.get_by_text("Pinned case")).to_be_visible()
    expect(_reply(page)).to_contain_text("The values of this case.")
    expect(_reply(page).get_by_role("heading")).to_have_text(first)
    box = page.get_by_role("spinbutton", name="Bill depth")
    visit.value_of(box)
    box.fill("18.5")
    box.press("Enter")
    expect(_reply(page)).to_contain_text(re.compile(r"Changed: Bill depth .* → 18\.5"))
    expect(page.get_by_role("spinbutton", name="Body mass")).to_have_value(mass)


def _what_is_kept_stands_below(visit: Visit) -> None:
    page = visit.settled().page
    page.get_by_role("textbox", name="Name of the scenario").fill("Flatter")
    visit.click(visit.button("Keep as a scenario"))
    expect(_metric(page, "Flatter")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Bill depth: .* → 18\.5"))).to_be_visible()
    visit.settled()


def test_esc_leaves_what_if_as_its_button_does_once_what_is_open_is_closed(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins").predict()
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="What if …?")).to_be_focused()
    visit.settled()
    page.keyboard.press("?")
    expect(page.get_by_text("Leave What if …?: the form comes back")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_have_count(0)
    expect(page.get_by_role("heading", name="What if …?")).to_be_visible()
    box = page.get_by_role("spinbutton", name="Bill depth")
    before = visit.value_of(box)
    box.fill("18.5")
    for expanded in ("true", "false"):  # as a list of choices that opens from a box, and is closed
        page.evaluate(
            "is => Object.assign(document.activeElement, {role: 'combobox', ariaExpanded: is})",
            expanded,
        )
        page.keyboard.press("Escape")
        expect(visit.settled().predict_button()).to_have_count(int(expanded == "false"))
    expect(visit.button("What if …?")).to_be_focused()
    expect(box).to_have_value(before)


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
