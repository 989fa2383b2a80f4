"""How a visitor of a benchmark is signed in: not at all, by a proxy, or by a real provider of OpenID Connect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ARGUMENTS, system_chromium
from tests.provider import CLIENT, provider

WAYS = ("none", "proxy", "oidc")
_TABLE = {"MDS_ACCESS": '[{"groups": ["risk"]}]'}
_PROXY = {"MDS_SIGN_IN": "proxy", "MDS_PROXY_ADDRESSES": '["127.0.0.1"]'}
_ANN = "ann@bank.example"


@dataclass
class SigningIn:
    """What the app is started with, and what a visitor sends once `sign_in` was called with the app's address."""

    way: str
    environment: Mapping[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    xsrf: str = ""

    def sign_in(self, url: str) -> None:
        """Through a browser where a provider asks who it is; the cookies are kept."""
        if self.way == "oidc":
            cookies = _cookies(url)
            self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
            self.xsrf = cookies["_streamlit_xsrf"]


@contextmanager
def signing_in(way: str, url: str) -> Iterator[SigningIn]:
    """The way for an app that will be at this address."""
    if way == "proxy":
        headers = {"X-Forwarded-Email": _ANN, "X-Forwarded-Groups": "risk"}
        yield SigningIn(way, {**_PROXY, **_TABLE}, headers)
    elif way == "oidc":
        with provider() as found:
            found.know("ann", email=_ANN, groups=["risk"])
            oidc = {"metadata_url": found.metadata_url, "public_url": url, "client_id": "workbench"}
            secrets = {
                "MDS_OIDC__CLIENT_SECRET": CLIENT["client_secret"],
                "MDS_OIDC__COOKIE_SECRET": "c" * 32,
            }
            start = {"MDS_SIGN_IN": "oidc", "MDS_OIDC": json.dumps(oidc)}
            yield SigningIn(way, {**start, **secrets, **_TABLE})
    else:
        yield SigningIn(way)


def _cookies(url: str) -> dict[str, str]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{url}/you")
        page.get_by_role("button", name="Sign in").click()
        page.locator("input[name=sub]").first.fill("ann")
        page.get_by_role("button", name="Authorize").click()
        page.get_by_text(f"{_ANN}, analyst").wait_for()
        found = {c.get("name", ""): c.get("value", "") for c in page.context.cookies(url)}
        browser.close()
    return found
