"""What a person does on the pages, in their words."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FilePayload, Locator, Page, expect

SLOW = 60_000  # milliseconds: an explanation on a busy machine


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What Health has of a model."""

    cases: int = 0
    answered: int = 0
    feedback: int = 0

    @property
    def failed(self) -> int:
        return self.cases - self.answered


class Visit:
    """One person in front of one page; counts the clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def open(self, path: str = "/") -> Visit:
        self.page.goto(path)
        return self

    def click(self, target: Locator) -> Visit:
        target.click()
        self.clicks += 1
        return self

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def card(self, title: str) -> Locator:
        """The card of a model on the Models page."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.get_by_test_id("stColumn").filter(has=heading)

    def ask(self, title: str) -> Visit:
        """Choose a model by its card."""
        return self.click(self.card(title).get_by_role("button", name="Ask"))

    def predict(self) -> Visit:
        """Press Predict and wait for what comes: every press is a case of its own."""
        last = self.case()
        self.click(self.predict_button())
        # The address names the case as soon as the model is asked; the answer may take its time.
        self.page.wait_for_url(lambda url: _case(url) not in ("", last))
        self.settled(timeout=SLOW)
        expect(self.page.get_by_text("Technical", exact=True)).to_be_visible()
        return self.settled()

    def predict_button(self) -> Locator:
        return self.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Predict")

    def case(self) -> str:
        """The case that the address names; empty when it names none."""
        return _case(self.page.url)

    def settled(self, timeout: float | None = None) -> Visit:
        """Wait until the page has been drawn to its end."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout)
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0)
        return self

    def answer(self) -> str:
        """The big line."""
        return self.page.get_by_role("heading", level=2).first.inner_text()

    def why(self) -> Visit:
        """Ask for the first explanation that is offered, and wait for it."""
        first = '[class*="st-key-why_"]:not([class*="_others"]) button'
        self.click(self.page.locator(first).first)
        expect(self.page.get_by_text("This is how the model behaves").first).to_be_visible(
            timeout=SLOW
        )
        return self

    def explanation(self) -> Locator:
        """The box of the explanation that was found first: its sentence, chart and small print."""
        small_print = self.page.get_by_text("This is how the model behaves").first
        return small_print.locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]")

    def watched_by_drafts(self) -> Visit:
        """Wait until what is typed is kept; nobody types as early as a test does."""
        until(self.page, "window.mdsDrafts?.heard")
        return self

    def type_number(self, name: str, text: str) -> Visit:
        box = self.page.get_by_role("spinbutton", name=name)
        box.fill(text)
        box.press("Tab")
        return self

    def say_yes(self) -> Visit:
        self.click(self.button("Yes"))
        expect(self.page.get_by_text("Recorded: right")).to_be_visible()
        return self

    def health(self, model: str | None = None) -> Visit:
        """Go to Health as a person would, and choose a model there."""
        self.click(self.page.get_by_role("link", name="Health").first)
        expect(self.page.get_by_role("heading", name="How are the models doing?")).to_be_visible()
        if model:
            self.page.get_by_role("combobox", name="Model").click()
            self.page.get_by_role("option", name=model).click()
            self._shows(model)
        return self.settled()

    def metric(self, name: str) -> Locator:
        """The number of a tile on Health."""
        tile = self.page.get_by_test_id("stMetric").filter(has_text=name)
        return tile.get_by_test_id("stMetricValue")

    def by_version(self, version: str, column: str) -> Locator:
        """A cell of the table on Health. The table is painted; these are the words behind it."""
        grid = self.page.get_by_test_id("stDataFrame")
        header = grid.locator("th").filter(has_text=re.compile(f"^{column}$"))
        index = header.get_attribute("aria-colindex")
        row = grid.locator("tbody tr").filter(has_text=version)
        return row.locator(f'[aria-colindex="{index}"]')

    def upload(self, name: str, media_type: str, data: bytes) -> Visit:
        file: FilePayload = {"name": name, "mimeType": media_type, "buffer": data}
        return self._uploaded(name, file)

    def upload_file(self, path: Path) -> Visit:
        return self._uploaded(path.name, path)

    def _uploaded(self, name: str, file: FilePayload | Path) -> Visit:
        self.page.locator('input[type="file"]').set_input_files(file)
        expect(self.page.get_by_test_id("stFileUploader").get_by_text(name)).to_be_visible()
        return self.settled()

    def counted(self, model: str) -> Counted:
        """What Health has of a model now."""
        self.open("/health")
        self.page.get_by_role("heading", name="How are the models doing?").wait_for()
        expect(
            self.page.get_by_test_id("stMetric")
            .or_(self.page.get_by_text("No requests in this period"))
            .first
        ).to_be_visible()
        names = self.page.get_by_role("combobox", name="Model")
        if not names.count():
            return Counted()
        names.click()
        option = self.page.get_by_role("option", name=model)
        if not option.count():
            return Counted()
        option.click()
        self._shows(model)
        return self.tiles()

    def tiles(self) -> Counted:
        return Counted(
            cases=self.number("Cases"),
            answered=self.number("Answered"),
            feedback=self.number("Feedback"),
        )

    def _shows(self, model: str) -> None:
        """Wait until Health has been drawn for this model alone."""
        title = f"{model.partition('/')[2]} by version"
        expect(self.page.get_by_role("heading", name=title)).to_be_visible()

    def number(self, name: str) -> int:
        return int(self.metric(name).inner_text().replace(",", ""))


def _case(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("case", [""])[0]


def until(page: Page, expression: str, seconds: float = 30) -> None:
    """Wait until a JavaScript expression is true. Raises AssertionError when time is up.

    Playwright's own wait_for_function evaluates text in the page, which our content security policy forbids.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(f"() => Boolean({expression})"):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)
