"""What a person does on the pages, in their words."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

SLOW = 60_000  # milliseconds: an explanation on a busy machine


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
        """Press Predict and wait for what comes."""
        self.click(
            self.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Predict")
        )
        expect(self.page.get_by_text("Technical", exact=True)).to_be_visible()
        return self.settled()

    def settled(self) -> Visit:
        """Wait until the page has been drawn to its end."""
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0)
        return self

    def answer(self) -> str:
        """The big line."""
        return self.page.get_by_role("heading", level=2).first.inner_text()

    def why(self) -> Visit:
        """Ask for the first explanation that is offered, and wait for it."""
        self.click(self.page.locator('[class*="st-key-why_"] button').first)
        expect(self.page.get_by_text("This is how the model behaves").first).to_be_visible(
            timeout=SLOW
        )
        return self

    def say_yes(self) -> Visit:
        self.click(self.button("Yes"))
        expect(self.page.get_by_text("You called this answer right")).to_be_visible()
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

    def upload(self, name: str, media_type: str, data: bytes) -> Visit:
        file: FilePayload = {"name": name, "mimeType": media_type, "buffer": data}
        return self._uploaded(name, file)

    def upload_file(self, path: Path) -> Visit:
        return self._uploaded(path.name, path)

    def _uploaded(self, name: str, file: FilePayload | Path) -> Visit:
        self.page.locator('input[type="file"]').set_input_files(file)
        expect(self.page.get_by_test_id("stFileUploader").get_by_text(name)).to_be_visible()
        return self.settled()

    def counted(self, model: str) -> tuple[int, int]:
        """Cases of and feedback on a model, as Health has them now."""
        self.open("/health")
        self.page.get_by_role("heading", name="How are the models doing?").wait_for()
        expect(
            self.page.get_by_test_id("stMetric")
            .or_(self.page.get_by_text("Nobody has asked"))
            .first
        ).to_be_visible()
        names = self.page.get_by_role("combobox", name="Model")
        if not names.count():
            return 0, 0
        names.click()
        option = self.page.get_by_role("option", name=model)
        if not option.count():
            return 0, 0
        option.click()
        self._shows(model)
        return self.number("Cases"), self.number("Feedback")

    def _shows(self, model: str) -> None:
        """Wait until Health has been drawn for this model alone."""
        title = f"{model.partition('/')[2]} by version"
        expect(self.page.get_by_role("heading", name=title)).to_be_visible()

    def number(self, name: str) -> int:
        return int(self.metric(name).inner_text().replace(",", ""))
