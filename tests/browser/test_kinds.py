"""Why, for texts, pictures and sounds: what is seen, heard and reached with the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import SLOW, Visit, until

DONE = "This is how the model behaves"
HOSTILE = "<b>lovely</b> <script>window.evil = 1</script> <img src=x onerror=window.evil=1> **good** :red[bad]"

# How long a player plays, once it knows.
_SECONDS = (
    "player => new Promise(done => player.duration ? done(player.duration)"
    " : player.addEventListener('loadedmetadata', () => done(player.duration)))"
)


def _asked(page: Page, model: str, text: str = "") -> Visit:
    visit = Visit(page).open(f"/predict?model=demo/{model}")
    if text:
        page.get_by_role("textbox", name="Text").fill(text)
    return visit.predict()


def _explained(visit: Visit, title: str, count: int = 1) -> Visit:
    """Ask for the explanation of this name, behind “Other methods” where it is there."""
    others = visit.page.get_by_text("Other methods", exact=True)
    button = visit.button(title)
    expect(button.or_(others).first).to_be_visible()
    if others.count() and not button.is_visible():
        others.first.click()
    button.click()
    expect(visit.page.get_by_text(DONE)).to_have_count(count, timeout=SLOW)
    expect(visit.button("Stop")).to_have_count(0)
    return visit.settled()


def _marked(page: Page) -> Locator:
    return page.get_by_test_id("marked")


def test_words_are_tinted_where_they_stand(page: Page) -> None:
    visit = _explained(_asked(page, "language-id"), "Which words matter")
    text = page.get_by_role("textbox", name="Text").input_value()
    shown = _marked(page)
    assert re.sub("[+−]", "", shown.inner_text()) == text
    expect(shown).to_have_attribute("role", "group")
    assert "The model says" in (shown.get_attribute("aria-label") or "")
    words = shown.locator("span[title]")
    assert words.count() >= 5
    assert re.match(r"[+−±]\d", words.first.get_attribute("title") or "")
    expect(visit.explanation().get_by_role("figure")).to_be_visible()
    copied = _marked(page).evaluate(
        "box => { getSelection().selectAllChildren(box); return getSelection().toString() }"
    )
    assert copied.strip() == text  # a copy has no signs in it
    _nothing_is_cut_off_on_a_phone(page)


def test_a_hostile_text_is_shown_as_it_is(page: Page) -> None:
    _explained(_asked(page, "sentiment", HOSTILE), "Which words matter")
    shown = _marked(page)
    assert re.sub("[+−]", "", shown.inner_text()) == HOSTILE
    assert shown.locator("script, img, b, strong").count() == 0
    assert page.evaluate("window.evil") is None


def test_a_label_without_a_number_is_explained_in_words(page: Page) -> None:
    visit = _explained(_asked(page, "sentiment", "What a lovely day."), "Which words matter")
    expect(visit.explanation()).to_contain_text("Without “lovely” it says neutral")
    tinted = _marked(page).locator("span[title]")
    expect(tinted).to_have_count(1)
    expect(tinted).to_have_attribute("title", "Without it the answer changes")


def test_a_text_of_twenty_thousand_characters_is_explained(page: Page) -> None:
    filler = "The parcel arrived on Tuesday and was put on the table in the hall. " * 150
    text = f"{filler}What a lovely view. {filler}"
    assert len(text) > 20_000
    visit = _explained(_asked(page, "sentiment", text), "Which words matter")
    expect(visit.explanation()).to_contain_text("“lovely”")
    assert len(_marked(page).inner_text()) >= len(text.strip())


def test_shares_and_a_rule_of_words(page: Page) -> None:
    visit = _asked(page, "sentiment", "What a lovely day, they said.")
    _explained(visit, "What each word adds")
    expect(page.get_by_text("The amounts add up")).to_be_visible()
    _explained(visit, "Words that are enough", count=2)
    expect(page.get_by_text("As long as the text contains “lovely”")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Tried on \d+ fresh ones"))).to_be_visible()


def test_the_colours_over_a_picture_follow_the_keyboard(page: Page) -> None:
    visit = _explained(_asked(page, "digits"), "Where the model looks")
    chart = visit.explanation().get_by_role("figure")
    expect(chart).to_have_accessible_name(re.compile(r"part 1 in the \w+"))
    # While it is drawn again, the old one is still there for a moment.
    heat = visit.explanation().locator(".heatmaplayer image").last
    cost = page.get_by_text(DONE).inner_text()
    before = heat.evaluate("image => getComputedStyle(image).opacity")
    strength = page.get_by_role("slider", name="Strength of the colours")
    strength.focus()
    for _ in range(4):
        strength.press("ArrowLeft")
    expect(strength).to_have_value("40")
    expect(heat).to_have_css("opacity", "0.4")
    assert before == "0.6"
    labels = visit.explanation().locator(".annotation")
    assert labels.count() > 1
    strongest = page.get_by_role("slider", name="Strongest parts shown")
    strongest.focus()
    strongest.press("Home")
    expect(labels).to_have_count(1)
    visit.settled()
    assert page.get_by_text(DONE).inner_text() == cost
    _nothing_is_cut_off_on_a_phone(page)


def test_parts_of_a_picture_that_are_enough(page: Page) -> None:
    visit = _explained(_asked(page, "digits"), "Parts that are enough")
    expect(page.get_by_text(re.compile("the model says|No few parts")).first).to_be_visible()
    picture = visit.explanation().get_by_role("img", name=re.compile("parts of the rule lit"))
    expect(picture).to_be_visible()


def test_a_stretch_of_a_sound_can_be_heard(page: Page) -> None:
    visit = _explained(_asked(page, "speech"), "Which moments matter")
    player = visit.explanation().locator("audio")
    whole = player.evaluate(_SECONDS)
    stretch = page.get_by_role("radiogroup", name="Listen to").get_by_role("radio").nth(1)
    found = re.match(r"([\d.]+) to ([\d.]+) s", stretch.inner_text())
    assert found is not None
    start, end = map(float, found.groups())
    before = player.get_attribute("src")
    stretch.click()
    expect(player).not_to_have_attribute("src", before or "")
    assert player.evaluate(_SECONDS) == pytest.approx(end - start, abs=0.11)
    assert whole > end - start
    _nothing_is_cut_off_on_a_phone(page)


def _nothing_is_cut_off_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    until(page, "document.documentElement.scrollWidth <= 420")
