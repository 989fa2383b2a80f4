"""axe finds nothing serious or critical, and the whole path works from the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit
from tests.browser.watched import watched

# What Streamlit itself brings: rule and selector -> why it is not ours to mend. Nothing, as of 1.67.
FROM_STREAMLIT: dict[tuple[str, str], str] = {}

SCREENS: dict[str, Callable[[Visit], object]] = {
    "models": lambda visit: visit.open().card("Breast cancer").wait_for(),
    "form": lambda visit: visit.open("/predict?model=demo/penguins").button("Clear").wait_for(),
    "answered": lambda visit: visit.open("/predict?model=demo/penguins").predict(),
    "explained": lambda visit: visit.open("/predict?model=demo/breast-cancer").predict().why(),
    "what if": lambda visit: _supposed(visit.open("/predict?model=demo/penguins").predict()),
    "picture": lambda visit: visit.open("/predict?model=demo/digits").predict().why(),
    "text": lambda visit: visit.open("/predict?model=demo/language-id").predict().why(),
    "recording": lambda visit: visit.open("/predict?model=demo/speech").predict().why(),
    "correction": lambda visit: _correcting(visit.open("/predict?model=demo/penguins").predict()),
    "failure": lambda visit: visit.open("/predict?model=demo/wine").predict(),
    "behaviour": lambda visit: _studied(visit.open("/behaviour?model=demo/penguins@v2")),
    "health": lambda visit: visit.open("/predict?model=demo/digits").predict().health(),
}


def _correcting(visit: Visit) -> None:
    visit.click(visit.button("No"))
    expect(visit.button("Send")).to_be_visible()


def _supposed(visit: Visit) -> None:
    """The smallest change is found, and open to be changed."""
    visit.click(visit.page.get_by_text("The smallest change", exact=True))
    visit.click(visit.button("Find the smallest change"))
    expect(visit.button("Open as scenario").first).to_be_visible(timeout=SLOW)
    visit.click(visit.button("Open as scenario").first)
    visit.click(visit.button("Ask what if"))
    expect(visit.page.get_by_text("Another answer.")).to_be_visible(timeout=SLOW)


def _studied(visit: Visit) -> None:
    visit.click(visit.page.get_by_role("button", name="Start"))
    visit.page.wait_for_url("**study=**", timeout=SLOW)
    expect(visit.page.get_by_text("This is how the model behaves")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious(browser: Browser, app_url: str, screen: str) -> None:
    size = {"width": 1280, "height": 900}
    with watched(browser, app_url, color_scheme="light", viewport=size) as page:
        visit = Visit(page)
        SCREENS[screen](visit)
        visit.settled()
        found = axe.in_both_schemes(page, FROM_STREAMLIT)
    assert not found, "\n".join(found)


def test_the_whole_path_works_from_the_keyboard(page: Page) -> None:
    visit = Visit(page).open()
    visit.card("Breast cancer").wait_for()
    _tab_to_and_press(page, "Ask")
    page.get_by_role("spinbutton").first.wait_for()
    visit.settled()
    _tab_to_and_press(page, "Predict")
    expect(page.get_by_role("heading", name="Was this right?")).to_be_visible()
    visit.settled()
    _tab_to_and_press(page, "What speaks for and against")
    expect(visit.explanation()).to_be_visible(timeout=SLOW)
    visit.settled()
    _tab_to_and_press(page, "Yes")
    expect(page.get_by_text("Recorded: right")).to_be_visible()


def _tab_to_and_press(page: Page, name: str) -> None:
    """An icon before the name is a word to the browser."""
    for _ in range(120):
        page.keyboard.press("Tab")
        tag, words = page.evaluate(
            "[document.activeElement.tagName, document.activeElement.innerText ?? '']"
        )
        if tag == "BUTTON" and words.strip().endswith(name):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not get to {name}")
