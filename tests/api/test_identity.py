"""Headers that say who asks come from the proxy alone; without a sign-in only this machine is served."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.identity import Identity
from api.me import me, now
from db.engine import Sessions
from people.sign_in import Proxied, sign_in
from settings import AccessSettings, Settings

PROXY = Settings(sign_in="proxy", proxy_addresses=["10.0.0.0/8", "::1"])
T = TypeVar("T")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser of another test keeps this one's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _ask(
    settings: Settings,
    path: str = "/",
    *,
    peer: str = "127.0.0.1",
    at: str = "127.0.0.1",
    sessions: Sessions | None = None,
    proxied: Proxied | None = None,
    **headers: str,
) -> httpx.Response:
    async def seen(request: Request) -> JSONResponse:
        return JSONResponse({"email": request.headers.get("x-forwarded-email")})

    found: Any = SimpleNamespace(settings=settings, sessions=sessions)
    own = [Route("/", seen), Route("/me", me(lambda: found)), Route("/me/now", now())]
    app = Identity(Starlette(routes=own), lambda: settings, proxied)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{at}:8501") as client:
            return await client.get(path, headers=headers)

    return _run(ask())


@pytest.mark.parametrize(
    ("peer", "believed"),
    [("10.1.2.3", "ann"), ("::1", "ann"), ("192.168.0.9", None), ("127.0.0.1", None), ("x", None)],
)
def test_a_header_is_believed_from_the_proxy_alone(peer: str, believed: str | None) -> None:
    answer = _ask(PROXY, peer=peer, **{"X-Forwarded-Email": "ann"})
    assert answer.json() == {"email": believed}


def test_without_a_proxy_no_header_is_believed() -> None:
    assert _ask(Settings(), **{"X-Forwarded-Email": "olga"}).json() == {"email": None}


def test_without_sign_in_other_machines_are_refused_in_a_sentence() -> None:
    refused = _ask(Settings(), at="192.168.0.5", peer="192.168.0.9")
    assert refused.status_code == 403
    assert "Nobody signs in here" in refused.text
    assert _ask(Settings(sign_in_none_anywhere=True), at="192.168.0.5").status_code == 200
    assert _ask(PROXY, at="192.168.0.5").status_code == 200


def test_groups_that_a_proxy_takes_away_are_gone_with_the_next_request() -> None:
    """Of whichever kind: a page that is open sends one every 20 seconds, and looks as often."""
    table = [AccessSettings(groups=["risk"])]
    settings, proxied = PROXY.model_copy(update={"access": table}), Proxied()
    opened = {"X-Forwarded-Email": "ann", "X-Forwarded-Groups": "risk"}
    _ask(settings, peer="10.1.2.3", proxied=proxied, **opened)
    assert sign_in(settings, opened, {}, proxied).role == "analyst"
    forged = {"X-Forwarded-Email": "ann", "X-Forwarded-Groups": "lead"}
    _ask(settings, "/me/now", peer="192.168.0.9", proxied=proxied, **forged)
    assert sign_in(settings, opened, {}, proxied).groups == ("risk",)
    now_in = {"X-Forwarded-Email": "ann", "X-Forwarded-Groups": "sales"}
    answer = _ask(settings, "/me/now", peer="10.1.2.3", proxied=proxied, **now_in)
    assert answer.status_code == 204
    assert sign_in(settings, opened, {}, proxied).role == ""


def test_a_name_is_kept_in_this_browser_and_forgotten(sessions: Sessions) -> None:
    kept = _ask(Settings(), "/me?name=Ann%20B.", sessions=sessions)
    assert (kept.status_code, kept.headers["location"]) == (303, "you")
    assert kept.headers["set-cookie"].startswith("mds_name=Ann%20B.; HttpOnly")
    assert "Max-Age=0" in _ask(Settings(), "/me").headers["set-cookie"]


@pytest.mark.parametrize(
    ("settings", "path", "site", "status"),
    [
        (Settings(), "/me?name=%3Cb%3E", "none", 400),
        (Settings(), "/me?name=ann", "cross-site", 403),
        (PROXY, "/me?name=ann", "none", 404),
    ],
)
def test_no_name_is_kept_that_should_not_be(
    settings: Settings, path: str, site: str, status: int
) -> None:
    answer = _ask(settings, path, **{"Sec-Fetch-Site": site})
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
