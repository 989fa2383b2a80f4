"""Around Streamlit's own sign-in: back to the page that was left, cookies for https, and a provider that is away."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from api.signing_in import RETURN_COOKIE, SigningIn
from people.trail import ADDRESS_HEADER
from settings import Settings
from tests.people.test_oidc import settings_of

OIDC = settings_of("http://localhost:9")


def _ask(
    path: str,
    settings: Settings = OIDC,
    *,
    status: int = 302,
    peer: str = "127.0.0.1",
    **headers: str,
) -> httpx.Response:
    """What the middleware makes of what Streamlit answers."""

    async def login(_request: Request) -> Response:
        if status >= 400:
            return PlainTextResponse("Authentication error", status_code=status)
        return RedirectResponse("https://login.example/authorize", status_code=302)

    async def callback(_request: Request) -> Response:
        answer = RedirectResponse("/", status_code=302)
        answer.set_cookie("_streamlit_user", "signed", httponly=True, samesite="lax")
        return answer

    async def seen(request: Request) -> Response:
        return JSONResponse(request.headers.getlist(ADDRESS_HEADER))

    app = Starlette(
        routes=[
            Route("/auth/login", login),
            Route("/oauth2callback", callback),
            Route("/seen", seen),
        ]
    )

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=SigningIn(app, lambda: settings), client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            return await client.get(path, headers=headers)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


def _kept(answer: httpx.Response) -> str:
    found = [c for c in answer.headers.get_list("set-cookie") if c.startswith(RETURN_COOKIE)]
    return found[0].partition(";")[0] if found else ""


def test_who_signs_in_comes_back_to_the_page_that_was_left() -> None:
    out = _ask("/auth/login?provider=x", Referer="http://bench/predict?model=a%2Fb&case=1")
    assert out.headers["location"] == "https://login.example/authorize"
    back = _ask("/oauth2callback?code=c&state=s", Cookie=_kept(out))
    assert back.headers["location"] == "/predict?model=a%2Fb&case=1"
    assert any("Max-Age=0" in c for c in back.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    "left",
    ["https://evil.example/x", "http://bench.evil.example/x", "http://bench//evil.example", ""],
)
def test_nobody_is_led_to_the_page_of_somebody_else(left: str) -> None:
    assert _kept(_ask("/auth/login", Referer=left)) == ""


@pytest.mark.parametrize(
    "cookie", ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%0Dx"]
)
def test_a_forged_cookie_leads_nowhere(cookie: str) -> None:
    answer = _ask("/oauth2callback", Cookie=f"{RETURN_COOKIE}={cookie}")
    assert answer.headers["location"] == "/"


def test_a_provider_that_is_away_is_told_in_a_sentence() -> None:
    answer = _ask("/auth/login", status=400)
    assert answer.status_code == 503
    assert "The sign-in service does not answer" in answer.text
    assert "kept in this browser" in answer.text


def test_cookies_are_for_https_alone_where_browsers_use_it() -> None:
    https = settings_of("http://localhost:9", public_url="https://bench.example")
    proxy = OIDC.model_copy(update={"proxy_addresses": ["10.0.0.1"]})
    forwarded = {"X-Forwarded-Proto": "https"}
    for settings, peer, headers, is_secure in (
        (OIDC, "10.0.0.2", {}, False),
        (https, "10.0.0.2", {}, True),
        (proxy, "10.0.0.1", forwarded, True),
        (proxy, "10.0.0.2", forwarded, False),
    ):
        answer = _ask("/oauth2callback", settings, peer=peer, **headers)
        cookies = answer.headers.get_list("set-cookie")
        assert len(cookies) == 2
        assert all(cookie.endswith("; Secure") is is_secure for cookie in cookies)


def test_the_address_of_the_client_is_what_we_know_and_not_what_it_says() -> None:
    proxy = OIDC.model_copy(update={"proxy_addresses": ["10.0.0.1"]})
    forged = {ADDRESS_HEADER: "1.1.1.1", "X-Forwarded-For": "10.9.9.9"}
    assert _ask("/seen", proxy, peer="10.0.0.2", **forged).json() == ["10.0.0.2"]
    assert _ask("/seen", proxy, peer="10.0.0.1", **forged).json() == ["10.9.9.9"]
