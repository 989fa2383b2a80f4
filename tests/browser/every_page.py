"""Every page, for axe and for the eye: `python -m tests.browser.every_page [FOLDER]`.

Starts the models and the app with the history of the demonstration, and goes to each page once. There it switches width and theme
in place: at 1440, 1024, 720 (as 1440 are at 200 %) and 420 px, in light and dark, it asks axe, looks whether something sticks out of the page or a
heading is left out, and keeps a picture of the window and one of the whole page in FOLDER. Prints what it found, and fails then.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from cases.recording import predict_and_record
from cli import demo
from db.engine import Sessions, close, make_sessions
from feedback import golden
from feedback.comments import comment
from feedback.submission import submit
from mds_client import MdsClient, Server
from shows import runs, store
from tests.browser import axe, sliders
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.started import Started, started
from tests.browser.visit import Visit
from tests.browser.watched import PATIENCE

WIDTHS = {1440: 900, 1024: 768, 720: 450, 420: 860}  # and their heights
SCHEMES = ("light", "dark")
_LONGEST = 4_000  # pixels of a picture of a whole page
# What is wider than the page, and the words of a button that do not fit into it.
_STICKS_OUT = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const wide = Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth);
  if (wide <= 1) return [];
  const past = [...main.querySelectorAll('*')].filter(each => each.getBoundingClientRect().right > innerWidth + 1);
  return [`${wide} px wider than the window: ${past.slice(0, 3).map(each => each.outerHTML.slice(0, 120)).join(' | ')}`];
}"""
_CUT = """() => [...document.querySelectorAll('[data-testid="stMain"] :is(button, label, h1, h2, h3, [data-testid="stMetricLabel"] *)')]
  .filter(each => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflow !== 'visible')
  .map(each => `cut: ${each.innerText.slice(0, 60)}`)"""
_HEADINGS = """() => [...document.querySelectorAll('[data-testid="stMain"] :is(h1, h2, h3, h4, h5, h6)')]
  .filter(each => each.checkVisibility())
  .map(each => [Number(each.ariaLevel || each.tagName[1]), each.innerText.slice(0, 40)])"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page with something on it: its address, and what is done there first."""

    name: str
    path: str
    do: Callable[[Visit], object] = Visit.settled


@dataclass(frozen=True, kw_only=True)
class Known:
    """What addresses name."""

    case_id: str
    number_id: str
    show_id: str


def places(known: Known) -> list[Place]:
    """Every page, and what comes to be on it."""
    penguins = "/predict?model=demo/penguins"
    return [
        Place(name="models", path="/"),
        Place(name="form", path=penguins),
        Place(name="answer", path=f"/predict?case={known.case_id}", do=Visit.why),
        Place(name="what-if", path=f"/predict?case={known.case_id}", do=_try_values),
        Place(name="number", path=f"/predict?case={known.number_id}"),
        Place(name="picture", path="/predict?model=demo/digits"),
        Place(name="sound", path="/predict?model=demo/speech"),
        Place(name="file", path=penguins, do=_choose_file),
        Place(name="cases", path="/cases"),
        Place(name="case", path=f"/case?id={known.case_id}"),
        Place(name="health", path="/health"),
        Place(name="health-one", path="/health?model=demo/penguins"),
        Place(name="behaviour", path="/behaviour?model=demo/penguins"),
        Place(name="signature", path="/signatures?model=demo/penguins"),
        Place(name="review", path="/review"),
        Place(name="review-tests", path="/review?tab=Test+runs&model=demo/penguins"),
        Place(name="review-golden", path="/review?tab=Golden+cases&model=demo/penguins"),
        Place(name="review-agreement", path="/review?tab=Agreement&model=demo/penguins"),
        Place(name="side-by-side", path="/review?tab=Side+by+side&model=demo/penguins"),
        Place(name="inbox", path="/inbox"),
        Place(name="jobs", path="/jobs"),
        Place(name="data", path="/data"),
        Place(name="shows", path=f"/shows?id={known.show_id}"),
        Place(name="stage", path=f"/present?show={known.show_id}"),
        Place(name="you", path="/you"),
        Place(name="alone", path=f"{penguins}&embed=true"),
    ]


def sticks_out(page: Page) -> list[str]:
    """What is wider than the page."""
    found: list[str] = page.evaluate(_STICKS_OUT)
    return found


def headings_left_out(page: Page) -> list[str]:
    """Headings that do not follow: the first is no title, or a level is left out."""
    found: list[tuple[int, str]] = page.evaluate(_HEADINGS)
    levels = [0, *(level for level, _ in found)]
    return [
        f"heading of level {level} after {before}: {words}"
        for before, (level, words) in zip(levels, found, strict=False)
        if level > before + 1
    ]


def _try_values(visit: Visit) -> None:
    sliders.opened(visit)
    visit.page.keyboard.press("ArrowRight")
    visit.page.locator(".st-key-what_if_answer").get_by_text("Changed: ").wait_for()
    visit.settled()


def _choose_file(visit: Visit) -> None:
    visit.click(visit.page.get_by_role("radio", name="A file")).settled()
    rows = "Bill length (mm);Bill depth (mm);Flipper (mm);Body mass (g);Island;Sex;Year"
    birds = "39,1;18,7;181;3750;Torgersen;male;2007\n46,5;17,9;192;3500;Dream;female;2008"
    content = f"{rows}\n{birds}\n".encode()
    upload: FilePayload = {"name": "birds.csv", "mimeType": "text/csv", "buffer": content}
    visit.page.get_by_test_id("stFileUploader").locator("input").set_input_files(upload)
    visit.page.get_by_text("Which column feeds which field").wait_for()
    visit.settled()


def main(target: Path, only: str = "") -> int:
    """Start everything and look at every page; how much was found."""
    target.mkdir(parents=True, exist_ok=True)
    with started() as all_of_it, sync_playwright() as playwright:
        known = _fill(all_of_it)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        chosen = [p for p in places(known) if not only or p.name in only.split(",")]
        looked = [_look(browser, all_of_it.base, place, target) for place in chosen]
        found = [line for lines in looked for line in lines]
        browser.close()
    return len(found)


def _fill(found: Started) -> Known:
    """The history of the demonstration, and what the addresses name."""
    with demo.running(demo.history_part(found.app)) as history:
        history.wait()
    sessions = make_sessions(found.database_url)
    with MdsClient(Server(name="demo", url=found.mds_url)) as client:
        known = made(sessions, client)
    _speak_of(sessions, known.case_id)
    close(sessions)
    return known


def _speak_of(sessions: Sessions, case_id: str) -> None:
    """What people made of a case: it is golden, and one of them has a question."""
    for person in ("ana", "ben"):
        submit(sessions, case_id=case_id, person=person, judgement="correct", key=f"{person}-said")
    golden.add(sessions, case_id=case_id, person="ana")
    words = "Was the bill measured twice?"
    comment(sessions, case_id=case_id, person="ana", words=words, key="ana-asks")


def made(sessions: Sessions, client: MdsClient) -> Known:
    """Two cases of real models, and a show of both."""
    ids = []
    for name, version in (("penguins", "v2"), ("diabetes-progress", "")):
        model = client.model(name, version)
        row = model.signature().example_rows[0]
        key = f"every-page-{name}"
        ids.append(predict_and_record(model, row, sessions=sessions, key=key).case_id)
    show = store.make(sessions, person="anonymous", name="Birds and patients", case_ids=ids)
    runs.begin(sessions, show, person="anonymous")
    return Known(case_id=ids[0], number_id=ids[1], show_id=show.id)


def _look(browser: Browser, base: str, place: Place, target: Path) -> Iterator[str]:
    """One visit to one page; prints what is found at once."""
    context = browser.new_context(base_url=base, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try:
        place.do(Visit(page).open(place.path))
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                where = f"{place.name}-{width}-{scheme}"
                _switch(page, width, height, scheme)
                for line in _found(page, scheme):
                    print(f"{where}: {line}", flush=True)
                    yield f"{where}: {line}"
                _photograph(page, width, height, target / where)
        print(f"{place.name}: seen", flush=True)
    except Exception as error:
        print(f"{place.name}: {error}", flush=True)
        yield f"{place.name}: {error}"
    finally:
        context.close()


def _switch(page: Page, width: int, height: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": height})
    Visit(page).settled()
    axe.put_into(page, scheme)
    page.wait_for_timeout(700)  # colours fade over, charts settle


def _found(page: Page, scheme: str) -> list[str]:
    cut: list[str] = page.evaluate(_CUT)
    return [*axe.serious(page, scheme, {}), *sticks_out(page), *headings_left_out(page), *cut]


def _photograph(page: Page, width: int, height: int, path: Path) -> None:
    """The window, and the whole page where it is longer."""
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    page.screenshot(path=path.with_suffix(".png"))
    whole = int(page.get_by_test_id("stMain").evaluate("main => main.scrollHeight"))
    if whole > height:
        page.set_viewport_size({"width": width, "height": min(whole, _LONGEST)})
        page.wait_for_timeout(400)
        page.screenshot(path=path.with_name(f"{path.name}-whole.png"))
        page.set_viewport_size({"width": width, "height": height})


if __name__ == "__main__":
    given = sys.argv[1:]
    folder = Path(given[0]) if given else Path("var") / "every-page"
    problems = main(folder, given[1] if len(given) > 1 else "")
    print(json.dumps({"found": problems, "pictures": str(folder)}))
    raise SystemExit(bool(problems))
