"""What moves on a page without anybody pressing a key: layout shifts, as the browser itself reports them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.watched import PATIENCE

DESK: ViewportSize = {"width": 1440, "height": 900}
LAPTOP: ViewportSize = {"width": 1024, "height": 768}
PHONE: ViewportSize = {"width": 420, "height": 860}
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


def moved(page: Page) -> float:
    """The cumulative layout shift so far."""
    return float(page.evaluate("window.mdsShifts.reduce((sum, each) => sum + each.value, 0)"))
