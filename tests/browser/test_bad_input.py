"""What goes wrong is said in a sentence, nothing that was entered is lost, and the case is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

from cli import demo
from tests.browser import axe
from tests.browser.counts import Counted, Counts, counting
from tests.browser.door import Door, door_to
from tests.browser.visit import Visit
from tests.browser.watched import app_of_its_own, watched

PREFIX = "/predict?model="


def test_an_unknown_model_is_said_as_text_and_another_is_offered(page: Page) -> None:
    visit = Visit(page).open(f"{PREFIX}demo/nope")
    expect(page.get_by_text("There is no model demo/nope")).to_be_visible()
    expect(page.get_by_role("button", name="Predict").last).to_be_visible()
    visit.open(f"{PREFIX}demo/<img src=x onerror=window.evil=1>")
    expect(page.get_by_text("<img src=x onerror=window.evil=1>")).to_be_visible()
    visit.settled()
    expect(page.locator("[onerror]")).to_have_count(0)
    assert page.evaluate("() => window.evil") is None


def test_a_file_that_is_no_picture_for_this_model_is_refused_in_words(
    page: Page, counts: Counts, tmp_path: Path
) -> None:
    visit = Visit(page).open(f"{PREFIX}demo/digits").settled()
    before = counts.of("demo/digits")
    _the_browser_refuses_and_no_example_takes_its_place(visit)
    assert counts.of("demo/digits") == before
    _too_large(visit, tmp_path)
    _is_a_failure_more(counts, "demo/digits", before, 1)
    _not_what_it_says(visit)
    _is_a_failure_more(counts, "demo/digits", before, 2)
    _cannot_be_opened_by_the_model(visit)
    _is_a_failure_more(counts, "demo/digits", before, 3)
    _remove_file(page)
    visit.predict()
    after = counts.of("demo/digits")
    assert (after.cases, after.answered) == (before.cases + 4, before.answered + 1)


def _the_browser_refuses_and_no_example_takes_its_place(visit: Visit) -> None:
    page = visit.page
    expect(_uploader(page).get_by_text("per file")).not_to_be_visible()
    visit.upload("notes.docx", "application/msword", b"no picture")
    said = page.get_by_text("notes.docx was not taken. Remove it or choose another file")
    expect(said).to_be_visible()
    visit.click(visit.predict_button()).settled()
    assert not visit.case()
    _remove_file(page)
    expect(said).not_to_be_visible()


def _too_large(visit: Visit, folder: Path) -> None:
    """Fifty megabytes."""
    huge = folder / "huge.png"
    huge.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50 * 2**20 - 8))
    visit.upload_file(huge).predict()
    _said(visit.page, "huge.png is too large: 50.0 MB, and at most 10 MB")
    expect(_uploader(visit.page).get_by_text("huge.png")).to_be_visible()


def _not_what_it_says(visit: Visit) -> None:
    visit.upload("scan.png", "image/png", b"%PDF-1.7 not a picture").predict()
    _said(visit.page, "scan.png is not a picture")
    expect(_uploader(visit.page).get_by_text("scan.png")).to_be_visible()


def _cannot_be_opened_by_the_model(visit: Visit) -> None:
    visit.upload("cut.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"cut short").predict()
    expect(visit.page.get_by_test_id("stAlert").first).to_be_visible()
    expect(visit.page.get_by_text("this attempt is recorded")).to_be_visible()


def _uploader(page: Page) -> Locator:
    return page.get_by_test_id("stFileUploader")


def _remove_file(page: Page) -> None:
    _uploader(page).get_by_role("button", name=re.compile("Remove")).click()


def test_text_in_a_number_is_said_and_kept(page: Page, counts: Counts) -> None:
    visit = Visit(page).open(f"{PREFIX}demo/wine")
    before = counts.of("demo/wine")
    page.get_by_role("textbox").fill("thirteen, two and a bit")
    visit.predict()
    _said(page, "must hold numbers only")
    expect(page.get_by_role("textbox")).to_have_value("thirteen, two and a bit")
    axe.finds_nothing_serious(page, "a failure")
    visit.health("demo/wine")
    expect(visit.metric("Cases")).to_have_text(f"{before.cases + 1:,}")
    expect(visit.metric("Answered")).to_have_text(f"{before.answered:,}")
    expect(page.get_by_text("not sent: values had to be corrected")).to_be_visible()


def test_a_missing_field_is_named_and_the_others_are_kept(page: Page, counts: Counts) -> None:
    visit = Visit(page).open(f"{PREFIX}demo/breast-cancer")
    before = counts.of("demo/breast-cancer")
    first, second = page.get_by_role("spinbutton").nth(0), page.get_by_role("spinbutton").nth(1)
    kept = visit.value_of(second)
    visit.value_of(first)
    first.fill("")
    first.press("Tab")
    visit.predict()
    _said(page, "is needed")
    expect(first).to_have_value("")
    expect(second).to_have_value(kept)
    _is_a_failure_more(counts, "demo/breast-cancer", before, 1)


FAILURES = {
    "error 500": "The model could not answer",
    "not JSON": "The answer could not be read",
    "answer breaks off": "The server cannot be reached",
}


def test_a_model_that_fails_is_said_and_counted(page: Page, counts: Counts) -> None:
    visit = Visit(page).open(f"{PREFIX}demo/flaky")
    before = counts.of("demo/flaky")
    for failure, words in FAILURES.items():
        page.get_by_role("combobox", name="Failure").click()
        page.get_by_role("option", name=failure).click()
        visit.predict()
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_role("combobox", name="Failure")).to_have_value(failure)
    _is_a_failure_more(counts, "demo/flaky", before, len(FAILURES))


def test_a_dead_server_is_said_and_its_models_and_forms_stay(
    browser: Browser, mds_url: str, tmp_path: Path
) -> None:
    typed = "I would hate to type this twice"
    with (
        _server_and_app(tmp_path, mds_url) as (door, app),
        counting(app.environment["MDS_DATABASE_URL"]) as counts,
        watched(browser, app.ready_url.removesuffix("/healthz")) as page,
    ):
        visit = Visit(page).open(f"{PREFIX}demo/sentiment")
        page.get_by_role("textbox").fill(typed)
        door.shut()
        visit.predict()
        expect(page.get_by_text("The server cannot be reached")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_value(typed)
        visit.click(page.get_by_role("link", name="Models").first)
        expect(visit.card("Sentiment").get_by_text("Unreachable")).to_be_visible()
        _is_a_failure_more(counts, "demo/sentiment", Counted(), 1)
        # Whoever opens a form after its server has died can still fill it, and is told.
        visit.open(f"{PREFIX}demo/language-id")
        page.get_by_role("textbox").fill(typed)
        visit.predict()
        expect(page.get_by_text("The server cannot be reached")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_value(typed)
        _is_a_failure_more(counts, "demo/language-id", Counted(), 1)


def _said(page: Page, words: str) -> None:
    """At the field, and where the answer would be."""
    expect(page.get_by_test_id("stForm").get_by_text(words)).to_be_visible()
    expect(page.get_by_test_id("stAlert").get_by_text(words)).to_be_visible()


def _is_a_failure_more(counts: Counts, model: str, before: Counted, count: int) -> None:
    """Each attempt is a case, and Health counts it as one that was not answered."""
    now = counts.of(model)
    assert (now.cases, now.failed) == (before.cases + count, before.failed + count)


@contextmanager
def _server_and_app(folder: Path, mds_url: str) -> Iterator[tuple[Door, demo.Part]]:
    """A model server that can vanish, and an app that has seen its models."""
    with door_to(urlsplit(mds_url).port or 0) as door:
        app = app_of_its_own(folder, door.port, MDS_REFRESH_SECONDS="1")
        with demo.running(app) as process:
            demo.wait_until_ready([app], {app.name: process})
            yield door, app
