"""The pictures of what belongs to people: Cases, a case, the inbox, the report and the sign-in, at two widths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from cases.recording import predict_and_record
from cli import demo
from db.engine import close, make_sessions
from feedback.comments import comment
from feedback.submission import submit
from mds_client import MdsClient, Server
from tests.browser.visit import Visit
from tests.browser.watched import app_of_its_own
from tests.provider import CLIENT, provider

WIDTHS = {1024: 800, 420: 860}  # and their heights
SCHEMES = ("light", "dark")
ANA = "ana"


def photograph(browser: Browser, base: str, mds_url: str, database_url: str, target: Path) -> None:
    """Every page of these, in light and dark, at 1024 and 420 px; `base` is an app that knows nobody."""
    target.mkdir(parents=True, exist_ok=True)
    case_id = _speak(mds_url, database_url)
    # The inbox first: who opens the case has seen what was said on it.
    for paths in ({"inbox": "/inbox"}, {"cases": "/cases", "case": f"/case?id={case_id}"}):
        for page, suffix in _each(browser, base):
            for name, path in paths.items():
                Visit(page).open(path)
                page.wait_for_timeout(1200)
                page.screenshot(path=target / f"{name}-{suffix}")
    for page, suffix in _each(browser, base):
        _take_report(page, case_id, target / f"report-{suffix}")


def _each(browser: Browser, base: str) -> Iterator[tuple[Page, str]]:
    """A page of each width in each theme, and the end of the name of its pictures."""
    for scheme in SCHEMES:
        for width, height in WIDTHS.items():
            page = _page(browser, base, scheme, width, height)
            yield page, f"{width}-{scheme}.png"
            page.context.close()


def photograph_sign_in(browser: Browser, mds_url: str, folder: Path, target: Path) -> None:
    """The way to a provider of sign-ins, where nobody has signed in yet."""
    target.mkdir(parents=True, exist_ok=True)
    with _signing_in(mds_url, folder) as base:
        for page, suffix in _each(browser, base):
            page.goto("/")
            page.get_by_role("button", name="Sign in").wait_for()
            page.wait_for_timeout(800)
            page.screenshot(path=target / f"sign-in-{suffix}")


def _speak(mds_url: str, database_url: str) -> str:
    """A few cases of ana's, one of which people talk about; its id."""
    sessions, asked = make_sessions(database_url), []
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        model = client.model("penguins", "v2")
        for number, row in enumerate(model.signature().example_rows[:5]):
            key = f"ana-{number}"
            asked.append(
                predict_and_record(model, row, sessions=sessions, key=key, person=ANA).case_id
            )
    case_id = asked[0]
    said = submit(
        sessions,
        case_id=case_id,
        person=ANA,
        judgement="unsure",
        comment="The bill looks too long for this species.",
        key="ana-says",
    )
    comment(
        sessions,
        case_id=case_id,
        person="rita",
        words="Measured again: it was the lower bill. Fixed in the next version.",
        key="rita-answers",
        answers_id=said.id,
        answer="known",
    )
    close(sessions)
    return case_id


def _page(browser: Browser, base: str, scheme: str, width: int, height: int) -> Page:
    context = browser.new_context(
        base_url=base,
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": height},
    )
    context.set_default_timeout(30_000)
    context.add_cookies([{"name": "mds_name", "value": ANA, "url": base}])
    return context.new_page()


def _take_report(page: Page, case_id: str, path: Path) -> None:
    """The file as it opens without a network."""
    visit = Visit(page).open(f"/case?id={case_id}")
    visit.settled()
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    kept = path.with_suffix(".html")
    download.value.save_as(kept)
    opened = page.context.new_page()
    opened.goto(kept.resolve().as_uri())
    opened.screenshot(path=path)
    opened.close()
    kept.unlink()


@contextmanager
def _signing_in(mds_url: str, folder: Path) -> Iterator[str]:
    with provider() as found:
        part = app_of_its_own(folder, int(mds_url.rpartition(":")[2]))
        url = part.ready_url.removesuffix("/healthz").replace("127.0.0.1", "localhost")
        oidc = {"metadata_url": found.metadata_url, "public_url": url, "client_id": "workbench"}
        more = {
            "MDS_SIGN_IN": "oidc",
            "MDS_OIDC": json.dumps(oidc),
            "MDS_OIDC__CLIENT_SECRET": CLIENT["client_secret"],
            "MDS_OIDC__COOKIE_SECRET": "c" * 32,
        }
        part = replace(part, environment={**part.environment, **more})
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            yield url
