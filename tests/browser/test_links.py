"""Who follows links from page to page stays in the tab and in the session; Back leads to what was there."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Position, expect

from tests.browser.visit import Visit

MODEL = "demo/penguins"
_MARK = "window.sameDocument"


def test_a_link_stays_in_the_tab_and_back_leads_to_what_was_there(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    case = Visit(page).open(f"/predict?model={MODEL}").predict().case()
    visit = Visit(page).open("/health")
    page.evaluate(f"{_MARK} = true")
    main = page.get_by_test_id("stMain")
    visit.click(main.locator(f'a[href*="model={MODEL}"]').first)
    _is_of_the_model(page)
    visit.settled().click(page.get_by_role("link", name="Open all cases"))
    expect(visit.button("Model: Penguins")).to_be_visible()
    _open_first_of_table(visit)
    expect(page.get_by_role("heading", name=re.compile(r"Case \w{6}"))).to_be_visible()
    assert case in page.url
    page.go_back()
    expect(visit.button("Model: Penguins")).to_be_visible()
    visit.settled()
    page.go_back()
    _is_of_the_model(page)
    assert page.evaluate(_MARK), "the app was loaded anew"
    assert len(page.context.pages) == 1


def test_a_tab_of_its_own_for_who_asks_for_one(page: Page) -> None:
    Visit(page).open(f"/predict?model={MODEL}").predict()
    visit = Visit(page).open(f"/health?model={MODEL}")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open all cases").click(modifiers=["Control"])
    expect(opened.value.get_by_role("heading", name="What was asked?")).to_be_visible()
    _is_of_the_model(visit.settled().page)


def _is_of_the_model(page: Page) -> None:
    expect(page.get_by_role("heading", name="How is Penguins doing?")).to_be_visible()
    assert f"model={MODEL}" in page.url


def _open_first_of_table(visit: Visit) -> None:
    """The table is a picture; its last column has the links."""
    table = visit.settled().page.get_by_test_id("stDataFrame")
    place = table.bounding_box()
    assert place is not None
    link: Position = {"x": place["width"] - 60, "y": 55}
    table.hover(position=link)
    visit.page.wait_for_timeout(300)  # it looks what the mouse is on
    table.click(position=link)
