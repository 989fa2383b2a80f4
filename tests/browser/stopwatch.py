"""How long a new user needs, in clicks and seconds: `python -m tests.browser.stopwatch`.

Starts the models and the app with some history, and walks three ways from an empty browser: to an explained answer, to
feedback with the right answer, and to what is wrong with a model and the cases that show it. Twice: right after the start, while
what explains answers still loads its libraries, and once it has.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import screenshots
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.started import started
from tests.browser.visit import SLOW, Visit

Way = Callable[[Visit], None]


def explained(visit: Visit) -> None:
    """From an empty browser to an answer and its reasons."""
    visit.page.goto("/")
    visit.ask("Penguins")
    visit.click(visit.predict_button())
    visit.why()


def truth(visit: Visit) -> None:
    """From the answer to the feedback that it was wrong, and what would have been right."""
    visit.click(visit.button("No"))
    visit.click(visit.page.locator('[class*="st-key-feedback_"]').get_by_text("Gentoo", exact=True))
    visit.click(visit.button("Send"))
    visit.page.get_by_text("Recorded: wrong").wait_for()


def wrong_cases(visit: Visit) -> None:
    """From Models to what is wrong with a model, and on to the cases that show it."""
    visit.page.goto("/")
    page = visit.page
    visit.click(page.get_by_test_id("stTopNavLink").filter(has_text="Health"))
    visit.click(page.get_by_role("link", name="penguins").first)
    visit.click(page.get_by_role("link", name="wrong cases").first)
    expect(page.locator(".mds-lines a").first).to_be_attached()
    assert len(page.context.pages) == 1, "the way leaves the tab"


def main() -> None:
    """Start everything, walk, and print what it took."""
    with started() as all_of_it:
        screenshots.ask_around(all_of_it.mds_url, all_of_it.database_url)
        for when in ("right after the start", "later"):
            for words, took in walked(all_of_it.base):
                print(json.dumps({"when": when, "way": words, **took}), flush=True)


def walked(base: str) -> Iterator[tuple[str, dict[str, float]]]:
    """The three ways, each with its clicks and seconds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_context(base_url=base).new_page()
        page.set_default_timeout(SLOW)
        for way in (explained, truth, wrong_cases):
            yield way.__name__, _timed(way, page)
        browser.close()


def _timed(way: Way, page: Page) -> dict[str, float]:
    visit, begun = Visit(page), time.monotonic()
    way(visit)
    return {"clicks": visit.clicks, "seconds": round(time.monotonic() - begun, 1)}


if __name__ == "__main__":
    main()
