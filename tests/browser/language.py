"""The pictures of the design language, in light and dark, from the running app: type, colours, and each state."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.visit import SLOW, Visit

_SIZE = {"width": 1024, "height": 900}
_COLOURS = 128  # enough for text and flat colours, at a third of the size
PENGUINS = "/predict?model=demo/penguins@v2"


def photograph(browser: Browser, base: str, target: Path) -> None:
    """Every picture, into this folder; `base` is an app with a history of penguins."""
    target.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        context = browser.new_context(base_url=base, color_scheme=scheme, viewport=_SIZE)  # type: ignore[arg-type]
        context.set_default_timeout(120_000)
        page = context.new_page()
        _answer(page, target, scheme)
        _states(page, target, scheme)
        _loading(context.new_page(), target / f"loading-{scheme}.png")
        context.close()


def _answer(page: Page, target: Path, scheme: str) -> None:
    """A page from its title to its answer, and the reasons with their three colours."""
    visit = Visit(page).open(PENGUINS).predict()
    _at_rest(page)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    page.screenshot(
        path=target / f"type-{scheme}.png", clip={"x": 0, "y": 0, "width": 1024, "height": 640}
    )
    _smaller(target / f"type-{scheme}.png")
    visit.why()
    expect(visit.button("Stop")).to_have_count(0, timeout=SLOW)  # what came first was rough
    _take(visit.explanation(), target / f"colours-{scheme}.png")


def _states(page: Page, target: Path, scheme: str) -> None:
    """An answer to other values, an error at its field, nothing there yet, and too little known."""
    visit = Visit(page)
    visit.type_number("Bill length", "61")
    page.get_by_text("earlier values").first.wait_for()
    _take(_column_of(page, '[class*="st-key-answer_"] h2'), target / f"earlier-{scheme}.png")
    visit.open(PENGUINS)
    visit.click(visit.button("Clear")).settled()
    visit.click(visit.predict_button()).settled()
    _take(page.get_by_test_id("stForm"), target / f"refused-{scheme}.png")
    visit.open("/review?tab=Agreement")
    _take(page.get_by_test_id("stAlert").first, target / f"empty-{scheme}.png")
    visit.open("/health?model=demo/penguins")
    _take(page.locator("section.word"), target / f"evidence-{scheme}.png")


def _loading(page: Page, path: Path) -> None:
    """Before anything was drawn."""
    page.route_web_socket("**/_stcore/stream", lambda _: None)
    page.goto("/")
    page.get_by_test_id("stAppSkeleton").wait_for(state="attached")
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    _smaller(path)
    page.close()


def _column_of(page: Page, place: str) -> Locator:
    return page.get_by_test_id("stColumn").filter(has=page.locator(place)).last


def _at_rest(page: Page) -> None:
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(800)  # colours fade over, charts settle


def _take(found: Locator, path: Path) -> None:
    found.scroll_into_view_if_needed()
    _at_rest(found.page)
    found.screenshot(path=path)
    _smaller(path)


def _smaller(path: Path) -> None:
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(_COLOURS)
    few.save(path, optimize=True)
