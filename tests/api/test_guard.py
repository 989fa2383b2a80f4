"""By which name and from which page we may be asked, and what binds the browser."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.guard import Guard
from settings import Settings


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    page = tmp_path / "index.html"
    page.write_text("<script>\n go() \n</script><script src='x.js'></script>")
    inner = Starlette(routes=[Route("/", _hello, methods=["GET", "POST"])])
    return Guard(inner, allowed=lambda: ["mds.example.com"], page=page)


T = TypeVar("T")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser of another test keeps this one's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _ask(guard: Guard, method: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=guard)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, "/", headers=headers)

    return _run(ask())


@pytest.mark.parametrize(
    "host",
    ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "192.168.1.7", "mds.example.com", "MDS.example.com:443", "a.localhost"],
)  # fmt: skip
def test_our_names_and_addresses_are_let_in(guard: Guard, host: str) -> None:
    assert _ask(guard, "GET", host=host).text == "hello"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.evil.example", "", "mds.example.com.evil.example", "[::1"],
)  # fmt: skip
def test_other_names_are_not(guard: Guard, host: str) -> None:
    found = _ask(guard, "GET", host=host)
    assert found.status_code == 400
    assert "allowed_hosts" in found.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://localhost:8501", 200), ("https://mds.example.com", 200), ("http://localhost:3000", 403), ("https://evil.example", 403), ("null", 403)],
)  # fmt: skip
def test_only_our_own_pages_may_change_anything(guard: Guard, origin: str, status: int) -> None:
    assert _ask(guard, "POST", host="localhost:8501", origin=origin).status_code == status


def test_a_websocket_of_another_page_is_closed(guard: Guard) -> None:
    async def opened(host: str, origin: str) -> list[str]:
        sent: list[str] = []

        async def send(message: object) -> None:
            sent.append(str(message["type"]))  # type: ignore[index]

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        headers = [(b"host", host.encode()), (b"origin", origin.encode())]
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
        await guard(scope, receive, send)  # type: ignore[arg-type]
        return sent

    assert _run(opened("localhost:1", "http://evil.example")) == ["websocket.close"]
    assert _run(opened("evil.example", "http://evil.example")) == ["websocket.close"]


def test_every_answer_binds_the_browser(guard: Guard) -> None:
    for host in ("localhost", "evil.example"):
        headers = _ask(guard, "GET", host=host).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["referrer-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert "script-src 'self' blob: 'wasm-unsafe-eval' 'sha256-" in policy
        assert "unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
        assert "frame-ancestors 'self';" in f"{policy};"


def test_only_the_scripts_that_we_serve_may_run(guard: Guard, tmp_path: Path) -> None:
    ours = tmp_path / "ours.js"
    ours.write_text("ours()")
    added = Guard(guard._app, guard._allowed, guard._page, script=ours)
    policy = _ask(added, "GET", host="localhost").headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(b"ours()").digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert digest not in _ask(guard, "GET", host="localhost").headers["content-security-policy"]


def test_a_page_that_is_named_may_frame_ours(guard: Guard) -> None:
    named = Guard(guard._app, guard._allowed, guard._page, lambda: ["https://intranet.example.com"])
    headers = _ask(named, "GET", host="localhost").headers
    assert (
        "frame-ancestors 'self' https://intranet.example.com" in headers["content-security-policy"]
    )
    assert "x-frame-options" not in headers


@pytest.mark.parametrize(
    "text", ["intranet.example.com", "https://a.example/", "https://a b", "https://a; x"]
)
def test_only_an_origin_goes_into_the_policy(text: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        Settings(framed_by=[text])
