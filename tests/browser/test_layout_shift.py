"""Nothing moves while a page loads, in a browser that has nothing of it yet; and a page is shown also where that cannot be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.visit import Visit
from tests.browser.watched import PATIENCE

MOST = 0.1  # the cumulative layout shift up to which a page is good, by web.dev/articles/cls
LOADED = 0.05  # of a page that is hidden until it stands; 0.01 was measured
DESK: ViewportSize = {"width": 1440, "height": 900}
LAPTOP: ViewportSize = {"width": 1024, "height": 768}
PHONE: ViewportSize = {"width": 420, "height": 860}
PLACES = [
    *((path, DESK) for path in ("/", "/predict?model=demo/penguins", "/cases")),
    ("/inbox", LAPTOP),
    *((path, PHONE) for path in ("/", "/review")),
]
# The letters of the pages, behind the key that leads to one.
WAY = {"p": "/predict", "c": "/cases", "h": "/health", "m": "/"}
# Each shift that no press or key caused, with what moved and how many pixels.
_RECORDED = """
window.mdsShifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    if (shift.hadRecentInput) continue;
    const moved = shift.sources.map(({ node, previousRect: from, currentRect: to }) => {
      const element = node?.nodeType === 1 ? node : node?.parentElement;
      return `${element?.className || element?.tagName}: ${Math.round(to.x - from.x)}, ${Math.round(to.y - from.y)}`;
    });
    window.mdsShifts.push({ value: shift.value, at: Math.round(shift.startTime), moved });
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@contextmanager
def stranger(browser: Browser, base_url: str, size: ViewportSize) -> Iterator[Page]:
    """A page with an empty cache, and with motion, of which every shift is noted."""
    context = browser.new_context(base_url=base_url, viewport=size)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.add_init_script(_RECORDED)
    yield page
    context.close()


@pytest.mark.parametrize(("path", "size"), PLACES)
def test_nothing_moves_while_a_page_loads(
    browser: Browser, app_url: str, path: str, size: ViewportSize
) -> None:
    with stranger(browser, app_url, size) as page:
        Visit(page).open(path)
        page.wait_for_timeout(1_000)  # what comes late
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert _moved(page) <= LOADED, page.evaluate("window.mdsShifts")


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_nothing_moves_from_page_to_page(
    browser: Browser, app_url: str, size: ViewportSize
) -> None:
    with stranger(browser, app_url, size) as page:
        visit = Visit(page).open("/")
        for letter, path in WAY.items():
            page.evaluate("window.mdsShifts = []")
            page.keyboard.press("j")
            page.keyboard.press(letter)
            page.wait_for_url(lambda url, to=path: urlsplit(url).path == to)
            visit.settled()
            page.wait_for_timeout(1_000)
            assert _moved(page) <= MOST, (path, page.evaluate("window.mdsShifts"))


def _moved(page: Page) -> float:
    """The cumulative layout shift so far."""
    return float(page.evaluate("window.mdsShifts.reduce((sum, each) => sum + each.value, 0)"))


def test_a_page_whose_scripts_do_not_come_is_shown_all_the_same(
    browser: Browser, app_url: str
) -> None:
    with stranger(browser, app_url, DESK) as page:
        page.route("**/BidiComponent*.js", lambda route: route.abort())
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
