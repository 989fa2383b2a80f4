"""Nothing moves while a page loads, in a browser that has nothing of it yet; and a page is shown also where that cannot be told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.shifts import DESK, LAPTOP, PHONE, moved, stranger
from tests.browser.visit import Visit

LOADED = 0.05  # of a page that is hidden until it stands; 0.01 was measured
PLACES = [
    *((path, DESK) for path in ("/", "/predict?model=demo/penguins", "/cases")),
    ("/inbox", LAPTOP),
    *((path, PHONE) for path in ("/", "/review")),
]


@pytest.mark.parametrize(("path", "size"), PLACES)
def test_nothing_moves_while_a_page_loads(
    browser: Browser, app_url: str, path: str, size: ViewportSize
) -> None:
    with stranger(browser, app_url, size) as page:
        Visit(page).open(path)
        page.wait_for_timeout(1_000)  # what comes late
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert moved(page) <= LOADED, page.evaluate("window.mdsShifts")


def test_a_page_whose_scripts_do_not_come_is_shown_all_the_same(
    browser: Browser, app_url: str
) -> None:
    with stranger(browser, app_url, DESK) as page:
        page.route("**/BidiComponent*.js", lambda route: route.abort())
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
