"""The whole path works from the keyboard. What axe says of a screen is asked where a test comes to it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit, until


def test_the_whole_path_works_from_the_keyboard(page: Page) -> None:
    visit = Visit(page).open()
    visit.card("Breast cancer").wait_for()
    visit.settled()
    _tab_to_and_press(page, "Ask Breast cancer")
    page.get_by_role("spinbutton").first.wait_for()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page).to_have_title("Breast cancer · Predict")
    visit.settled()
    _tab_to_and_press(page, "Predict")
    expect(page.get_by_role("heading", name="Was this right?")).to_be_visible()
    expect(visit.headline()).to_be_focused()
    said = page.get_by_role("status").filter(has_text="The answer: ")
    expect(said).to_contain_text(visit.answer())
    visit.settled()
    _tab_to_and_press(page, "What speaks for and against")
    found = page.locator('[class*="st-key-found_"]').filter(has=page.locator(":focus"))
    is_there = found.or_(page.locator('[class*="st-key-found_"]:focus')).first
    expect(is_there).to_be_visible()  # where it is on its way
    expect(visit.explanation()).to_be_visible(timeout=SLOW)
    expect(visit.button("Stop")).to_have_count(0, timeout=SLOW)  # what came first was rough
    expect(is_there).to_contain_text("This is how the model behaves")
    block = page.locator('[class*="st-key-found_"]:focus')
    expect(block).to_have_role("group")
    expect(block).to_have_accessible_name(re.compile("likely to be"))  # not "on its way" any more
    axe.finds_nothing_serious(page, "an explained answer to thirty numbers")
    _tab_to_and_press(page, "Yes")
    expect(page.get_by_text("Recorded: right").first).to_be_visible()
    expect(page.get_by_role("heading", name="Was this right?")).to_be_focused()
    visit.settled()
    _tab_to_and_press(page, "Change")
    form = page.locator('[class*="st-key-feedback_"][class*="_open"]')
    expect(form).to_be_focused()
    expect(form).to_have_role("group")  # no block without a name
    expect(form).to_have_accessible_name("Right: say more, then press Send.")
    expect(page.get_by_role("status").filter(has_text="Right: say more")).to_have_count(
        0
    )  # not twice


def test_with_less_motion_what_says_nothing_of_its_motion_has_none(page: Page) -> None:
    """A duration for every element alone would let words glide from one colour to the next, thousands at once."""
    Visit(page).open()
    page.evaluate(
        "window.glided = []; document.addEventListener('transitionrun', event => glided.push(event.target.localName))"
    )
    axe.put_into(page, "dark")
    assert not {"p", "h1", "h3"} & set(page.evaluate("window.glided"))


def test_the_focus_goes_to_what_took_the_place_of_what_had_it(page: Page) -> None:
    """Streamlit may draw an element anew right after it had got the focus."""
    visit = Visit(page).open("/predict?model=demo/penguins")
    visit.predict()
    expect(visit.headline()).to_be_focused()
    visit.headline().evaluate("each => each.replaceWith(each.cloneNode(true))")
    expect(visit.headline()).to_be_focused()
    asked = page.get_by_role("heading", name="Was this right?")
    yes = visit.button("Yes")
    yes.focus()
    page.keyboard.press("Shift")  # somebody goes on
    yes.evaluate("each => each.remove()")  # as what was pressed and is not offered any more
    expect(asked).to_be_focused()


def test_a_form_that_is_sent_from_within_a_box_leads_to_its_answer(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins")
    assert _presses_to_predict(page) <= 12
    box = page.get_by_role("spinbutton").first
    box.press("F1")
    expect(page.get_by_role("button", name=re.compile("^Help for Bill length"))).to_be_focused()
    box.press("Enter")
    expect(visit.headline()).to_be_focused(timeout=SLOW)
    page.keyboard.press("p")
    page.wait_for_url("**/present?case=*")


def test_the_answer_is_in_sight_where_it_is_narrow_and_above_its_reasons(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins")
    # A phone, and 1440 pixels at 200 %.
    for width, height, value in ((420, 860, "44.1"), (720, 450, "45.2")):
        page.set_viewport_size({"width": width, "height": height})
        visit.settled()
        boxes = page.get_by_test_id("stForm").get_by_role("spinbutton")
        lefts = boxes.evaluate_all("all => all.map(each => each.getBoundingClientRect().left)")
        assert len(lefts) == 5
        assert len(set(lefts)) == 1
        boxes.first.fill(value)
        visit.predict()
        expect(visit.headline()).to_be_focused()
        expect(visit.headline()).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1440, "height": 900})
    visit.settled()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    visit.click(visit.button("What speaks for and against"))
    expect(visit.explanation()).to_contain_text("This is how the model behaves", timeout=SLOW)
    visit.settled()
    expect(visit.headline()).to_be_in_viewport(ratio=1)
    top = page.locator(".st-key-found_shapley").evaluate("it => it.getBoundingClientRect().top")
    assert top < 900 - 160


def test_the_focus_stays_near_a_button_that_is_gone_once_it_was_pressed(page: Page) -> None:
    visit = Visit(page).open("/health?period=tomorrow")
    visit.button("Remove it").focus()
    page.keyboard.press("Enter")
    expect(visit.button("Remove it")).to_have_count(0)
    visit.settled()
    until(page, "document.activeElement !== document.body")
    assert page.evaluate("document.activeElement.closest('[data-testid=stMain]') !== null")


_ALIKE = """() => document.querySelector('[data-testid="stMainBlockContainer"]').insertAdjacentHTML('beforeend',
    ['Torgersen', 'Biscoe'].map((island) => `<p>${island} <button>Only these</button></p>`).join(''))"""


def test_every_stop_has_a_name_and_what_opens_or_is_chosen_has_the_focus(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins").predict()
    visit.open("/cases")
    expect(page.get_by_role("main")).to_have_accessible_name("What was asked?")
    opens = page.locator(".st-key-cases_show button")
    opens.press("Enter")
    expect(page.get_by_role("dialog", name="Make a show")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opens).to_be_focused()
    page.evaluate(_ALIKE)
    for island in ("Torgersen", "Biscoe"):
        expect(visit.button(f"Only these: {island}")).to_be_visible()
    page.get_by_role("group", name="Cases, the newest first. Choose a row").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=gridcell]:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/case?id=*")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_the_focus_goes_to_the_title_where_the_page_is_about_something_else_now(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins")
    clear = visit.button("Clear")
    clear.focus()
    title = page.get_by_role("heading", level=1)
    title.evaluate("each => { each.textContent = 'Another model' }")
    clear.evaluate("each => each.remove()")
    expect(title).to_be_focused()


# Presses of Tab are told apart by what has the focus then. An icon beside the name is a word to the browser.
_FOCUSED = "() => [document.activeElement.tagName, document.activeElement.innerText ?? '']"


def _presses_to_predict(page: Page) -> int:
    """From the top of the page, past its navigation."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the question")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for count in range(2, 60):
        page.keyboard.press("Tab")
        tag, words = page.evaluate(_FOCUSED)
        if tag == "BUTTON" and words.endswith("Predict"):
            return count
    raise AssertionError("the keyboard does not get to Predict")


def _tab_to_and_press(page: Page, name: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        tag, words = page.evaluate(_FOCUSED)
        if tag == "BUTTON" and re.search(rf"(^|\s){re.escape(name)}(\s|$)", words):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not get to {name}")


def test_what_is_open_can_be_read_in_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    visit = Visit(page).open("/predict?model=demo/penguins")
    visit.predict()
    visit.open("/health?model=demo/penguins")
    opens = page.get_by_role("button", name="Accept as normal", exact=True)
    opens.click()
    expect(page.get_by_role("button", name="Accept as normal …")).to_be_visible()
    axe.finds_nothing_serious(page, "the open box of what is accepted, in the dark")
    page.mouse.move(0, 0)
    expect(opens).to_have_attribute("aria-expanded", "true")
    axe.finds_nothing_serious(page, "the same without the pointer")
