"""How long an answer takes to follow a slider that is let go: in a real browser, on a served model.

`python -m benchmarks.what_if [--presses N]` starts the embedded MDS and the app, asks how far a diabetes will have progressed, opens
*Try other values* and moves a slider step by step. Prints milliseconds from the key that lets go to the new answer on the screen: the
median and the slowest. Each answer is checked: it is that of the value where the slider stands.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.figures import record, right
from mds_client import MdsClient, Server
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.started import started
from tests.browser.visit import Visit

MODEL = "diabetes-progress"
TARGET_MS = 300
# From the key to the moment when other words stand in the answer; the browser's own clock.
_FOLLOWED = """(key) => new Promise((done) => {
  const box = document.querySelector('.st-key-what_if_answer');
  const before = box.innerText, began = performance.now();
  const observer = new MutationObserver(() => {
    if (box.innerText === before) return;
    observer.disconnect();
    done(performance.now() - began);
  });
  observer.observe(box, { subtree: true, childList: true, characterData: true });
  setTimeout(() => { observer.disconnect(); done(null); }, 3000);
  window.mdsPress = key;
})"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=40)
    chosen = parser.parse_args(arguments)
    with started() as found:
        _measure(found.base, found.mds_url, chosen.presses)


def _measure(base: str, mds_url: str, presses: int) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(base_url=base)
        visit = Visit(page).open(f"/predict?model=demo/{MODEL}").predict()
        page.get_by_test_id("stExpander").get_by_text("Try other values").click()
        slider = _slider(page)
        slider.wait_for()
        visit.settled()
        slider.focus()
        taken = [each for each in (_press(page) for _ in range(presses)) if each is not None]
        right(
            len(taken) > presses / 2, f"only {len(taken)} of {presses} presses changed the answer"
        )
        _check(page, mds_url)
        browser.close()
    middle, slowest = statistics.median(taken), max(taken)
    print(f"{'ms from the release to the answer':40}{'median':>8}{'slowest':>9}{'n':>5}")
    print(f"{MODEL + ', a slider':40}{middle:>8.0f}{slowest:>9.0f}{len(taken):>5}")
    print(
        f"target: {TARGET_MS} ms; {sum(each <= TARGET_MS for each in taken)} of {len(taken)} within it"
    )
    record("what_if", MODEL, median_ms=middle, slowest_ms=slowest, n=len(taken))


def _press(page: Page) -> float | None:
    """One step of the slider; None where the words of the answer stayed the same."""
    page.evaluate(f"window.mdsFollowed = ({_FOLLOWED})('ArrowRight')")
    page.keyboard.press("ArrowRight")
    taken: float | None = page.evaluate("window.mdsFollowed")
    return taken


def _slider(page: Page) -> Locator:
    """The first of those that can be moved."""
    return page.get_by_test_id("stSlider").get_by_role("slider").first


def _check(page: Page, mds_url: str) -> None:
    """Raises Wrong where the screen shows another answer than the model gives to where the slider stands."""
    Visit(page).settled()
    slider = _slider(page)
    value = float(slider.get_attribute("aria-valuenow") or slider.input_value())
    label = slider.get_attribute("aria-label") or ""
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        model = client.model(MODEL)
        signature = model.signature()
        moved = next(field for field in signature.inputs if label.startswith(field.title))
        said = model.predict({**signature.example_rows[0], moved.name: value}).answer.headline
    shown = page.locator(".st-key-what_if_answer h2").inner_text()
    right(shown == said, f"the screen says {shown}, the model {said}")


if __name__ == "__main__":
    main()
