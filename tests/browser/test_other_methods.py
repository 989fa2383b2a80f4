"""Methods that say much the same as ours are put away, and every button says what it costs."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit


def test_other_methods_are_put_away_and_say_what_they_cost(page: Page) -> None:
    visit = Visit(page)
    visit.open("/predict?model=demo/penguins@v1").settled()
    visit.predict()
    page.get_by_role("button", name="Other methods").click()
    kernel = page.get_by_role("button", name="Kernel (shap)")
    expect(kernel).to_be_visible()
    kernel.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Up to 134 rows, about 4 calls, about")
