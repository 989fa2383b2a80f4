"""`python -m tests.browser.screenshots`: the pictures in docs/screenshots, taken anew from the real app."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, ViewportSize, expect, sync_playwright

from cases.recording import predict_and_record
from cli import demo
from db.engine import make_sessions
from feedback.submission import submit
from mds_client import MdsClient, MdsError, Server
from tests.browser import animated, language, people_screenshots
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.started import Started, started
from tests.browser.visit import SLOW, Visit
from tests.browser.watched import PATIENCE

SIZE: ViewportSize = {"width": 1280, "height": 900}
PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
MODALITIES = ("penguins", "digits", "language-id", "speech", "diabetes-progress", "ocr")
_HEADINGS = "Bill length (mm);Bill depth (mm);Flipper (mm);Body mass (g);Island;Sex;Year;Note"
_BIRDS = (
    "39,1;18,7;181;3750;Torgersen;male;2007;",
    "46,5;17,9;192;3500;Dream;female;2008;ring lost",
    "50,0;16,3;230;5700;Biscoe;male;2009;",
    "49,6;18,2;193;3775;Dream;male;2009;",
)
TARGET = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def main(target: Path = TARGET) -> None:
    """Start everything, ask some questions, and take every picture in light and dark."""
    target.mkdir(parents=True, exist_ok=True)
    _photograph_demonstration(target)
    with started() as all_of_it:
        ask_around(all_of_it.mds_url, all_of_it.database_url)
        _photograph(all_of_it.base, target)
        _photograph_people(all_of_it, target)


def _photograph_demonstration(target: Path) -> None:
    """Models and Health as a demonstration has them, with three months of cases."""
    with started() as found, sync_playwright() as playwright:
        with demo.running(demo.history_part(found.app)) as history:
            history.wait()
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for scheme in ("light", "dark"):
            visit = _visitor(browser, found.base, scheme).open()
            visit.card("Breast cancer").wait_for()
            visit.click(visit.button("Not now")).settled()  # the tour of who is new
            _take(visit, target / f"models-{scheme}.png")
            visit.health()
            _take(visit, target / f"health-{scheme}.png", is_long=True)
            visit.open("/health?model=demo/breast-cancer")
            _take(visit, target / f"health-model-{scheme}.png", is_long=True)
        browser.close()


def ask_around(mds_url: str, database_url: str) -> None:
    """Some cases of each model: real questions, seeded judgements."""
    sessions, chance = make_sessions(database_url), random.Random(7)
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        for name, version in (
            ("breast-cancer", ""),
            ("penguins", "v1"),
            ("penguins", "v2"),
            ("digits", ""),
            ("sentiment", ""),
            ("diabetes-progress", ""),
        ):
            model = client.model(name, version)
            for number, row in enumerate(model.signature().example_rows * 6):
                asked = predict_and_record(
                    model,
                    row,
                    sessions=sessions,
                    key=f"{name}{version}{number}",
                    random=chance.random,
                )
                if asked.case.is_audited or chance.random() < 0.1:
                    judgement = "incorrect" if chance.random() < 0.1 else "correct"
                    submit(
                        sessions,
                        case_id=asked.case_id,
                        person="ana",
                        judgement=judgement,
                        key=asked.case_id,
                    )
        flaky = client.model("flaky")
        for number, row in enumerate(flaky.signature().example_rows[:9]):
            predict_and_record(
                flaky, row, sessions=sessions, key=f"flaky{number}", random=chance.random
            )


def _photograph(base: str, target: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for scheme in ("light", "dark"):
            _pages(browser, base, scheme, target)
        for model in MODALITIES:
            _modality(browser, base, model, target)
        language.photograph(browser, base, target / "language")
        animated.film(browser, base, target / "rehearsed-path.webp")
        browser.close()


def _photograph_people(found: Started, target: Path) -> None:
    base, mds_url = found.base, found.mds_url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        people_screenshots.photograph(browser, base, mds_url, found.database_url, target / "people")
        people_screenshots.photograph_sign_in(
            browser, mds_url, found.folder / "sign-in", target / "people"
        )
        browser.close()


def _pages(browser: Browser, base: str, scheme: str, target: Path) -> None:
    visit = _visitor(browser, base, scheme).open("/predict?model=demo/breast-cancer").predict()
    _take(visit, target / f"predict-{scheme}.png")
    _why(visit)
    _take(visit, target / f"predict-explained-{scheme}.png", is_long=True)
    _stage(visit, target / f"stage-{scheme}.png")
    _file(visit)
    _take(visit, target / f"file-{scheme}.png", is_long=True)
    visit.open("/behaviour?model=demo/breast-cancer").settled()
    visit.click(visit.page.get_by_role("radio", name="Examples")).settled()
    visit.click(visit.button("Start"))
    visit.page.wait_for_url("**study=**", timeout=SLOW)
    _take(visit, target / f"behaviour-{scheme}.png", is_long=True)
    visit.page.context.close()


def _stage(visit: Visit, path: Path) -> None:
    """The answer on the stage, as a projector shows it."""
    visit.page.set_viewport_size(PROJECTOR)
    visit.click(visit.page.get_by_role("button", name="Present").first).settled()
    visit.page.get_by_text("Recorded on").wait_for()
    visit.page.mouse.move(0, 0)
    visit.page.screenshot(path=path)
    visit.page.set_viewport_size(SIZE)


def _file(visit: Visit) -> None:
    """The answers to a file of birds, opened by its link."""
    visit.open("/predict?model=demo/penguins@v2")
    visit.click(visit.page.get_by_role("radio", name="A file"))
    content = "\n".join([_HEADINGS, *_BIRDS * 20]).encode()
    upload: FilePayload = {"name": "birds.csv", "mimeType": "text/csv", "buffer": content}
    visit.page.get_by_test_id("stFileUploader").locator("input").set_input_files(upload)
    ask, again = "Ask for all 80 rows", "Ask again"  # the second time it was answered before
    visit.page.get_by_role("button", name=re.compile(f"{ask}|{again}")).first.click()
    visit.page.get_by_text("80 rows were answered.").wait_for(timeout=SLOW)
    visit.settled().page.reload()
    visit.page.get_by_text("80 rows were answered.").wait_for()


def _modality(browser: Browser, base: str, model: str, target: Path) -> None:
    visit = _visitor(browser, base, "light").open(f"/predict?model=demo/{model}").predict()
    if model != "ocr":  # half a minute of looking, for the same picture
        _why(visit)
    _take(visit, target / f"ask-{model}-light.png", is_long=True)
    visit.page.context.close()


def _why(visit: Visit) -> None:
    """The whole explanation: what comes first is rough."""
    expect(visit.why().button("Stop")).to_have_count(0, timeout=SLOW)
    expect(visit.explanation()).to_be_visible()


def _visitor(browser: Browser, base: str, scheme: str) -> Visit:
    context = browser.new_context(base_url=base, color_scheme=scheme, viewport=SIZE)
    context.set_default_timeout(PATIENCE)
    return Visit(context.new_page())


def _take(visit: Visit, path: Path, *, is_long: bool = False) -> None:
    """A picture of the window; a long page is taken in a window that holds all of it."""
    visit.settled()
    visit.page.set_viewport_size({**SIZE, "height": 1400 if is_long else SIZE["height"]})
    visit.page.mouse.move(0, 0)
    visit.page.evaluate("document.activeElement.blur()")
    visit.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    visit.page.wait_for_timeout(1200)  # charts settle with an animation
    visit.page.screenshot(path=path)
    visit.page.set_viewport_size(SIZE)


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:2]))
    except MdsError as error:
        raise SystemExit(error.sentence) from error
