"""A data scientist corrects a label, publishes it, sees it on Predict, and takes it back."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.visit import Visit

MODEL = "demo/diabetes-progress"
FIELD, LABEL = "bmi", "Weight for height"
HEADER, ROW = 38, 35  # pixels of the table


def open_signature_page(page: Page, model: str = MODEL) -> Visit:
    visit = Visit(page).open(f"/signatures?model={model}")
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first.locator("canvas").first).to_be_visible()
    return visit.settled()


def row_of(page: Page, field: str) -> int:
    """The row of a field. The table is painted; these are the words behind it."""
    names = page.get_by_test_id("stDataFrame").first.locator('tbody td[aria-colindex="1"]')
    name = names.filter(has_text=re.compile(f"^{field}$"))
    expect(name).to_be_attached()
    return int((name.get_attribute("id") or "").rpartition("-")[2])


def open_cell(page: Page, row: int) -> None:
    """Click the label, wherever it begins, and press Enter."""
    cell = page.locator(f"#glide-cell-1-{row}")
    for start in (200, 150, 110, 80) * 3:
        table = page.get_by_test_id("stDataFrame").first.locator("canvas").first.bounding_box()
        assert table
        page.mouse.click(table["x"] + start, table["y"] + HEADER + ROW * row + ROW / 2)
        with suppress(AssertionError):
            expect(cell).to_be_focused(timeout=1500)
            page.keyboard.press("Enter")
            break
    expect(page.locator("textarea.gdg-input")).to_be_visible()


def type_label(visit: Visit, field: str, text: str) -> None:
    """Type into the cell of a field's label, as a person does: click, type, Enter."""
    page = visit.page
    open_cell(page, row_of(page, field))
    page.locator("textarea.gdg-input").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{field}: label:")).to_be_visible()
    visit.settled()


def test_a_label_is_published_seen_and_taken_back(page: Page) -> None:
    visit = open_signature_page(page)
    type_label(visit, FIELD, LABEL)
    form = page.get_by_test_id("stForm")
    expect(form.get_by_text(LABEL)).to_be_visible()
    visit.button("Publish").dblclick()  # is one version
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    expect(visit.button("Publish")).to_be_disabled()

    visit.open(f"/predict?model={MODEL}")
    expect(page.get_by_role("spinbutton", name=LABEL)).to_be_visible()
    assert visit.predict().answer()

    open_signature_page(page)
    page.get_by_role("tab", name="Versions").click()
    visit.click(visit.button("Restore").last)
    expect(page.get_by_text("Version 2 by")).to_be_visible()
    visit.open(f"/predict?model={MODEL}")
    expect(page.get_by_role("spinbutton").first).to_be_visible()
    visit.settled()
    expect(page.get_by_role("spinbutton", name=LABEL)).to_have_count(0)


def test_what_is_typed_survives_another_page(page: Page) -> None:
    visit = open_signature_page(page, "demo/penguins")
    type_label(visit, "year", "Year of measuring")
    visit.click(page.get_by_role("link", name="Models").first)
    visit.card("Penguins").wait_for()
    page.get_by_role("button", name="More", exact=True).click()
    visit.click(page.get_by_role("menuitem", name="Signature"))
    expect(page.get_by_text("→ Year of measuring")).to_be_visible()
    visit.settled()
    visit.click(visit.button("Discard"))
    expect(page.get_by_text("No changes yet.")).to_be_visible()


def test_a_downloaded_signature_can_be_taken_over(page: Page, tmp_path: Path) -> None:
    open_signature_page(page, "demo/penguins")
    page.get_by_role("tab", name="Files").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="model-settings.json").click()
    path = tmp_path / "model-settings.json"
    download.value.save_as(path)
    settings = json.loads(path.read_text())
    settings["inputs"][0]["parameters"]["label"] = "Beak"
    path.write_text(json.dumps(settings))
    page.locator('input[type="file"]').first.set_input_files(path)
    page.get_by_role("tab", name="Edit").click()
    expect(page.get_by_text("→ Beak")).to_be_visible()


def test_axe_finds_nothing_serious_on_the_signature_page(page: Page) -> None:
    visit = open_signature_page(page, "demo/wine")
    for tab in ("Edit", "Sources", "Versions", "Files"):
        page.get_by_role("tab", name=tab).click()
        visit.settled()
        axe.finds_nothing_serious(page, tab)  # waits until the line under the tab has slid
