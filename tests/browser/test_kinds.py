"""Why, for texts, pictures and sounds: what is seen, heard and reached with the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.visit import SLOW, Visit, until

DONE = "This is how the model behaves"
HOSTILE = "<b>lovely</b> <script>window.evil = 1</script> <img src=x onerror=window.evil=1> **good** :red[bad]"

# How long a player plays, once it knows.
_SECONDS = (
    "player => new Promise(done => player.duration ? done(player.duration)"
    " : player.addEventListener('loadedmetadata', () => done(player.duration)))"
)


def _asked(page: Page, model: str) -> Visit:
    return Visit(page).open(f"/predict?model=demo/{model}").predict()


def _asked_about(visit: Visit, text: str) -> Visit:
    visit.page.get_by_role("textbox", name="Text").fill(text)
    return visit.predict()


def _explained(visit: Visit, title: str, count: int = 1) -> Visit:
    """Ask for the explanation of this name, behind “Other methods” where it is there."""
    others = visit.page.get_by_text("Other methods", exact=True)
    button = visit.button(title)
    expect(button.or_(others).first).to_be_visible()
    if not visit.settled().button(title).is_visible():
        others.first.click()
    button.click()
    expect(visit.page.get_by_text(DONE)).to_have_count(count, timeout=SLOW)
    expect(visit.button("Stop")).to_have_count(0, timeout=SLOW)
    return visit.settled()


def _marked(page: Page) -> Locator:
    return page.get_by_test_id("marked")


def _shown_text(page: Page) -> str:
    """The text that is tinted, without its signs."""
    return re.sub("[+−]", "", Visit(page).words_of(_marked(page)))


def test_words_are_tinted_where_they_stand(page: Page) -> None:
    visit = _explained(_asked(page, "language-id"), "Which words matter")
    text = visit.value_of(page.get_by_role("textbox", name="Text"))
    shown = _marked(page)
    assert _shown_text(page) == text
    expect(shown).to_have_attribute("role", "group")
    expect(shown).to_have_accessible_name(re.compile("The model says"))
    words = shown.locator("span[title]")
    expect(words.nth(4)).to_be_visible()
    expect(words.first).to_have_attribute("title", re.compile(r"^[+−±]\d"))
    expect(visit.explanation().get_by_role("figure")).to_be_visible()
    copied = shown.evaluate(
        "box => { getSelection().selectAllChildren(box); return getSelection().toString() }"
    )
    assert copied.strip() == text  # a copy has no signs in it
    axe.finds_nothing_serious(page, "an explained text")
    _nothing_is_cut_off_on_a_phone(page)


def test_texts_of_every_kind_are_explained_word_by_word(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/sentiment")
    _asked_about(visit, "What a horrible, awful, disgusting day")
    expect(visit.headline()).to_have_text("negative")
    _a_hostile_text_is_shown_as_it_is(visit)
    _a_label_without_a_number_is_explained_in_words(visit)
    _shares_and_a_rule_of_words(visit)
    _a_text_of_twenty_thousand_characters_is_explained(visit)


def _a_hostile_text_is_shown_as_it_is(visit: Visit) -> None:
    page = visit.page
    _explained(_asked_about(visit, HOSTILE), "Which words matter")
    assert _shown_text(page) == HOSTILE
    expect(_marked(page).locator("script, img, b, strong")).to_have_count(0)
    assert page.evaluate("() => window.evil") is None


def _a_label_without_a_number_is_explained_in_words(visit: Visit) -> None:
    _explained(_asked_about(visit, "What a lovely day."), "Which words matter")
    expect(visit.explanation()).to_contain_text("Without “lovely” it says neutral")
    tinted = _marked(visit.page).locator("span[title]")
    expect(tinted).to_have_count(1)
    expect(tinted).to_have_attribute("title", "Without it the answer changes")


def _a_text_of_twenty_thousand_characters_is_explained(visit: Visit) -> None:
    filler = "The parcel arrived on Tuesday and was put on the table in the hall. " * 150
    text = f"{filler}What a lovely view. {filler}"
    assert len(text) > 20_000
    _explained(_asked_about(visit, text), "Which words matter")
    expect(visit.explanation()).to_contain_text("“lovely”")
    assert len(visit.words_of(_marked(visit.page))) >= len(text.strip())


def _shares_and_a_rule_of_words(visit: Visit) -> None:
    page = visit.page
    _asked_about(visit, "What a lovely day, they said.")
    _explained(visit, "What each word adds")
    expect(page.get_by_text("The amounts add up")).to_be_visible()
    _explained(visit, "Words that are enough", count=2)
    lovely = page.get_by_role("paragraph").filter(has_text="As long as the text contains “lovely”")
    expect(lovely).to_be_visible()
    expect(page.get_by_text(re.compile(r"Tried on \d+ fresh ones"))).to_be_visible()


def test_a_picture_is_explained_by_colours_and_by_parts_that_are_enough(page: Page) -> None:
    visit = _explained(_asked(page, "digits"), "Which parts matter")
    _the_colours_follow_the_keyboard(visit)
    _explained(visit, "Parts that are enough", count=2)
    expect(page.get_by_text(re.compile("the model says|No few parts")).first).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("parts of the rule lit"))).to_be_visible()
    axe.finds_nothing_serious(page, "an explained picture")
    _nothing_is_cut_off_on_a_phone(page)


def _the_colours_follow_the_keyboard(visit: Visit) -> None:
    page = visit.page
    chart = visit.explanation().get_by_role("figure")
    expect(chart).to_have_accessible_name(re.compile(r"part 1 in the \w+"))
    # While it is drawn again, the old one is still there for a moment.
    heat = visit.explanation().locator(".heatmaplayer image").last
    expect(heat).to_have_css("opacity", "0.6")
    cost = visit.words_of(page.get_by_text(DONE))
    strength = page.get_by_role("slider", name="Strength of the colours")
    strength.focus()
    for _ in range(4):
        strength.press("ArrowLeft")
    expect(strength).to_have_value("40")
    expect(heat).to_have_css("opacity", "0.4")
    labels = visit.explanation().locator(".annotation")
    expect(labels.nth(1)).to_be_attached()
    strongest = page.get_by_role("slider", name="Strongest parts shown")
    strongest.focus()
    strongest.press("Home")
    expect(labels).to_have_count(1)
    visit.settled()
    expect(page.get_by_text(DONE)).to_have_text(cost)


def test_a_stretch_of_a_sound_can_be_heard(page: Page) -> None:
    visit = _explained(_asked(page, "speech"), "Which moments matter")
    player = visit.explanation().locator("audio")
    expect(player).to_have_attribute("src", re.compile("."))
    whole = player.evaluate(_SECONDS)
    stretch = page.get_by_role("radiogroup", name="Listen to").get_by_role("radio").nth(1)
    found = re.match(r"([\d.]+) to ([\d.]+) s", visit.words_of(stretch))
    assert found is not None
    start, end = map(float, found.groups())
    before = player.get_attribute("src")
    stretch.click()
    expect(player).not_to_have_attribute("src", before or "")
    assert player.evaluate(_SECONDS) == pytest.approx(end - start, abs=0.11)
    assert whole > end - start
    axe.finds_nothing_serious(page, "an explained recording")
    _nothing_is_cut_off_on_a_phone(page)


def _nothing_is_cut_off_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    until(page, "document.documentElement.scrollWidth <= 420")
