"""Who is new takes the tour, from Models to Cases; the keys do the same, and one key lists them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit

PHONE: ViewportSize = {"width": 420, "height": 800}
# What a step of the tour is about lies neither under the header nor under the card.
_STANDS_CLEAR = """() => {
  const found = document.querySelector('.mds-tour-here')?.getBoundingClientRect();
  const header = document.querySelector('[data-testid="stHeader"]').getBoundingClientRect();
  const parts = [...document.querySelectorAll('*')].map((each) => each.shadowRoot?.querySelector('[aria-label=Tour]'));
  const card = parts.find(Boolean).getBoundingClientRect();
  return found && found.top >= header.bottom + 8 && found.bottom <= card.top - 8;
}"""


def test_the_tour_goes_the_whole_way_and_is_remembered(page: Page) -> None:
    visit = Visit(page).open()
    visit.click(visit.button("Take the tour"))
    tour = page.get_by_role("region", name="Tour")
    step, following = tour.get_by_role("heading"), tour.get_by_role("button", name="Next")
    expect(step).to_be_focused()
    axe.finds_nothing_serious(page, "the tour")
    for words in ("Ask it", "Read the answer", "Ask why"):
        following.click()
        expect(step).to_have_text(words)
    following.click()
    expect(step).to_have_text("Say whether it was right", timeout=SLOW)
    expect(visit.explanation()).to_be_visible()
    page.reload()  # it goes on where it was
    expect(step).to_have_text("Say whether it was right")
    expect(visit.explanation()).to_be_visible()
    visit.settled()
    wide = page.viewport_size
    page.set_viewport_size(PHONE)
    page.wait_for_function(_STANDS_CLEAR)
    following.click()
    expect(page.locator(".mds-tour-here")).to_have_accessible_name("Expand sidebar")  # the pages
    page.set_viewport_size(wide or PHONE)
    expect(page.locator(".mds-tour-here")).to_have_accessible_name("Health")
    tour.get_by_role("button", name="Done").click()
    expect(tour).to_be_hidden()
    title = page.get_by_test_id("stMain").get_by_role("heading", level=1)
    expect(title).to_be_focused()
    title.evaluate("it => { it.hidden = true; setTimeout(() => (it.hidden = false), 300); }")
    expect(title).to_be_hidden()  # as while a page is drawn, and has the focus no more
    expect(title).to_be_focused()
    _keys(visit)


def test_the_tour_sees_what_came_before_it_looked(page: Page) -> None:
    """It looks now and then: an answer that is there before the first look at a step was missed, and the step stayed."""
    page.add_init_script(
        "const every = window.setInterval; window.setInterval = (does, ms, ...all) => every(does, ms === 300 ? 3000 : ms, ...all);"
    )
    visit = Visit(page).open()
    visit.click(visit.button("Take the tour"))
    tour = page.get_by_role("region", name="Tour")
    step, following = tour.get_by_role("heading"), tour.get_by_role("button", name="Next")
    following.click()
    expect(step).to_have_text("Ask it")
    following.click()
    expect(step).to_have_text("Read the answer", timeout=15_000)


def test_a_key_is_heard_while_another_is_still_down(page: Page) -> None:
    """Who types fast has the next key down before the last is up; keys of Streamlit's own buttons are lost then."""
    visit = Visit(page).open("/predict?model=demo/penguins").predict()
    page.keyboard.down("z")
    page.keyboard.press("p")
    page.wait_for_url("**/present?case=*")
    visit.settled()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")  # closes the list alone
    expect(keys).to_be_hidden()
    visit.settled()
    expect(page).to_have_url(re.compile("/present"))
    page.keyboard.press("Escape")  # a key of Streamlit's
    page.wait_for_url(lambda url: "/present" not in url)
    page.keyboard.up("z")


def test_an_address_without_a_page_says_so(page: Page) -> None:
    visit = Visit(page).open("/nonsense")
    told = page.locator(".st-key-no_page")
    expect(told.get_by_role("alert")).to_contain_text("There is no page at this address")
    axe.finds_nothing_serious(page, "an address without a page")
    visit.click(told.get_by_role("link", name="Cases"))
    page.wait_for_url("**/cases")
    expect(told).to_have_count(0)


def _keys(visit: Visit) -> None:
    page = visit.settled().page
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Why: the first explanation")
    axe.finds_nothing_serious(page, "the keys")
    _switched_off(visit, keys)
    page.keyboard.press("y")
    expect(page.get_by_text("Recorded: right")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("w")  # no link in sight: Shows stands behind More
    expect(page.get_by_role("heading", name="What do you present?")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("m")
    visit.card("Penguins").wait_for()
    expect(visit.settled().button("Take the tour")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search the models")).to_be_focused()
    page.keyboard.type("j?m")  # no key while somebody types
    expect(page.get_by_role("searchbox", name="Search the models")).to_have_value("j?m")


def _switched_off(visit: Visit, keys: Locator) -> None:
    """Single keys are switched off in their list, which the browser remembers, and on again on You."""
    page = visit.page
    keys.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    visit.settled()
    for key in ("y", "j", "m", "?"):
        page.keyboard.press(key)
    expect(visit.reload().button("Yes")).to_be_visible()  # not pressed, and no other page
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.get_by_test_id("stTopNavLink").filter(has_text="You").click()
    switch = page.get_by_role("switch", name="Single keys")
    expect(visit.settled().page.get_by_role("heading", level=1)).to_have_text("Who is asking?")
    expect(switch).not_to_be_checked()
    page.get_by_test_id("stCheckbox").filter(has_text="Single keys").locator("label").click()
    expect(switch).to_be_checked()
    visit.settled()
    page.go_back()
    expect(visit.settled().button("Yes")).to_be_visible()
