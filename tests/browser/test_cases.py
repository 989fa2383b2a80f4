"""A case is found again, asked again and taken away, in a real browser and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit


def test_a_case_is_found_on_a_phone_asked_again_and_taken_away(page: Page, tmp_path: Path) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2").predict()
    case_id = visit.case()
    page.set_viewport_size({"width": 420, "height": 900})
    visit.open("/cases?state=answered&model=demo/penguins")
    links = page.locator(".mds-lines a")
    expect(links.first).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    visit.click(page.locator(f'.mds-lines a[href*="{case_id}"]'))
    expect(page.get_by_role("heading", name=f"Case {case_id[-6:]}")).to_be_visible()
    visit.settled()
    visit.click(visit.button("Ask again"))
    expect(page.get_by_text("All 7 inputs are the same.")).to_be_visible()
    visit.settled()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    with page.expect_download() as download:
        visit.click(visit.button("Report"))
    kept = tmp_path / "report.html"
    download.value.save_as(kept)
    assert case_id in kept.read_text(encoding="utf-8")  # the case that it asks again
    visit.click(page.get_by_test_id("stPageLink").get_by_role("link", name="Cases"))
    expect(visit.button("State: answered")).to_be_visible()
    _opens_without_a_network(page, kept)


def _opens_without_a_network(page: Page, kept: Path) -> None:
    """It asks for nothing, and fits a phone."""
    asked: list[str] = []
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(offline=True, viewport={"width": 420, "height": 900})
    report = context.new_page()
    report.on("request", lambda request: asked.append(request.url))
    report.goto(kept.as_uri())
    expect(report.get_by_role("heading", name="The record")).to_be_visible()
    assert asked == [kept.as_uri()]
    assert report.evaluate("document.documentElement.scrollWidth") <= 420
    _prints_on_one_page(report)
    context.close()


def _prints_on_one_page(report: Page) -> None:
    """As a browser saves it: a PDF in A4, with a font for its words, since they are no picture."""
    data = report.pdf(format="A4")
    assert data.startswith(b"%PDF-")
    assert re.findall(rb"/Type /Pages\b.*?/Count (\d+)", data, re.DOTALL) == [b"1"]
    assert b"/Type /Font" in data
