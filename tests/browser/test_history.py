"""Back shows what was there, in one press for each step; an answer follows a slider in time, and the last value counts."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import sliders
from tests.browser.visit import Visit, until

IN_TIME = 300  # milliseconds
_PRESSES = 8


def test_each_answer_is_one_step_that_back_takes_back_and_forward_brings_again(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/diabetes-progress")
    length, began = _length(page), page.url
    visit.watched_by_drafts().type_number("Body mass index", "41").predict()
    first, answer = visit.case(), visit.answer()
    visit.click(visit.button("Another example")).settled().predict()
    second, other = visit.case(), visit.answer()
    assert other != answer
    box = page.get_by_role("spinbutton", name="Body mass index")
    assert _length(page) == length + 2  # the second answer took the place of the other example
    visit.type_number("Body mass index", "44")
    until(page, "JSON.stringify(localStorage).includes('44')")

    page.go_back()
    expect(visit.headline()).to_have_text(answer)
    expect(box).to_have_value("41")
    assert visit.settled().case() == first
    assert "example" not in page.url
    expect(page).to_have_title("Diabetes progression · Predict")
    page.go_back()
    expect(page.get_by_text("Press Predict to ask the model.")).to_be_visible()
    expect(box).to_have_value("41")  # what was asked
    assert visit.settled().page.url == began
    page.go_forward()
    expect(visit.headline()).to_have_text(answer)
    visit.settled()
    page.go_forward()
    expect(visit.headline()).to_have_text(other)
    expect(box).to_have_value("44")  # what was typed and not asked
    assert visit.settled().case() == second
    assert _length(page) == length + 2


def test_back_leads_out_of_what_if_and_not_onto_the_stage_that_was_left(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/diabetes-progress").predict()
    case = visit.case()
    slider = sliders.opened(visit)
    page.keyboard.press("ArrowRight")
    value = slider.get_attribute("aria-valuenow") or slider.input_value()
    visit.settled().click(visit.button("Keep as a scenario"))
    expect(page.locator(".st-key-what_if_kept")).to_contain_text("Scenario")
    visit.settled()
    page.go_back()
    expect(visit.predict_button()).to_be_visible()
    expect(visit.headline()).to_be_visible()
    assert visit.settled().case() == case
    page.go_forward()
    expect(slider).to_have_value(value)  # as it was left
    visit.settled().click(visit.button("Back to the form"))
    visit.settled().click(page.get_by_role("button", name="Present").first)
    leave = page.get_by_role("button", name="Leave")
    expect(leave).to_be_visible()
    visit.settled().click(leave)
    expect(visit.predict_button()).to_be_visible()
    assert visit.settled().case() == case
    page.go_back()
    expect(slider).to_be_visible()  # what was there before the stage
    visit.settled().open(f"/case?id={case}")
    heading = page.get_by_role("heading", name=f"Case {case[-6:]}")
    expect(heading).to_be_visible()
    visit.click(page.get_by_role("link", name="Open it").first)  # the scenario
    expect(heading).to_have_count(0)
    assert case not in visit.settled().page.url
    page.go_back()
    expect(heading).to_be_visible()
    page.go_back()
    expect(slider).to_be_visible()
    page.go_back()
    expect(visit.predict_button()).to_be_visible()


def test_leaving_the_stage_after_a_reload_leads_where_it_was_entered(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2").predict()
    case = visit.case()
    page.keyboard.press("p")
    leave = page.get_by_role("button", name="Leave")
    expect(leave).to_be_visible()
    visit.settled().reload()
    expect(leave).to_be_visible()
    visit.settled().click(leave)
    expect(visit.predict_button()).to_be_visible()
    assert visit.settled().case() == case
    page.go_back()  # before the answer: no step of the stage is left
    expect(page.get_by_text("Press Predict to ask the model.")).to_be_visible()
    assert "case" not in visit.settled().page.url


def _length(page: Page) -> int:
    return int(page.evaluate("history.length"))


def test_an_answer_follows_a_slider_and_the_last_value_counts(page: Page, mds_url: str) -> None:
    model = "diabetes-progress"
    visit = Visit(page).open(f"/predict?model=demo/{model}").predict()
    sliders.opened(visit)
    taken = [each for each in (sliders.step(page) for _ in range(_PRESSES)) if each is not None]
    # The machine of a test has other work; how long it takes in the middle is said by benchmarks/what_if.py.
    assert min(taken) <= IN_TIME, taken
    for _ in range(_PRESSES):  # one after the other, without waiting for an answer
        page.keyboard.press("ArrowRight")
    visit.settled()
    expect(page.locator(".st-key-what_if_answer h2")).to_have_text(
        sliders.said(page, mds_url, model)
    )
