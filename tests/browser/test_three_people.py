"""Three people and a new version: flagged, corrected, golden, run by itself, answered, and read where it began."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from cli import demo
from db.engine import Sessions, close, make_sessions
from feedback import golden
from feedback.review_rules import DEFAULT, set_rules
from tests.browser.visit import Visit
from tests.browser.watched import PATIENCE, app_of_its_own, watched
from tests.demo_mds.embedded import built, mlserver_of_its_own

COMMENT = "The bill is far too deep for this species."
ANSWER = "It looks at the depth of the bill now."


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The app with its worker, in front of an MLServer to which a version can be added."""

    url: str
    sessions: Sessions
    server: str
    models: Path

    def load_v3(self) -> None:
        """Another model than v2, under a name of its own, by MLServer's own way to load one."""
        added = self.models / "penguins" / "v3"
        shutil.copytree(built("v1"), added)
        facts = json.loads((added / "model-settings.json").read_text())
        facts["parameters"]["version"] = "v3"
        (added / "model-settings.json").write_text(json.dumps(facts))
        loading = f"{self.server}/v2/repository/models/penguins/load"
        httpx.post(loading, timeout=PATIENCE / 1000).raise_for_status()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with mlserver_of_its_own(tmp_path) as (server, models):
        part = app_of_its_own(
            tmp_path,
            urlsplit(server).port or 0,
            MDS_EMBEDDED_WORKER="true",
            MDS_REFRESH_SECONDS="0.5",
            MDS_AUDIT_PROBABILITY="0",  # nothing comes before a reviewer by chance
        )
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            sessions = make_sessions(part.environment["MDS_DATABASE_URL"])
            url = part.ready_url.removesuffix("/healthz")
            yield Bench(url=url, sessions=sessions, server=server, models=models)
            close(sessions)
        assert "Traceback" not in part.log.read_text()


@pytest.mark.slow
def test_what_an_analyst_flags_comes_back_as_fixed_in_the_new_version(
    bench: Bench, browser: Browser
) -> None:
    once = replace(DEFAULT, second_share=0.0)
    set_rules(bench.sessions, server="demo", model="penguins", rules=once, person="olga")
    with ExitStack() as stack:
        ann, rita, olga = (_person(stack, browser, bench, who) for who in ("ann", "rita", "olga"))
        case_id = _flag(ann)
        _correct(rita, case_id)
        _not_run_yet(olga, case_id)
        bench.load_v3()
        _wait_for_run(bench, olga, case_id)
        olga.open(f"/case?id={case_id}")
        expect(olga.page.locator(".st-key-case_is_golden")).to_contain_text(
            "Adelie is right. Fixed in version v3."
        )
        expect(olga.page.get_by_text("of version v3, as a golden case")).to_be_visible()
        _say_fixed(olga)
        _read(ann, case_id)


def _person(stack: ExitStack, browser: Browser, bench: Bench, name: str) -> Visit:
    page = stack.enter_context(watched(browser, bench.url))
    page.context.add_cookies([{"name": "mds_name", "value": name, "url": bench.url}])
    return Visit(page)


def _flag(ann: Visit) -> str:
    """An answer is wrong, and she says why she thinks so; what is right she does not know."""
    ann.open("/predict?model=demo/penguins")
    ann.type_number("Bill depth", "15.4").predict()  # with which v3 says otherwise than v2
    assert "Gentoo" in ann.answer()
    ann.click(ann.button("No"))
    ann.page.get_by_label("Comment, optional").fill(COMMENT)
    ann.click(ann.button("Send"))
    expect(ann.page.get_by_text(f"Recorded: wrong. “{COMMENT}”")).to_be_visible()
    return ann.case()


def _correct(rita: Visit, case_id: str) -> None:
    """From the keyboard: incorrect, Adelie is right, and a golden case from now on."""
    rita.open("/review?model=demo/penguins")
    page, case = rita.page, rita.page.locator(".st-key-review_case")
    expect(page.get_by_text("Analyst flagged").first).to_be_visible()
    expect(case.get_by_role("link", name=f"Case {case_id[-6:]}")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("What is right?")).to_be_visible()
    rita.settled()
    page.keyboard.press("1")
    told = f"Case {case_id[-6:]}: incorrect, Adelie is right, saved."
    expect(page.locator("output", has_text="saved")).to_contain_text(told)
    rita.settled()
    page.keyboard.press("g")
    expect(page.get_by_text("It is a golden case now.")).to_be_visible()


def _not_run_yet(olga: Visit, case_id: str) -> None:
    olga.open(f"/case?id={case_id}")
    expect(olga.page.locator(".st-key-case_is_golden")).to_contain_text("No version was run on it")


def _wait_for_run(bench: Bench, olga: Visit, case_id: str) -> None:
    """Nobody clicks: the watch over the servers finds the version, and the worker runs it."""
    for _ in range(PATIENCE // 100):
        (place,) = golden.places_of(bench.sessions, case_id)
        if place.results:
            break
        olga.page.wait_for_timeout(100)
    ((result, run),) = place.results
    assert (run.version, run.person, result.outcome) == ("v3", "anonymous", "fixed")


def _say_fixed(olga: Visit) -> None:
    """In answer to the comment, where it waits for one."""
    page = olga.open("/inbox").page
    waiting = page.locator('[class*="st-key-inbox_waiting_"]').filter(has_text=COMMENT)
    expect(waiting).to_contain_text("by ann")
    olga.click(waiting.get_by_role("link", name=re.compile("^Open case"))).settled()
    # Where there are several, each is called by its row, too.
    history = page.get_by_role("button", name=re.compile("^Answer(:|$)"))
    olga.click(history.last).settled()  # what was said first is the last in the list
    olga.click(olga.button("Fixed").or_(page.get_by_role("radio", name="Fixed")).first)
    page.get_by_label("Fixed in version").fill("v3")
    page.get_by_label("In your words").fill(ANSWER)
    olga.click(olga.button("Send the answer"))
    expect(page.get_by_text("Your comment is recorded.")).to_be_visible()
    olga.settled()


def _read(ann: Visit, case_id: str) -> None:
    """It is new to her until she has seen it on the page of the case."""
    page = ann.open("/inbox").page
    new = page.locator('[class*="st-key-inbox_new_"]').filter(has_text="Answered: fixed in v3")
    expect(new).to_contain_text("by olga")
    expect(new).to_contain_text(ANSWER)
    ann.click(new.get_by_role("link", name=f"Open case {case_id[-6:]}")).settled()
    expect(page.locator(".st-key-case_is_golden")).to_contain_text("Fixed in version v3.")
    ann.open("/inbox")
    expect(page.get_by_role("heading", name="What was said?")).to_be_visible()
    expect(new).to_have_count(0)
