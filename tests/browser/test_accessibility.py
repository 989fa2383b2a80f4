"""axe finds nothing serious or critical, and the whole path works from the keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.visit import Visit

# What Streamlit itself brings: rule -> why it is not ours to mend.
FROM_STREAMLIT: dict[str, str] = {}

SCREENS: dict[str, Callable[[Visit], object]] = {
    "models": lambda visit: visit.open().card("Breast cancer").wait_for(),
    "form": lambda visit: visit.open("/predict?model=demo/penguins").button("Clear").wait_for(),
    "answered": lambda visit: visit.open("/predict?model=demo/penguins").predict(),
    "explained": lambda visit: visit.open("/predict?model=demo/breast-cancer").predict().why(),
    "picture": lambda visit: visit.open("/predict?model=demo/digits").predict().why(),
    "recording": lambda visit: visit.open("/predict?model=demo/speech").predict(),
    "correction": lambda visit: _correcting(visit.open("/predict?model=demo/penguins").predict()),
    "failure": lambda visit: visit.open("/predict?model=demo/wine").predict(),
    "health": lambda visit: visit.open("/predict?model=demo/digits").predict().health(),
}


def _correcting(visit: Visit) -> None:
    visit.click(visit.button("No"))
    expect(visit.button("Send")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious(
    browser: Browser, app_url: str, screen: str, scheme: str
) -> None:
    context = browser.new_context(
        base_url=app_url,
        color_scheme=scheme,
        viewport={"width": 1280, "height": 900},  # type: ignore[arg-type]
    )
    visit = Visit(context.new_page())
    SCREENS[screen](visit)
    visit.settled()
    found = Axe().run(visit.page).response["violations"]
    serious = {
        f"{violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in found
        if violation["impact"] in ("serious", "critical") and violation["id"] not in FROM_STREAMLIT
        for node in violation["nodes"]
    }
    context.close()
    assert not serious, "\n".join(sorted(serious))


def test_the_whole_path_works_from_the_keyboard(page: Page) -> None:
    visit = Visit(page).open()
    visit.card("Breast cancer").wait_for()
    _tab_to(page, lambda: page.evaluate("document.activeElement.innerText") == "Ask")
    page.keyboard.press("Enter")
    page.get_by_role("spinbutton").first.wait_for()
    _tab_to(page, lambda: page.evaluate("document.activeElement.innerText.trim()").endswith("Predict")
            and page.evaluate("document.activeElement.tagName") == "BUTTON")  # fmt: skip
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Was this right?")).to_be_visible()
    _tab_to(page, lambda: page.evaluate("document.activeElement.innerText.trim()").endswith("Yes"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You called this answer right")).to_be_visible()


def _tab_to(page: Page, is_there: Callable[[], bool]) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if is_there():
            return
    raise AssertionError("the keyboard does not get there")
