"""Every modality can be asked: typed, uploaded, or by its example."""

from __future__ import annotations

import io
import math
import re
import struct
import wave

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.counts import Counts
from tests.browser.visit import Visit
from tests.browser.watched import watched

WINE = "13.2,1.78,2.14,11.2,100,2.65,2.76,.26,1.28,4.38,1.05,3.4,1050"


def _picture(text: str, size: tuple[int, int]) -> bytes:
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).text(
        (size[0] // 3, size[1] // 6), text, fill=0, font_size=size[1] * 2 // 3
    )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _tone() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        tone = (int(8000 * math.sin(i / 8)) for i in range(16_000))
        file.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return buffer.getvalue()


def test_the_form_is_the_one_that_the_address_names_after_back_and_forth(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    box, another = page.get_by_role("spinbutton", name="Body mass"), visit.button("Another example")
    first = visit.value_of(box)
    visit.click(another)
    expect(page.get_by_text("Example 2 of")).to_be_visible()
    second = visit.value_of(box)
    page.wait_for_timeout(
        1_100
    )  # what the browser sends right after a change is not taken for Back
    page.go_back()
    expect(page.get_by_text("Example 1 of")).to_be_visible()
    expect(box).to_have_value(first)
    page.go_forward()
    expect(page.get_by_text("Example 2 of")).to_be_visible()
    expect(box).to_have_value(second)
    visit.settled().predict()
    case = visit.case()
    visit.click(another)
    expect(page.get_by_text("Example 3 of")).to_be_visible()
    page.wait_for_timeout(1_100)
    page.go_back()
    expect(box).to_have_value(second)
    expect(visit.button("Yes")).to_be_visible()
    assert visit.case() == case


def test_an_uploaded_picture_is_asked_about(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/digits")
    visit.upload("one.png", "image/png", _picture("1", (90, 120))).predict()
    expect(visit.headline()).to_have_text(re.compile(r"^\d$"))
    page.get_by_text("Technical", exact=True).click()
    expect(page.get_by_text("demo/digits", exact=True)).to_be_visible()


def test_uploaded_words_are_read(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/ocr")
    visit.upload("sign.png", "image/png", _picture("OPEN", (420, 120))).predict()
    expect(visit.headline()).to_have_text(re.compile("OPEN"))
    expect(page.get_by_text("sure of its reading")).to_be_visible()
    worded = page.get_by_alt_text("sign.png with marks and words: 1 OPEN")
    numbered = page.get_by_alt_text("sign.png with numbers: 1 OPEN")
    expect(worded).to_be_visible()
    expect(numbered).to_be_hidden()
    wide = page.viewport_size
    page.set_viewport_size({"width": 420, "height": 860})  # words would be 10 px high
    expect(numbered).to_be_visible()
    expect(worded).to_be_hidden()
    page.set_viewport_size(wide or {"width": 1024, "height": 768})


def test_an_uploaded_recording_is_asked_about(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/speech").upload("tone.wav", "audio/wav", _tone())
    visit.predict()
    expect(visit.headline()).to_have_text("No speech found")


def test_typed_text_is_asked_about(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/language-id")
    page.get_by_role("textbox").fill("Wo ist denn hier bitte der Bahnhof, und wann fährt der Zug?")
    visit.predict()
    expect(visit.headline()).to_have_text("German")


def test_a_model_that_says_nothing_takes_pasted_numbers(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/wine")
    for between in (",", " ", "\t", "\n"):
        page.get_by_role("textbox").fill(WINE.replace(",", between))
        visit.predict()
        expect(visit.headline()).to_have_text("Class 0")


def test_an_optional_field_may_be_emptied(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins")
    visit.value_of(page.get_by_role("spinbutton", name="Body mass"))
    visit.type_number("Body mass", "").predict()
    expect(visit.headline()).to_have_text(re.compile("^(Adelie|Chinstrap|Gentoo)$"))
    expect(page.get_by_role("spinbutton", name="Body mass")).to_have_value("")


def test_another_example_fills_and_clear_empties_the_form(page: Page) -> None:
    """Each example has a link of its own."""
    visit = Visit(page).open("/predict?model=demo/penguins@v2")
    expect(page.get_by_text("Example 1 of")).to_be_visible()
    box = page.get_by_role("spinbutton", name="Bill length (mm)")
    first = visit.value_of(box)
    visit.click(visit.button("Another example"))
    expect(page.get_by_text("Example 2 of")).to_be_visible()
    expect(box).not_to_have_value(first)
    expect(page).to_have_url(re.compile("example=2"))
    second = visit.value_of(box)
    page.reload()
    expect(page.get_by_text("Example 2 of")).to_be_visible()
    expect(box).to_have_value(second)
    visit.settled().click(visit.button("Clear"))
    expect(box).to_have_value("")


def test_versions_are_asked_apart(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/penguins")
    expect(page.get_by_role("spinbutton", name="Bill length")).to_be_visible()
    visit.click(page.get_by_role("radio", name="v1").or_(visit.button("v1")).first)
    expect(page.get_by_role("spinbutton", name="Bill length")).to_have_count(0)
    visit.predict()
    page.get_by_text("Technical", exact=True).click()
    expect(page.get_by_role("cell", name="v1", exact=True)).to_be_visible()


def test_an_answer_is_there_after_a_look_at_health_and_for_whoever_has_its_link(
    page: Page, browser: Browser, app_url: str
) -> None:
    visit = Visit(page).open("/predict?model=demo/diabetes-progress").predict()
    before = visit.answer()
    visit.type_number("Body mass index", "41").type_number("Age", "77").predict()
    answer = visit.answer()
    assert answer != before
    expect(page).to_have_url(re.compile("case="))
    assert "77" not in page.url.partition("?")[2].replace(visit.case(), "")
    case = page.url
    visit.health().click(page.get_by_role("link", name="Predict").first)
    expect(page.get_by_role("heading", name=answer, exact=True)).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("77")
    with watched(browser, app_url) as other:
        other.goto(case)
        expect(other.get_by_role("heading", name=answer, exact=True)).to_be_visible()
        expect(other.get_by_role("spinbutton", name="Age")).to_have_value("77")


def test_a_double_click_is_one_case(page: Page, counts: Counts) -> None:
    visit = Visit(page).open("/predict?model=demo/slow").type_number("Delay", "1.5")
    before = counts.of("demo/slow")
    visit.predict_button().dblclick()
    expect(page.get_by_text("Technical", exact=True)).to_be_visible()
    visit.settled().health("demo/slow")
    expect(page).to_have_title("Breast cancer, slow · Health")
    expect(visit.metric("Cases")).to_have_text(f"{before.cases + 1:,}")
