"""How far pages move while somebody goes from one to the next: the cumulative layout shift, in a real browser.

`python -m benchmarks.layout_shift` starts the embedded MDS and the app, goes with the keys from Models to Predict, Cases, Health and
back, at the width of a desk, a laptop and a phone, and prints the shift of each step. What a page moves depends on how quickly its
parts arrive, and so on the machine: whatever nobody's key caused counts. Each page is checked to be the one that the key leads to.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from benchmarks.figures import record, right
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.shifts import DESK, LAPTOP, PHONE, moved, stranger
from tests.browser.started import started
from tests.browser.visit import Visit

GOOD = 0.1  # up to which a page is good, by web.dev/articles/cls
# The letters of the pages behind the key that leads to one.
WAY = {"p": "/predict", "c": "/cases", "h": "/health", "m": "/"}
LATE_MS = 1_000  # so long what comes late is waited for


def main() -> None:
    print(f"{'cumulative layout shift':30}" + "".join(f"{path:>12}" for path in WAY.values()))
    with started() as found, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        most = max(_measure(browser, found.base, size) for size in (DESK, LAPTOP, PHONE))
        browser.close()
    print(f"target: at most {GOOD}; the most was {most:.3f}")


def _measure(browser: Browser, base: str, size: ViewportSize) -> float:
    shifts = []
    with stranger(browser, base, size) as page:
        visit = Visit(page).open("/")
        for letter, path in WAY.items():
            page.evaluate("window.mdsShifts = []")
            page.keyboard.press("j")
            page.keyboard.press(letter)
            page.wait_for_url(lambda url, to=path: urlsplit(url).path == to)
            visit.settled()
            page.wait_for_timeout(LATE_MS)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            right(urlsplit(page.url).path == path, f"{path} became {page.url}")
            shifts.append(moved(page))
    print(f"{size['width']:>4} px{'':23}" + "".join(f"{shift:>12.3f}" for shift in shifts))
    figures = {path.strip("/") or "models": s for path, s in zip(WAY.values(), shifts, strict=True)}
    record("layout_shift", f"{size['width']} px", **figures)
    return max(shifts)


if __name__ == "__main__":
    main()
