"""What a person does on the pages, in their words."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FilePayload, Locator, Page, expect

SLOW = (
    120_000  # milliseconds: an explanation on a busy machine, which may have to load its libraries
)

# Nothing of the page has changed for a while, no part of it is a placeholder whose script is on its way, and none is on the
# move, as what opens is. What is drawn again and again (a clock that counts) does not hold anybody up for long.
_STANDS_STILL = """() => new Promise((done) => {
  let timer;
  const end = setTimeout(finish, 3000);
  const observer = new MutationObserver(later);
  function later() { clearTimeout(timer); timer = setTimeout(look, 100); }
  function moves(each) { return each.playState === 'running' && each.effect?.getComputedTiming().endTime !== Infinity; }
  function look() {
    document.querySelector('[data-testid="stSkeleton"]') || document.getAnimations().some(moves) ? later() : finish();
  }
  function finish() { observer.disconnect(); clearTimeout(timer); clearTimeout(end); done(); }
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  later();
})"""


class Visit:
    """One person in front of one page; counts the clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def open(self, path: str = "/") -> Visit:
        """Load a page, and wait until it is drawn: nobody types and presses as early as a test does."""
        self.page.goto(path)
        return self.settled()

    def reload(self) -> Visit:
        self.page.reload()
        return self.settled()

    def click(self, target: Locator) -> Visit:
        target.click()
        self.clicks += 1
        return self

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def card(self, title: str) -> Locator:
        """The card of a model on the Models page."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator('[class*="st-key-model_card_"]').filter(has=heading)

    def ask(self, title: str) -> Visit:
        """Choose a model by its card."""
        return self.click(self.card(title).get_by_role("button", name=f"Ask {title}"))

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
        """Wait until the script has run and the browser has drawn what it said."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout)
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0)
        expect(self.page.locator("html.mds-drawn")).to_have_count(1)
        self.page.evaluate(_STANDS_STILL)
        return self

    def headline(self) -> Locator:
        """The big line of the answer."""
        return self.page.get_by_role("heading", level=2).first

    def answer(self) -> str:
        """The words of the big line, once they are there."""
        return self.words_of(self.headline())

    def words_of(self, place: Locator) -> str:
        """What stands there, once something does."""
        expect(place).not_to_be_empty()
        return place.inner_text()

    def value_of(self, box: Locator) -> str:
        """What a box holds: a number is drawn a moment after its box."""
        expect(box).not_to_have_value("")
        return box.input_value()

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
        self.settled()
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
        expect(self.page.get_by_role("heading", name=re.compile("^How .* doing"))).to_be_visible()
        if model:
            self.settled()  # a list that is open closes when the page is drawn on
            box = self.page.get_by_role("combobox", name="Model")
            box.click()
            title = _in_title(model)
            box.fill(title.pattern)  # of a long list only a part is there
            self.page.get_by_role("option", name=title).click()
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
        expect(header).to_have_attribute("aria-colindex", re.compile("."))
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

    def _shows(self, model: str) -> None:
        """Wait until Health has been drawn for this model alone."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(_in_title(model))


class Frames:
    """How many messages this page sends to the server from now on, until it is loaded anew."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(
            """() => {
              window.sentFrames = 0;
              const send = WebSocket.prototype.send;
              WebSocket.prototype.send = function (...all) { window.sentFrames += 1; return send.apply(this, all); };
            }"""
        )

    @property
    def sent(self) -> int:
        return int(self._page.evaluate("window.sentFrames"))


def _in_title(model: str) -> re.Pattern[str]:
    """What the title of a model has of its name: penguins of demo/penguins."""
    return re.compile(model.partition("/")[2].replace("-", " "), re.IGNORECASE)


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
