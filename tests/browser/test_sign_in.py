"""Signing in with a real provider in a real browser: out to it, back to the page that was left, and out again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

import db.audit_log
from cli import demo
from db.engine import close, make_sessions, reading
from tests.browser.visit import Visit, until
from tests.browser.watched import app_of_its_own
from tests.provider import CLIENT, Provider, provider

TABLE = [
    {"groups": ["risk"], "servers": ["*"], "models": ["penguins"]},
    {"groups": ["lead"], "role": "reviewer"},
]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The app, with a provider of sign-ins."""

    url: str
    provider: Provider
    part: demo.Part


@pytest.fixture(scope="module")
def bench(mds_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with provider() as found:
        part = app_of_its_own(tmp_path_factory.mktemp("oidc"), urlsplit(mds_url).port or 0)
        url = part.ready_url.removesuffix("/healthz").replace("127.0.0.1", "localhost")
        oidc = {"metadata_url": found.metadata_url, "public_url": url, "client_id": "workbench"}
        part = replace(
            part,
            # With an access table the probe tells nobody of models, for which `wait_until_ready` would wait.
            ready_url=f"{url}/_stcore/health",
            environment={
                **part.environment,
                "MDS_SIGN_IN": "oidc",
                "MDS_OIDC": json.dumps(oidc),
                "MDS_OIDC__CLIENT_SECRET": CLIENT["client_secret"],
                "MDS_OIDC__COOKIE_SECRET": "c" * 32,
                "MDS_ACCESS": json.dumps(TABLE),
            },
        )
        with demo.running(part) as process:
            demo.wait_until_ready([part], {part.name: process})
            yield Bench(url=url, provider=found, part=part)


def _sign_in(page: Page, subject: str) -> str:
    """Goes to the provider and comes back as this person; the address by which it went there."""
    with page.expect_request(lambda request: "/oauth2/authorize" in request.url) as asked:
        page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").first.fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()
    return asked.value.url


def test_who_signs_in_comes_back_sees_what_is_theirs_and_can_leave(
    bench: Bench, browser: Browser
) -> None:
    bench.provider.know("ann", email="ann@bank.example", groups=["risk"])
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{bench.url}/predict?model=demo%2Fpenguins")
    expect(page.get_by_text("Sign in to see what is shared with you")).to_be_visible()
    assert "Penguins" not in page.content()
    address = _sign_in(page, "ann")
    challenge = parse_qs(urlsplit(address).query)
    assert challenge["code_challenge_method"] == ["S256"]
    assert len(challenge["code_challenge"][0]) == 43
    expect(page.get_by_role("button", name="Predict")).to_be_visible()
    assert page.url.endswith("/predict?model=demo%2Fpenguins") or "model=demo/penguins" in page.url
    cookies = {cookie["name"]: cookie for cookie in context.cookies(bench.url)}
    assert cookies["_streamlit_user"]["httpOnly"]
    page.goto(f"{bench.url}/you")
    expect(page.get_by_text("ann@bank.example, analyst")).to_be_visible()
    expect(page.get_by_text("You may see 1 model now")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).not_to_have_url(f"{bench.url}/you")
    page.goto(f"{bench.url}/you")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.close()
    assert _trailed(bench) == [
        ("sign-in", "ann@bank.example", "127.0.0.1"),
        ("sign-out", "ann@bank.example", "127.0.0.1"),
    ]
    log = bench.part.log.read_text()
    assert CLIENT["client_secret"] not in log
    assert "Traceback" not in log


def test_what_was_typed_is_there_after_the_session_ended_and_a_new_sign_in(
    bench: Bench, browser: Browser
) -> None:
    bench.provider.know("eva", email="eva@bank.example", groups=["risk"])
    context = browser.new_context()
    page = context.new_page()
    visit = Visit(page)
    page.goto(f"{bench.url}/predict?model=demo%2Fpenguins")
    _sign_in(page, "eva")
    box = page.get_by_role("spinbutton", name="Bill length (mm)")
    expect(box).not_to_have_value("")
    visit.settled().watched_by_drafts()
    box.fill("51.5")
    box.blur()
    until(page, "JSON.stringify(localStorage).includes('51.5')")
    other = context.new_page()
    other.goto(f"{bench.url}/you")
    other.get_by_role("button", name="Sign out").click()
    expect(other).not_to_have_url(f"{bench.url}/you")
    page.get_by_role("radio", name="Biscoe").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    expect(page.get_by_text("What you entered is kept in this browser")).to_be_visible()
    _sign_in(page, "eva")
    expect(page.get_by_text("Your draft is back")).to_be_visible()
    expect(box).to_have_value("51.5")
    context.close()


def _trailed(bench: Bench) -> list[tuple[str, str, str]]:
    sessions = make_sessions(bench.part.environment["MDS_DATABASE_URL"])
    with reading(sessions) as session:
        found = db.audit_log.entries(session, db.audit_log.MAIN)
    close(sessions)
    return [
        (e.action, e.person, e.origin)
        for e in found
        if e.kind == "session" and e.person == "ann@bank.example"
    ]
