"""What was typed and not sent survives a reload, in this browser alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Frames, Visit, until


def _bill(page: Page) -> Locator:
    return page.get_by_role("spinbutton", name="Bill length (mm)")


def _kept(text: str) -> str:
    return f"JSON.stringify(localStorage).includes('{text}')"


def test_a_draft_comes_back_after_a_reload_and_goes_when_it_is_sent(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    box = _bill(page)
    expect(box).to_be_visible()
    visit.settled().watched_by_drafts()
    box.fill("51.5")
    box.blur()
    page.get_by_role("radio", name="Biscoe").click()
    expect(page.get_by_role("radio", name="Biscoe")).to_be_checked()
    until(page, _kept("51.5"))
    until(page, _kept("Biscoe"))
    page.reload()
    expect(page.get_by_text("Your draft is back")).to_be_visible()
    expect(page.get_by_text("Your draft is in the form.")).to_be_visible()
    expect(box).to_have_value("51.5")
    expect(page.get_by_role("radio", name="Biscoe")).to_be_checked()
    visit.predict()
    until(page, "!" + _kept("51.5"))
    page.goto(page.url.split("?")[0] + "?model=demo/penguins@v2")
    expect(box).to_be_visible()
    visit.settled()
    expect(page.get_by_text("Your draft is back")).to_have_count(0)


def test_typing_asks_the_server_nothing(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    visit.settled().value_of(_bill(page))
    visit.watched_by_drafts()
    frames = Frames(page)
    _bill(page).press_sequentially("1234", delay=50)
    until(page, _kept("1234"))
    page.wait_for_timeout(500)
    assert frames.sent == 0
