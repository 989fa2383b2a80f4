"""The rehearsed path as an animated picture, frame by frame: open, ask, predict, why, what if, say whether it was right, health."""

from __future__ import annotations

import io
import re
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, expect

from tests.browser.visit import SLOW, Visit

SIZE = {"width": 1024, "height": 768}
SHOWN = (900, 675)  # pixels of a frame
_LOOK, _PRESS, _READ = 1_100, 700, 2_600  # milliseconds of a frame
_QUALITY = 72
_STEPS = 45  # of a slider, a hundredth of its way each
_RING, _DOT = 22, 9  # pixels: where somebody presses


class Film:
    """Frames of one visit, and how long each stands."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._frames: list[Image.Image] = []
        self._durations: list[int] = []

    def look(self, milliseconds: int = _LOOK) -> None:
        """What is on the screen now."""
        self._add(self._picture(), milliseconds)

    def press(self, target: Locator) -> None:
        """Where the next press is; then press it."""
        target.scroll_into_view_if_needed()
        self._visit.settled()
        box = target.bounding_box()
        picture = self._picture()
        if box:
            _draw_press(picture, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._add(picture, _PRESS)
        target.click()

    def save(self, path: Path) -> None:
        """As one animated picture that begins again."""
        first, *others = self._frames
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=self._durations,
            loop=0,
            quality=_QUALITY,
            method=6,
        )

    def _picture(self) -> Image.Image:
        self._visit.page.mouse.move(4, 400)  # no help of what the pointer is on
        self._visit.page.wait_for_timeout(900)  # charts settle with an animation
        return Image.open(io.BytesIO(self._visit.page.screenshot())).convert("RGB")

    def _add(self, picture: Image.Image, milliseconds: int) -> None:
        self._frames.append(picture.resize(SHOWN, Image.Resampling.LANCZOS))
        self._durations.append(milliseconds)


def film(browser: Browser, base: str, path: Path) -> None:
    """Go the way once, and keep it."""
    context = browser.new_context(base_url=base, color_scheme="light", viewport=SIZE)  # type: ignore[arg-type]
    context.set_default_timeout(SLOW)
    visit = Visit(context.new_page()).open()
    page = visit.page
    visit.button("Not now").click()  # the tour of who is new
    visit.settled()
    taken = Film(visit)
    taken.look()
    taken.press(visit.card("Penguins").get_by_role("button", name="Ask Penguins"))
    visit.predict_button().wait_for()
    visit.settled()
    taken.look()
    taken.press(visit.predict_button())
    page.get_by_text("Technical", exact=True).wait_for(timeout=SLOW)
    visit.settled()
    taken.look(_READ)
    taken.press(visit.button("What speaks for and against"))
    page.get_by_text("This is how the model behaves").first.wait_for(timeout=SLOW)
    expect(visit.button("Stop")).to_have_count(0, timeout=SLOW)  # what came first was rough
    visit.settled()
    visit.explanation().scroll_into_view_if_needed()
    taken.look(_READ)
    _what_if(taken, visit)
    taken.press(visit.button("Yes"))
    page.get_by_text("Recorded: right").wait_for()
    visit.settled()
    taken.look()
    taken.press(page.get_by_role("link", name="Health").first)
    page.get_by_role("heading", name=re.compile("^How .* doing")).wait_for()
    visit.settled()
    taken.look(_READ)
    taken.save(path)
    context.close()


def _what_if(taken: Film, visit: Visit) -> None:
    """Move a value in the place of the form, see how the answer follows, and go back."""
    page = visit.page
    taken.press(visit.button("What if …?"))
    visit.settled()
    taken.look()
    slider = page.get_by_test_id("stSlider").get_by_role("slider").first
    slider.focus()
    for _ in range(_STEPS):
        page.keyboard.press("ArrowLeft")
    page.locator(".st-key-what_if_curve").wait_for()
    visit.settled()
    taken.look(_READ)
    taken.press(visit.button("Back to the form"))
    visit.button("Yes").wait_for()
    visit.settled()


def _draw_press(picture: Image.Image, x: float, y: float) -> None:
    pen = ImageDraw.Draw(picture, "RGBA")
    for radius, colour in ((_RING, (217, 95, 2, 90)), (_DOT, (217, 95, 2, 240))):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
