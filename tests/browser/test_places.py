"""What once stood in the wrong place: choices out of line, rings through words, a stage that scrolls."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import SLOW, Visit

_RING = "element => getComputedStyle(element).outlineStyle"
_SCROLLS = "main => main.scrollHeight > main.clientHeight"


def test_model_and_time_stand_in_line_in_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 720, "height": 900})
    Visit(page).open("/health")
    choice = page.locator(".st-key-health_choice")
    labels = [_top(choice.get_by_text(words, exact=True)) for words in ("Model", "Time")]
    assert abs(labels[0] - labels[1]) <= 2
    assert len({_top(each) for each in choice.get_by_role("radio").all()}) == 1


def test_the_ring_of_the_focus_is_around_the_words_of_a_heading(page: Page) -> None:
    Visit(page).open("/predict?model=demo/penguins").predict()
    page.keyboard.press("t")
    heading = page.get_by_role("heading", name="What if …?")
    expect(heading).to_be_focused()
    assert heading.evaluate(_RING) == "none"
    words = heading.locator("span").first
    assert words.evaluate(_RING) == "solid"
    around, form = words.bounding_box(), page.locator(".st-key-what_if_fields").bounding_box()
    assert around is not None
    assert form is not None
    assert around["y"] + around["height"] + 7 <= form["y"]  # the ring and its distance


def test_a_sound_with_its_reasons_fits_on_the_stage(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/speech").predict().why()
    expect(visit.button("Stop")).to_have_count(0, timeout=SLOW)
    page.set_viewport_size({"width": 1280, "height": 720})
    visit.open(f"/present?case={visit.case()}")
    expect(page.get_by_role("figure")).to_have_count(2)
    expect(page.get_by_text(re.compile("Recorded on"))).to_be_visible()
    assert not visit.settled().page.get_by_test_id("stMain").evaluate(_SCROLLS)


def _top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return round(box["y"])
