"""What stands beside an explanation: other methods, unusual inputs, typical cases and their choice, similar cases."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.visit import Visit


def test_unusual_inputs_typical_cases_and_similar_cases(page: Page) -> None:
    visit = Visit(page)
    visit.open("/predict?model=demo/penguins@v1").settled()
    # No other visit asks this, so what is judged here is the most similar case.
    visit.type_number("Bill depth", "30.5").predict().say_yes()
    visit.type_number("Body mass", "9000").predict()
    expect(page.get_by_text("body mass = 9,000 g (higher than in all of them)")).to_be_visible()
    _other_methods_are_put_away_and_say_what_they_cost(page)
    page.get_by_text("Similar cases", exact=True).click()
    # Visits before this one may have left some, too.
    expect(page.get_by_text("most similar case")).to_contain_text(
        re.compile("called ([1-9]|it) right")
    )
    page.get_by_text("Compared with 25 examples of the model").click()
    visit.settled()  # the table in it is drawn now, and moves the link
    visit.click(page.get_by_role("link", name="Choose other typical cases"))
    expect(page.get_by_role("heading", name="What does the model take?")).to_be_visible()
    page.get_by_role("tab", name="Typical cases").click()
    expect(page.get_by_text("Currently: 25 examples of the model.")).to_be_visible()


def _other_methods_are_put_away_and_say_what_they_cost(page: Page) -> None:
    kernel = page.get_by_role("button", name="Kernel (shap)")
    expect(kernel).not_to_be_visible()
    page.get_by_role("button", name="Other methods").click()
    expect(kernel).to_be_visible()
    kernel.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Up to 134 rows, about 4 calls, about")
    page.keyboard.press("Escape")
