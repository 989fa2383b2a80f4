"""The sliders of *What if …?*: moved by key, with the time until the answer follows."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from mds_client import MdsClient, Server
from tests.browser.visit import Visit

# From the key to the moment when other words stand in the answer; the browser's own clock.
_FOLLOWED = """() => new Promise((done) => {
  const box = document.querySelector('.st-key-what_if_answer');
  const before = box.innerText, began = performance.now();
  const observer = new MutationObserver(() => {
    if (box.innerText === before) return;
    observer.disconnect();
    done(performance.now() - began);
  });
  observer.observe(box, { subtree: true, childList: true, characterData: true });
  setTimeout(() => { observer.disconnect(); done(null); }, 3000);
})"""


def opened(visit: Visit) -> Locator:
    """Try other values where the form stood; the first slider, with the focus."""
    page = visit.page
    visit.click(visit.button("What if …?"))
    found = first(page)
    found.wait_for()
    visit.settled()
    found.focus()
    return found


def first(page: Page) -> Locator:
    return page.get_by_test_id("stSlider").get_by_role("slider").first


def step(page: Page) -> float | None:
    """One step further; milliseconds until the answer followed. None where its words stayed the same."""
    page.evaluate(f"window.mdsFollowed = ({_FOLLOWED})()")
    page.keyboard.press("ArrowRight")
    taken: float | None = page.evaluate("window.mdsFollowed")
    return taken


def shown(page: Page) -> str:
    """The answer to what the sliders hold."""
    return page.locator(".st-key-what_if_answer h2").inner_text()


def said(page: Page, mds_url: str, name: str) -> str:
    """What the model answers to the first example with the first slider where it stands."""
    slider = first(page)
    value = float(slider.get_attribute("aria-valuenow") or slider.input_value())
    label = slider.get_attribute("aria-label") or ""
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        model = client.model(name)
        signature = model.signature()
        moved = next(field for field in signature.inputs if label.startswith(field.title))
        return model.predict({**signature.example_rows[0], moved.name: value}).answer.headline
