"""What was typed and not sent survives another page and a reload, in this browser alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Frames, Visit, until


def _bill(page: Page) -> Locator:
    return page.get_by_role("spinbutton", name="Bill length (mm)")


def _kept(text: str) -> str:
    return f"JSON.stringify(localStorage).includes('{text}')"


def test_a_draft_comes_back_after_another_page_and_a_reload_and_goes_when_it_is_sent(
    page: Page,
) -> None:
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
    page.get_by_role("link", name="Models").first.click()
    expect(page.get_by_role("button", name="Ask Wine")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Your draft is back")).to_be_visible()
    expect(box).to_have_value("51.5")
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


def test_a_hostile_draft_breaks_nothing_and_clear_takes_it_away(page: Page) -> None:
    """What the browser keeps may be anything: another page of the same host can write there."""
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    box = _bill(page)
    expect(box).not_to_have_value("")
    visit.settled().watched_by_drafts()
    box.fill("51.5")
    box.blur()
    until(page, _kept("51.5"))
    page.evaluate("""() => {
        const hostile = JSON.stringify({saved: Date.now(), values: {
            bill_length_mm: "<img src=x onerror=alert(1)>", island: "no such", year: "1e999", sex: {a: [1]}}});
        Object.keys(localStorage).filter((key) => key.startsWith("mds-draft:"))
            .forEach((key) => localStorage.setItem(key, hostile));
        localStorage.setItem("mds-draft:broken", "{");
        localStorage.setItem("mds-draft:null", "null");
    }""")
    page.reload()
    expect(box).not_to_have_value("")
    visit.settled()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(box).to_have_value("")
    until(page, "!" + _kept("onerror"))
    visit.watched_by_drafts()  # a broken entry does not stop what is typed from being kept
    box.fill("47.25")
    box.blur()
    until(page, _kept("47.25"))
