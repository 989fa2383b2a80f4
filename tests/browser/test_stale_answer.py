"""Whatever is changed in the form, the answer beside it fades at once, without a word to the server."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Frames, Visit, until

EARLIER = "This answer is for the earlier values."


def _answered(page: Page, model: str) -> Visit:
    visit = Visit(page).open(f"/predict?model={model}")
    until(page, "window.mdsStale?.data")
    visit.predict()
    until(page, f"window.mdsStale.data.case === {visit.case()!r}")
    return visit


def _card(page: Page) -> Locator:
    return page.locator(".st-key-answer_now, .st-key-answer_earlier")


def _is_faded(visit: Visit, case: str) -> None:
    """The answer is there, paler, with its case; nothing is offered under it."""
    page = visit.page
    expect(page.get_by_text(EARLIER)).to_be_visible()
    expect(_card(page)).to_have_css("opacity", "0.55")
    link = page.get_by_role("link", name=f"Its case {case[-6:]}")
    expect(link).to_have_attribute("href", re.compile(rf"\\?case={case}$"))
    expect(visit.button("Predict again")).to_be_visible()
    expect(visit.button("Predict again")).to_have_css("cursor", "pointer")  # its styles are there
    for offered in ("Yes", "No", "Can't tell"):
        expect(visit.button(offered)).to_have_count(0)
    for heading in ("Was this right?", "Why this answer?", "What would change it?"):
        expect(page.get_by_role("heading", name=heading)).to_have_count(0)
    assert visit.case() == case


def _is_fresh(visit: Visit, case: str) -> None:
    page = visit.page
    expect(page.get_by_text(EARLIER)).to_have_count(0)
    expect(_card(page)).to_have_css("opacity", "1")
    expect(visit.button("Yes")).to_be_visible()
    assert visit.case() == case


def test_whatever_is_changed_fades_it_and_changed_back_it_is_whole_again(page: Page) -> None:
    visit = _answered(page, "demo/penguins@v2")
    case = visit.case()
    _is_fresh(visit, case)
    frames = Frames(page)
    box = page.get_by_role("spinbutton", name="Body mass")
    before = visit.value_of(box)
    box.fill("4321")
    _is_faded(visit, case)
    box.fill(before)
    _is_fresh(visit, case)
    assert frames.sent == 0
    _a_pill_fades_it(visit, case)
    for button in ("Another example", "Clear"):
        visit.click(visit.button(button))
        _is_faded(visit, case)
        visit.click(visit.button("Restore them"))
        _is_fresh(visit, case)
    visit.type_number("Body mass", "4321")
    visit.click(visit.button("Restore them"))
    expect(box).to_have_value(before)
    _is_fresh(visit, case)
    _feedback_from_a_faded_answer_is_refused(visit)
    _another_version_fades_it(visit, case)


def _a_pill_fades_it(visit: Visit, case: str) -> None:
    pills = visit.page.get_by_role("radiogroup", name="Island")
    name = visit.words_of(pills.get_by_role("radio", checked=True))
    visit.click(pills.get_by_role("radio", checked=False).first)
    _is_faded(visit, case)
    visit.click(pills.get_by_role("radio", name=name))
    _is_fresh(visit, case)


def _feedback_from_a_faded_answer_is_refused(visit: Visit) -> None:
    """Somebody takes away what hides the buttons: the server still knows."""
    page = visit.page
    visit.type_number("Body mass", "4321")
    _is_faded(visit, visit.case())
    shown = page.add_style_tag(
        content="div[class].st-key-answer_more { display: flex !important; }"
    )
    visit.click(visit.button("Yes"))
    expect(page.get_by_text("restore them, or ask the model again")).to_be_attached()
    expect(page.get_by_text("Recorded: right")).to_have_count(0)
    shown.evaluate("style => style.remove()")


def _another_version_fades_it(visit: Visit, case: str) -> None:
    page = visit.page
    visit.click(page.get_by_role("radio", name="v1").or_(visit.button("v1")).first)
    expect(page.get_by_text("for the earlier values and version v2")).to_be_visible()
    expect(_card(page)).to_have_css("opacity", "0.55")
    assert visit.case() == case
    expect(visit.button("Yes")).to_have_count(0)


def test_a_choice_of_a_list_fades_it(page: Page) -> None:
    visit = _answered(page, "demo/flaky")
    case, box = visit.case(), page.get_by_role("combobox").last
    box.click()
    visit.click(page.get_by_role("option").filter(has_text="error 500"))
    _is_faded(visit, case)


def test_a_text_fades_it(page: Page) -> None:
    visit = _answered(page, "demo/language-id")
    case, box = visit.case(), page.get_by_role("textbox")
    before = visit.value_of(box)
    box.press_sequentially("!")
    _is_faded(visit, case)
    box.fill(before)
    _is_fresh(visit, case)


def test_a_picture_fades_it_and_taken_away_the_answer_is_whole_again(page: Page) -> None:
    visit = _answered(page, "demo/digits")
    case = visit.case()
    visit.upload("white.png", "image/png", _white())
    _is_faded(visit, case)
    page.get_by_test_id("stFileUploader").get_by_role("button", name=re.compile("Remove")).click()
    _is_fresh(visit, case)
    visit.upload("white.png", "image/png", _white()).predict()
    _is_fresh(visit, visit.case())
    assert visit.case() != case


def _white() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (40, 60), 255).save(buffer, "PNG")
    return buffer.getvalue()


def test_predict_again_asks_with_what_is_in_the_form(page: Page) -> None:
    visit = _answered(page, "demo/diabetes-progress")
    case, before = visit.case(), visit.answer()
    _what_is_drawn_late_is_no_change(visit)
    visit.type_number("Body mass index", "41")
    _is_faded(visit, case)
    visit.click(visit.button("Predict again"))
    page.wait_for_url(lambda url: case not in url)
    expect(visit.headline()).not_to_have_text(before)
    _is_fresh(visit.settled(), visit.case())


def _what_is_drawn_late_is_no_change(visit: Visit) -> None:
    """A number that a slow browser fills in while its person is at work elsewhere; what stays another is a change,
    although no event told of it: the page's scripts may come later than the first change."""
    visit.page.get_by_text("Technical", exact=True).click()
    box = visit.page.get_by_role("spinbutton", name="Age")
    visit.value_of(box)
    box.evaluate(
        "box => { const late = box.value; box.value = ''; setTimeout(() => (box.value = late), 600); }"
    )
    visit.page.wait_for_timeout(1500)  # it is compared each second
    _is_fresh(visit, visit.case())
    box.evaluate("box => { window.late = box.value; box.value = late + '1'; }")
    _is_faded(visit, visit.case())
    box.evaluate("box => { box.value = window.late; }")
    _is_fresh(visit, visit.case())


def test_whoever_types_while_the_model_is_asked_sees_a_faded_answer(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/slow").type_number("Delay", "2")
    visit.settled().click(visit.predict_button())
    page.get_by_role("spinbutton", name="Delay").fill("1")
    page.wait_for_url("**case=**")
    visit.settled()
    _is_faded(visit, visit.case())


def test_a_reload_keeps_it_faded_and_each_tab_has_its_own_inputs(page: Page) -> None:
    visit = _answered(page, "demo/penguins@v2").watched_by_drafts()
    case = visit.case()
    _is_fresh(visit.reload(), case)
    visit.watched_by_drafts().type_number("Body mass", "4321")
    _is_faded(visit, case)
    until(page, "JSON.stringify(localStorage).includes('4321')")
    visit.reload()
    expect(page.get_by_role("spinbutton", name="Body mass")).to_have_value("4321")
    _is_faded(visit, case)
    other = Visit(page.context.new_page()).open(f"/predict?case={case}")
    _is_fresh(other, case)
    expect(other.page.get_by_role("spinbutton", name="Body mass")).not_to_have_value("4321")
    _is_faded(visit, case)
    other.say_yes()
    _is_faded(visit, case)
