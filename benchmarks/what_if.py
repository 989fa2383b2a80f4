"""How long an answer takes to follow a slider that is let go: in a real browser, on a served model.

`python -m benchmarks.what_if [--presses N]` starts the embedded MDS and the app, asks how far a diabetes will have progressed, presses
*What if …?* and moves a slider step by step. Prints milliseconds from the key that lets go to the new answer on the screen: the
median and the slowest. Each answer is checked: it is that of the value where the slider stands.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from playwright.sync_api import sync_playwright

from benchmarks.figures import record, right
from tests.browser import sliders
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.started import started
from tests.browser.visit import Visit

MODEL = "diabetes-progress"
TARGET_MS = 300


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
        sliders.opened(visit)
        taken = [each for each in (sliders.step(page) for _ in range(presses)) if each is not None]
        right(
            len(taken) > presses / 2, f"only {len(taken)} of {presses} presses changed the answer"
        )
        visit.settled()
        shown, said = sliders.shown(page), sliders.said(page, mds_url, MODEL)
        right(shown == said, f"the screen says {shown}, the model {said}")
        browser.close()
    middle, slowest = statistics.median(taken), max(taken)
    print(f"{'ms from the release to the answer':40}{'median':>8}{'slowest':>9}{'n':>5}")
    print(f"{MODEL + ', a slider':40}{middle:>8.0f}{slowest:>9.0f}{len(taken):>5}")
    print(
        f"target: {TARGET_MS} ms; {sum(each <= TARGET_MS for each in taken)} of {len(taken)} within it"
    )
    record("what_if", MODEL, median_ms=middle, slowest_ms=slowest, n=len(taken))


if __name__ == "__main__":
    main()
