"""What was typed and not sent survives a reload, in this browser alone."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Visit


def _bill(page: Page) -> Locator:
    return page.get_by_role("spinbutton", name="Bill length (mm)")


def _is_kept(page: Page, text: str) -> bool:
    kept = page.evaluate("JSON.stringify(localStorage)")
    return text in kept


def _wait_until_kept(page: Page, text: str) -> None:
    for _ in range(40):
        if _is_kept(page, text):
            return
        time.sleep(0.1)
    raise AssertionError(f"{text!r} is not kept")


def test_a_draft_comes_back_after_a_reload_and_goes_when_it_is_sent(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    box = _bill(page)
    expect(box).to_be_visible()
    visit.settled().watched_by_drafts()
    box.fill("51.5")
    box.blur()
    page.get_by_role("radio", name="Biscoe").click()
    expect(page.get_by_role("radio", name="Biscoe")).to_be_checked()
    _wait_until_kept(page, "51.5")
    _wait_until_kept(page, "Biscoe")
    page.reload()
    expect(page.get_by_text("Your draft is back")).to_be_visible()
    expect(page.get_by_text("Your draft is in the form.")).to_be_visible()
    expect(box).to_have_value("51.5")
    expect(page.get_by_role("radio", name="Biscoe")).to_be_checked()
    visit.predict()
    page.wait_for_timeout(500)
    assert not _is_kept(page, "51.5")
    page.goto(page.url.split("?")[0] + "?model=demo/penguins@v2")
    expect(box).to_be_visible()
    visit.settled()
    expect(page.get_by_text("Your draft is back")).to_have_count(0)


def test_typing_asks_the_server_nothing(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    expect(_bill(page)).to_be_visible()
    visit.settled()
    page.wait_for_timeout(1000)
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    expect(_bill(page)).to_be_visible()
    visit.settled()
    page.wait_for_timeout(1500)
    before = len(sent)
    _bill(page).press_sequentially("1234", delay=50)
    page.wait_for_timeout(1000)
    assert len(sent) == before


def test_an_example_has_a_link_of_its_own(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    expect(page.get_by_text("Example 1 of")).to_be_visible()
    expect(_bill(page)).not_to_have_value("")  # a number is drawn a moment after its field
    first = _bill(page).input_value()
    visit.click(page.get_by_role("button", name="Another example"))
    expect(page.get_by_text("Example 2 of")).to_be_visible()
    expect(_bill(page)).not_to_have_value(first)
    assert "example=2" in page.url
    value = _bill(page).input_value()
    page.reload()
    expect(page.get_by_text("Example 2 of")).to_be_visible()
    expect(_bill(page)).to_have_value(value)
