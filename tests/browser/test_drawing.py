"""A digit is drawn with the pointer and answered; an empty sheet gives the example back."""

from __future__ import annotations

import math

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit

# A zero as a person draws it, in shares of the sheet.
ZERO = [
    (0.5 + 0.22 * math.sin(turn * math.pi / 8), 0.5 - 0.32 * math.cos(turn * math.pi / 8))
    for turn in range(17)
]


def _stroke(page: Page, points: list[tuple[float, float]]) -> None:
    sheet = page.locator("canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def test_a_digit_is_drawn_and_answered(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/digits")
    sheet = page.get_by_role("img", name="Drawing of Picture of a digit: empty")
    expect(sheet).to_be_visible()
    _stroke(page, [(0.1, 0.9), (0.9, 0.1)])
    expect(page.get_by_text("Drawn. Predict asks about it.")).to_be_visible()
    visit.click(visit.button("Undo"))
    expect(sheet).to_be_visible()
    chip = page.get_by_test_id("stFileChipName").and_(page.get_by_title("drawing.png"))
    expect(chip).to_have_count(0)
    _stroke(page, ZERO)
    expect(chip).to_have_count(1)
    visit.settled().predict()
    expect(visit.headline()).to_have_text("0")
    expect(page.get_by_role("img", name="The picture drawing.png")).to_be_visible()
    # What was drawn is the input: with another stroke the answer is that of before.
    _stroke(page, [(0.2, 0.5), (0.8, 0.5)])
    expect(page.get_by_text("This answer is for the earlier values")).to_be_visible()
