"""Forms of every kind in a real browser: typed, searched, uploaded; what leaves is what was typed."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from cli import demo
from tests.browser import axe
from tests.browser.odd_models import data_of, odd_models
from tests.browser.visit import Frames, Visit, until
from tests.browser.watched import app_of_its_own, watched
from tests.mds_client.answered import png


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address of an app on odd models, and what they were sent last."""
    with odd_models() as (port, sent):
        part = app_of_its_own(tmp_path_factory.mktemp("odd"), port)
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            yield part.ready_url.removesuffix("/healthz"), sent
            assert "Traceback" not in part.log.read_text()


@pytest.fixture
def sent(odd: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return odd[1]


@pytest.fixture
def page(browser: Browser, odd: tuple[str, dict[str, Any]]) -> Iterator[Page]:
    with watched(browser, odd[0]) as found:
        yield found


def _form(page: Page, model: str) -> Visit:
    return Visit(page).open(f"/predict?model=demo/{model}")


def test_nested_inputs_stand_under_what_they_belong_to(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "address")
    expect(page.get_by_text("Employer", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="City").nth(1).fill("Braga")
    visit.predict()
    values = data_of(sent["address"])
    assert (values["address.city"], values["employer.city"]) == (["Porto"], ["Braga"])


def test_a_form_is_typed_and_sent_as_the_model_takes_it(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "loan")
    visit.value_of(page.get_by_role("spinbutton", name="Amount"))
    frames = Frames(page)
    _type_into_many(visit)
    page.wait_for_timeout(1000)
    assert frames.sent == 0, "a keystroke sends nothing"
    visit.type_number("Amount", "0.123456").type_number("Dependants", "").predict()
    values = data_of(sent["loan"])
    assert (values["rate"], values["amount"], values["housing"]) == ([0.125], [0.123456], [1])
    assert values["dependants"] == [None]
    assert (values["born"], values["applied"]) == (["1987-05-04"], ["2026-03-31T14:05:00"])
    expect(page.get_by_role("spinbutton", name="Amount")).to_have_value("0.123456")
    axe.finds_nothing_serious(page, "loan")
    _a_problem_is_said_at_its_input_and_nothing_is_lost(visit)


def _type_into_many(visit: Visit) -> None:
    page = visit.page
    visit.type_number("Amount", "2500.25").type_number("Interest", "12.5")
    account = page.get_by_role("textbox", name="Account")
    good = visit.value_of(account)
    account.fill("DE1")
    account.fill(good)
    page.get_by_role("searchbox", name="Find an input").fill("purp")
    page.get_by_role("textbox", name="Purpose").fill("a van")
    page.get_by_role("searchbox", name="Find an input").fill("")
    page.get_by_role("radio", name="rents", exact=True).click()


def _a_problem_is_said_at_its_input_and_nothing_is_lost(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("textbox", name="Account").fill("GB1")
    visit.type_number("Interest", "120").predict()
    form = page.get_by_test_id("stForm").first
    expect(form.get_by_text("Account must look like")).to_be_visible()
    expect(form.get_by_text("Interest must be at most")).to_be_visible()
    expect(page.get_by_role("textbox", name="Account")).to_have_value("GB1")


def test_the_search_narrows_and_loses_nothing(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "wide").type_number("Sensor 003", "33")
    search = page.get_by_role("searchbox", name="Find an input")
    search.fill("sensor 123")
    expect(page.get_by_text("1 of 200 inputs")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Sensor 003")).to_be_hidden()
    visit.type_number("Sensor 123", "7.25")
    search.fill("nothing like it")
    expect(page.get_by_text("0 of 200 inputs")).to_be_visible()
    search.fill("")
    expect(page.get_by_role("spinbutton", name="Sensor 003")).to_have_value("33")
    visit.predict()
    values = data_of(sent["wide"])
    assert (values["sensor_003"], values["sensor_123"]) == ([33], [7.25])
    assert values["sensor_199"] == [199.5]
    search.fill("sensor 12")  # of two hundred fields that are all alike, those of a few groups
    expect(page.get_by_text("12 of 200 inputs")).to_be_visible()


def _type_into_first_cell(page: Page, grid: Locator, text: str) -> None:
    """Cells are painted some time after the table is there: until then, no click opens one."""
    editor = page.locator("#portal input, #portal textarea").first
    for _ in range(10):
        box = grid.bounding_box()
        assert box is not None
        grid.dblclick(position={"x": box["width"] * 0.6, "y": 52})
        with suppress(AssertionError):
            expect(editor).to_be_editable(timeout=2000)
            break
        page.keyboard.press("Escape")  # columns are laid out late: it may have been the index
    editor.fill(text)
    editor.press("Enter")


def test_a_number_is_changed_in_its_table_or_in_its_text(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "numbers")
    page.get_by_role("tab", name="Table").first.click()
    _type_into_first_cell(page, page.get_by_test_id("stDataFrame").first, "9.5")
    cells = page.get_by_test_id("stDataFrame").first.locator("td")
    expect(cells.filter(has_text="9.5")).to_have_count(1)
    page.wait_for_timeout(3000)  # a table tells of a change when typing pauses
    page.get_by_role("textbox", name="Grid").fill("7 8 9\n1 2 3")
    visit.predict()
    values = data_of(sent["numbers"])
    assert values["weights"] == [9.5, 0.2, 0.3, 0.4]
    assert values["grid"] == [7, 8, 9, 1, 2, 3]
    axe.finds_nothing_serious(page, "numbers")
    page.get_by_role("tab", name="Numbers").first.click()
    expect(page.get_by_role("textbox", name="Weights")).to_have_value("[9.5, 0.2, 0.3, 0.4]")
    # Another way to look at a value is no change of it.
    earlier = page.get_by_text("This answer is for the earlier values.")
    page.wait_for_timeout(1500)
    expect(earlier).to_be_hidden()
    page.get_by_role("textbox", name="Weights").fill("[1, 2, 3, 4]")
    expect(earlier).to_be_visible()


def test_a_picture_is_uploaded_where_there_is_no_camera(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "street").upload("mine.png", "image/png", png(60, 40)).predict()
    expect(visit.headline()).to_have_text("2 × car, 1 × tree")
    expect(page.get_by_text("Picture: mine.png")).to_be_visible()
    expect(page.get_by_role("img", name="mine.png with marks")).to_be_visible()
    page.get_by_role("button", name="Take a picture").click()
    expect(page.get_by_test_id("stCameraInput")).to_be_visible()
    first = sent["street"]
    page.keyboard.press("Escape")
    visit.predict()
    assert data_of(sent["street"]) == data_of(first)
    axe.finds_nothing_serious(page, "street")


def _type_parts(page: Page, name: str, **parts: str) -> None:
    """Type into the parts of a date or a time."""
    for part, digits in parts.items():
        page.get_by_role("spinbutton", name=f"{part}, {name}").press_sequentially(digits)


def test_a_draft_keeps_dates_times_and_shares(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "loan")
    visit.watched_by_drafts()
    page.get_by_text("Application (4)").click()
    visit.type_number("Interest", "12.5")
    _type_parts(page, "Born", year="2001", month="02", day="03")
    _type_parts(page, "Applied", year="2025", month="12", day="24", hour="18", minute="45")
    _type_parts(page, "Called", hour="07", minute="15")
    until(page, "JSON.stringify(localStorage).includes('07:15')")
    visit.reload()
    expect(page.get_by_text("Your draft is back")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Interest")).to_have_value("12.5")
    visit.predict()
    values = data_of(sent["loan"])
    assert (values["rate"], values["born"]) == ([0.125], ["2001-02-03"])
    assert (values["applied"], values["called"]) == (["2025-12-24T18:45:00"], ["07:15"])
    visit.click(visit.button("Clear")).settled().click(visit.button("Another example"))
    _a_day_of_the_calendar_is_kept_in_the_draft(visit)


def _a_day_of_the_calendar_is_kept_in_the_draft(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_role("spinbutton", name="year, Born")).to_have_text("1987")
    page.get_by_role("spinbutton", name="day, Born").press("Alt+ArrowDown")
    page.get_by_role("button", name="21 May 1987").or_(
        page.get_by_text("21", exact=True)
    ).first.click()
    expect(page.get_by_role("spinbutton", name="day, Born")).to_have_text("21")
    until(page, "JSON.stringify(localStorage).includes('1987-05-21')")


PUT = """async (data) => {
  const blob = await (await fetch("data:image/png;base64," + data)).blob();
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""
PASTE = """(element, [name, type, size, words]) => {
  const bag = new DataTransfer();
  if (name) bag.items.add(new File([words, new Uint8Array(size)], name, { type }));
  else bag.setData("text/plain", words);
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: bag, bubbles: true, composed: true }));
}"""


def _paste_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Paste a picture: Picture")


def _size_of(encoded: str) -> tuple[int, int]:
    return Image.open(io.BytesIO(b64decode(encoded))).size


NOT_TAKEN = [
    (["", "", 0, "only words"], "There is no picture in the clipboard that can be taken."),
    (["a.svg", "image/svg+xml", 9, ""], "There is no picture in the clipboard"),
    (["a.png", "image/png", 11 * 2**20, ""], "too large: 11.0 MB, and at most 10.0 MB"),
]


def test_a_picture_is_pasted_by_keyboard_alone(
    browser: Browser, odd: tuple[str, dict[str, Any]]
) -> None:
    url, sent = odd
    with watched(browser, url, permissions=["clipboard-read", "clipboard-write"]) as page:
        visit = _form(page, "street")
        # The box is a component, which is mounted a moment after the script has ended: a Tab before
        # that goes past where it will be.
        expect(_paste_box(page)).to_be_visible()
        _what_cannot_be_pasted_is_said(visit, sent)
        _copied(page, png(61, 43))
        _focus_the_paste_box(page)
        page.keyboard.press("Control+v")
        _is_pasted_once_and_kept(visit, sent, (61, 43))
        _form(page, "street")
        _copied(page, png(71, 33))
        _focus_the_paste_box(page)
        page.keyboard.press("Tab")  # to the button
        page.keyboard.press("Enter")
        _is_pasted_once_and_kept(visit, sent, (71, 33))
        _what_is_pasted_is_looked_at_like_any_file(visit)


def _copied(page: Page, picture: bytes) -> None:
    page.evaluate(PUT, b64encode(picture).decode())


def _focus_the_paste_box(page: Page) -> None:
    page.get_by_role("button", name="Upload", exact=True).focus()
    page.keyboard.press("Tab")
    expect(_paste_box(page)).to_be_focused()
    page.keyboard.type("nothing is typed here")
    expect(_paste_box(page)).to_be_empty()


def _is_pasted_once_and_kept(visit: Visit, sent: dict[str, Any], size: tuple[int, int]) -> None:
    page = visit.page
    expect(page.get_by_role("status").get_by_text("Pasted as pasted.png.")).to_be_visible()
    for _ in range(2):
        visit.predict()
        assert _size_of(data_of(sent["street"])["picture"][0]) == size
        expect(page.get_by_text("Picture: pasted.png")).to_be_visible()


def _what_cannot_be_pasted_is_said(visit: Visit, sent: dict[str, Any]) -> None:
    for pasted, said in NOT_TAKEN:
        _paste_box(visit.page).evaluate(PASTE, pasted)
        expect(visit.page.get_by_role("status").get_by_text(said)).to_be_visible()
        visit.predict()
        assert _size_of(data_of(sent["street"])["picture"][0]) == (320, 200)


def _what_is_pasted_is_looked_at_like_any_file(visit: Visit) -> None:
    """Pasted into the page itself, since there is only one input that it can mean."""
    page = visit.page
    page.locator("body").evaluate(PASTE, ["holiday.jpg", "image/jpeg", 9, "no picture"])
    expect(page.get_by_role("status").get_by_text("Pasted as holiday.jpg.")).to_be_visible()
    visit.click(visit.predict_button())
    problem = page.get_by_test_id("stForm").get_by_text("holiday.jpg is not a picture")
    expect(problem.first).to_be_visible()


def test_a_picture_is_pasted_for_a_model_of_numbers(page: Page, sent: dict[str, Any]) -> None:
    visit = _form(page, "digit")
    expect(page.get_by_text("Shown to the model as 28 × 28, grey, 0 to 1.")).to_be_visible()
    bytes_of = "async data => [...new Uint8Array(await (await fetch(data)).arrayBuffer())]"
    picture = page.evaluate(bytes_of, "data:image/png;base64," + b64encode(png(90, 60)).decode())
    page.get_by_role("textbox", name="Paste a picture: Digit").evaluate(
        PASTE, ["digit.png", "image/png", picture, ""]
    )
    expect(page.get_by_role("status").get_by_text("Pasted as digit.png.")).to_be_visible()
    visit.predict()
    assert data_of(sent["digit"])["pixels"] == [pytest.approx(216 / 255, abs=1e-6)] * 28 * 28
    expect(page.get_by_role("img", name="Digit as the model sees it")).to_be_visible()


def test_a_screenshot_is_pasted_for_a_model_of_photographs(
    browser: Browser, odd: tuple[str, dict[str, Any]]
) -> None:
    with watched(browser, odd[0], permissions=["clipboard-read", "clipboard-write"]) as page:
        visit = _form(page, "photograph")
        page.evaluate(PUT, b64encode(png(61, 43)).decode())
        page.get_by_role("textbox", name="Paste a picture: Photo").press("Control+v")
        expect(page.get_by_role("status").get_by_text("Pasted as pasted.jpg, in a")).to_be_visible()
        visit.predict()
    picture = Image.open(io.BytesIO(b64decode(data_of(odd[1]["photograph"])["photo"][0])))
    assert (picture.format, picture.size) == ("JPEG", (61, 43))


@pytest.mark.parametrize(
    ("model", "headline", "marks"),
    [
        ("cells", "2 × round cell, 1 × long cell", "1 round cell, 2 long cell, 3 round cell"),
        ("land", "sky 45 %, hill 41 %, lake 14 %", "1 sky, 2 hill, 3 lake"),
    ],
)
def test_masks_are_drawn_on_the_picture(page: Page, model: str, headline: str, marks: str) -> None:
    visit = _form(page, model).predict()
    expect(visit.headline()).to_have_text(headline)
    expect(page.get_by_role("img", name=f"street.png with marks: {marks}")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").get_by_text("share of the picture")).to_have_count(1)


def test_hostile_words_are_words(page: Page) -> None:
    visit = _form(page, "odd").predict()
    expect(visit.headline()).to_contain_text("<img src=x onerror=alert(1)> **b**")
    expect(page.locator('img[src="x"]')).to_have_count(0)
    expect(page.get_by_test_id("stForm").first.locator("strong, em, .katex")).to_have_count(0)


@pytest.mark.parametrize("model", ["documents", "mixed"])
def test_axe_finds_nothing_serious(page: Page, model: str) -> None:
    """What else there is; the tests above ask it where they are."""
    _form(page, model).predict()
    axe.finds_nothing_serious(page, model)
