"""What goes wrong is said in a sentence, nothing that was entered is lost, and the case is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from cli import demo
from tests.browser.visit import Counted, Visit
from tests.browser.watched import app_of_its_own, ports, watched


def test_an_unknown_model_is_said_and_another_is_offered(page: Page) -> None:
    Visit(page).open("/predict?model=demo/nope")
    expect(page.get_by_text("There is no model demo/nope")).to_be_visible()
    expect(page.get_by_role("button", name="Predict").last).to_be_visible()


def test_html_in_a_model_name_stays_text(page: Page) -> None:
    said = list[str]()
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    visit = Visit(page).open("/predict?model=demo/<img src=x onerror=alert(1)>")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    visit.settled()
    assert page.locator("[onerror]").count() == 0
    assert not said


def test_a_file_of_fifty_megabytes_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    visit = Visit(page)
    before = visit.counted("demo/digits")
    visit.open("/predict?model=demo/digits")
    huge = tmp_path / "huge.png"
    huge.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50 * 2**20 - 8))
    visit.upload_file(huge).predict()
    _said(page, "huge.png is too large: 50.0 MB, and at most 10 MB")
    expect(page.get_by_test_id("stFileUploader").get_by_text("huge.png")).to_be_visible()
    _counts_one_failure_more(visit, "demo/digits", before)


def test_a_file_that_the_browser_refuses_is_not_replaced_by_the_example(page: Page) -> None:
    visit = Visit(page)
    before = visit.counted("demo/digits")
    visit.open("/predict?model=demo/digits").settled()
    expect(page.get_by_test_id("stFileUploader").get_by_text("per file")).not_to_be_visible()
    visit.upload("notes.docx", "application/msword", b"no picture")
    said = page.get_by_text("notes.docx was not taken. Remove it or choose another file")
    expect(said).to_be_visible()
    visit.click(visit.predict_button()).settled()
    assert not visit.case()
    page.get_by_test_id("stFileUploader").get_by_role("button", name=re.compile("Remove")).click()
    expect(said).not_to_be_visible()
    visit.predict()
    after = visit.counted("demo/digits")
    assert (after.cases, after.answered) == (before.cases + 1, before.answered + 1)


def test_a_file_that_is_not_what_it_says_is_refused_in_words(page: Page) -> None:
    visit = Visit(page)
    before = visit.counted("demo/ocr")
    visit.open("/predict?model=demo/ocr")
    visit.upload("scan.png", "image/png", b"%PDF-1.7 not a picture").predict()
    _said(page, "scan.png is not a picture")
    expect(page.get_by_test_id("stFileUploader").get_by_text("scan.png")).to_be_visible()
    _counts_one_failure_more(visit, "demo/ocr", before)


def test_a_picture_that_the_model_cannot_open_is_refused_in_words(page: Page) -> None:
    visit = Visit(page).open("/predict?model=demo/digits")
    visit.upload("cut.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"cut short").predict()
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_text("this attempt is recorded")).to_be_visible()


def test_text_in_a_number_is_said_and_kept(page: Page) -> None:
    visit = Visit(page)
    before = visit.counted("demo/wine")
    visit.open("/predict?model=demo/wine")
    page.get_by_role("textbox").fill("thirteen, two and a bit")
    visit.predict()
    _said(page, "must hold numbers only")
    expect(page.get_by_role("textbox")).to_have_value("thirteen, two and a bit")
    _counts_one_failure_more(visit, "demo/wine", before)
    expect(page.get_by_text("not sent: invalid values")).to_be_visible()


def test_a_missing_field_is_named_and_the_others_are_kept(page: Page) -> None:
    visit = Visit(page)
    before = visit.counted("demo/breast-cancer")
    visit.open("/predict?model=demo/breast-cancer")
    first, second = page.get_by_role("spinbutton").nth(0), page.get_by_role("spinbutton").nth(1)
    expect(second).not_to_have_value("")  # a number is drawn a moment after its field
    kept = second.input_value()
    first.fill("")
    first.press("Tab")
    visit.predict()
    _said(page, "is needed")
    expect(first).to_have_value("")
    expect(second).to_have_value(kept)
    _counts_one_failure_more(visit, "demo/breast-cancer", before)


FAILURES = {
    "error 500": "The model could not answer",
    "not JSON": "The answer could not be read",
    "answer breaks off": "The server cannot be reached",
}


def test_a_model_that_fails_is_said_and_counted(page: Page) -> None:
    visit = Visit(page)
    before = visit.counted("demo/flaky")
    visit.open("/predict?model=demo/flaky")
    for failure, words in FAILURES.items():
        page.get_by_role("combobox", name="Failure").click()
        page.get_by_role("option", name=failure).click()
        visit.predict()
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_role("combobox", name="Failure")).to_have_value(failure)
    _counts_failures_more(visit, "demo/flaky", before, len(FAILURES))


def test_a_dead_server_is_said_and_its_models_and_forms_stay(
    browser: Browser, tmp_path: Path
) -> None:
    typed = "I would hate to type this twice"
    with _server_and_app(tmp_path) as (server, url), watched(browser, url) as page:
        visit = Visit(page).open("/predict?model=demo/sentiment")
        page.get_by_role("textbox").fill(typed)
        _end(server)
        visit.predict()
        expect(page.get_by_text("The server cannot be reached")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_value(typed)
        visit.click(page.get_by_role("link", name="Models").first)
        expect(visit.card("Sentiment").get_by_text("Unreachable")).to_be_visible()
        _counts_one_failure_more(visit, "demo/sentiment", Counted())
        # Whoever opens a form after its server has died can still fill it, and is told.
        visit.open("/predict?model=demo/language-id")
        page.get_by_role("textbox").fill(typed)
        visit.predict()
        expect(page.get_by_text("The server cannot be reached")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_value(typed)
        _counts_one_failure_more(visit, "demo/language-id", Counted())


def _said(page: Page, words: str) -> None:
    """At the field, and where the answer would be."""
    expect(page.get_by_test_id("stForm").get_by_text(words)).to_be_visible()
    expect(page.get_by_test_id("stAlert").get_by_text(words)).to_be_visible()


def _counts_one_failure_more(visit: Visit, model: str, before: Counted) -> None:
    """The attempt is a case, and Health counts it as one that was not answered."""
    _counts_failures_more(visit, model, before, 1)


def _counts_failures_more(visit: Visit, model: str, before: Counted, count: int) -> None:
    visit.health(model)
    expect(visit.metric("Cases")).to_have_text(str(before.cases + count))
    assert visit.tiles().failed == before.failed + count


@contextmanager
def _server_and_app(folder: Path) -> Iterator[tuple[Popen[bytes], str]]:
    """A model server that may be stopped, and the address of an app that has seen its models."""
    server = demo.server_part(folder, *ports(3))
    app = app_of_its_own(folder, urlsplit(server.ready_url).port or 0, MDS_REFRESH_SECONDS="1")
    with demo.running(server) as first, demo.running(app) as second:
        demo.wait_until_ready([server, app], {server.name: first, app.name: second})
        yield first, app.ready_url.removesuffix("/healthz")


def _end(process: Popen[bytes]) -> None:
    process.terminate()
    process.wait(demo.STOP_SECONDS)
