"""`python -m tests.browser.phones [FOLDER]`: two phones vote on a stage, in a real browser; by hand.

A presenter lets the audience in with A; two phones of 390 px scan the code (open its link), vote right and wrong, and one
changes its mind; the stage draws it. One of them asks the model itself. Keeps pictures of all three in FOLDER.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from db.engine import close, make_sessions
from mds_client import MdsClient, Server
from tests.browser import every_page
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.started import started
from tests.browser.visit import Visit
from tests.browser.watched import ports


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    (audience,) = ports(1)
    own = {"MDS_AUDIENCE_HOST": "127.0.0.1", "MDS_AUDIENCE_PORT": str(audience)}
    with started(**own) as found, sync_playwright() as playwright:
        sessions = make_sessions(found.database_url)
        with MdsClient(Server(name="demo", url=found.mds_url)) as client:
            known = every_page.made(sessions, client)
        close(sessions)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        _vote(browser, f"{found.base}/present?show={known.show_id}", target)
        browser.close()


def _vote(browser: Browser, stage_url: str, target: Path) -> None:
    stage = browser.new_page(viewport={"width": 1280, "height": 720})
    visit = Visit(stage).open(stage_url)
    stage.get_by_text("Live from the server").wait_for()
    visit.settled()
    stage.keyboard.press("a")
    link = stage.locator(".stage-link")
    link.wait_for()
    address = f"http://{link.inner_text()}"
    phones = [_phone(browser, address) for _ in range(2)]
    for phone, word in zip(phones, ("Right", "Wrong"), strict=True):
        phone.get_by_role("button", name=word, exact=True).click()
        expect(phone.get_by_text(f"You voted: {word.lower()}.")).to_be_visible()
    expect(stage.get_by_text("2 votes, live")).to_be_visible()
    stage.screenshot(path=target / "stage-two-votes.png")
    phones[1].get_by_role("button", name="Right", exact=True).click()
    expect(stage.locator(".stage-votes")).to_contain_text("Right2Wrong0")
    phones[0].screenshot(path=target / "phone-voted.png")
    phones[1].get_by_role("link", name="Try the model yourself").click()
    phones[1].get_by_role("button", name="Ask the model").click()
    expect(phones[1].locator(".answer")).to_be_visible()
    phones[1].screenshot(path=target / "phone-asked.png")
    stage.keyboard.press("ArrowRight")
    stage.get_by_text("Case 2 of 2").wait_for()
    expect(phones[0].get_by_text("Case 2 of 2")).to_be_visible()
    print("two phones voted, one changed its mind, one asked the model, both followed the stage")


def _phone(browser: Browser, address: str) -> Page:
    phone = browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True).new_page()
    phone.goto(address)
    return phone


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path("var") / "phones")
