"""How a model behaves overall, in a real browser: a study from its start to its link, stopped, and of a file."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit

COLUMNS = "bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,island,sex,year,species"


def _open(page: Page, model: str, method: str = "", rows: str = "Examples") -> Visit:
    visit = Visit(page).open(f"/behaviour?model={model}")
    page.get_by_role("heading", name="How does the model behave?").wait_for()
    visit.settled()
    if method:
        visit.click(_option(page, method)).settled()
    if rows:
        visit.click(page.get_by_role("radio", name=rows)).settled()
    return visit


def _option(page: Page, method: str) -> Locator:
    return page.get_by_test_id("stRadioOption").filter(has_text=method)


def _choose(page: Page, box: str, option: str) -> None:
    """Open the list and choose. A table that is still making room for itself closes the list: open it again."""
    for _ in range(5):
        page.get_by_role("combobox", name=box).click()
        with suppress(TimeoutError):
            page.get_by_role("option", name=option).click(timeout=3000)
            return
    raise AssertionError(f"{option} could not be chosen")


def _study(visit: Visit) -> Visit:
    """Start, and wait for the study to be kept."""
    visit.click(visit.page.get_by_role("button", name="Start"))
    visit.page.wait_for_url("**study=**", timeout=SLOW)
    expect(visit.page.get_by_text("This is how the model behaves")).to_be_visible(timeout=SLOW)
    return visit.settled()


def test_a_study_has_a_link_that_opens_it_anew(page: Page) -> None:
    visit = _study(_open(page, "demo/penguins@v2"))
    said = visit.words_of(page.get_by_text("It depends most on"))
    figure = page.get_by_role("figure").first
    expect(figure).to_have_accessible_name(re.compile(r"^Bars: how far the answer moves"))
    page.goto(page.url.partition("?")[0] + "?study=" + page.url.partition("study=")[2])
    expect(page.get_by_text("It depends most on")).to_have_text(said)
    visit.settled()
    expect(page.get_by_role("link", name="Which fields matter most").first).to_be_visible()
    axe.finds_nothing_serious(page, "a study")


def test_curves_of_numbers_and_choices_stand_on_one_scale(page: Page) -> None:
    visit = _open(page, "demo/penguins@v2", "Local effects of each field")
    _study(visit)
    expect(page.get_by_text("The probability of Adelie changes most with")).to_be_visible()
    for name in ("^Curve, Bill length: ", "^Bars, Island: Biscoe "):
        expect(page.get_by_role("figure", name=re.compile(name))).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_a_study_that_is_stopped_keeps_what_is_known(page: Page) -> None:
    visit = _open(page, "demo/slow")  # seconds an answer: it does not end before it is stopped
    page.get_by_text("Fields and level of detail").click()
    often = page.get_by_role("spinbutton", name="How often each is shuffled")
    often.fill("20")
    often.press("Tab")
    expect(page.get_by_text("in about 23 requests")).to_be_visible()
    visit.settled()
    visit.click(page.get_by_role("button", name="Start"))
    expect(page.get_by_text("So far.")).to_be_visible(timeout=SLOW)
    visit.click(page.get_by_role("button", name="Stop"))
    page.wait_for_url("**study=**", timeout=SLOW)
    expect(page.get_by_text("Somebody stopped it here.")).to_be_visible()
    expect(page.get_by_role("link", name="stopped early").first).to_be_visible()
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_a_file_with_right_answers_says_what_accuracy_is_lost(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    rows = [
        f"{36 + i % 9},18.{i % 9},18{i % 10},37{i % 10}0,Dream,male,2007,Adelie" for i in range(25)
    ]
    rows += [f"{46 + i % 5},15,22{i % 10},51{i % 10}0,Biscoe,male,2008,Gentoo" for i in range(25)]
    path.write_text("\n".join([COLUMNS, *rows]))
    visit = _open(page, "demo/penguins@v2", rows="A file")
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(path)
    expect(page.get_by_text("All 50 rows can be sent.")).to_be_visible()
    visit.settled()
    _choose(page, "Column with the right answers", "species")
    expect(page.get_by_text("For 50 of them the right answer is known.")).to_be_visible()
    _study(visit.settled())
    expect(page.get_by_text(re.compile(r"The model is right in \d+ % of 50 rows"))).to_be_visible()
    expect(page.get_by_text("accuracy lost when a field is shuffled")).to_be_visible()


def test_past_explanations_add_up_without_asking(page: Page) -> None:
    first = Visit(page).open("/predict?model=demo/penguins@v2").predict()
    first.click(first.button("What speaks for and against"))
    expect(page.get_by_text("This is how the model behaves").first).to_be_visible(timeout=SLOW)
    expect(first.button("Stop")).to_have_count(0, timeout=SLOW)  # what came first was rough
    first.settled()
    visit = _open(page, "demo/penguins@v2", "What past explanations say together", rows="")
    expect(page.get_by_text(re.compile(r"In \d+ explained cases?, what moved"))).to_be_visible()
    expect(page.get_by_role("figure")).to_have_accessible_name(re.compile(r"^Dots of \d+ cases"))
    expect(visit.button("Start")).to_have_count(0)
