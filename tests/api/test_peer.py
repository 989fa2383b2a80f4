"""Who is at the other end, whatever the headers say, and which client our proxies speak for."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
import uvicorn
from starlette.types import Scope

from api.peer import client_of, is_proxy
from tests.api.served import Served, application

OURS = ["10.0.0.9", "fd00::/8"]


def _scope(peer: str, forwarded: str, port: int = 4711) -> Scope:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "http", "client": (peer, port), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [("10.0.0.9", "1.2.3.4", "1.2.3.4"), ("10.0.0.9", "6.6.6.6, 1.2.3.4", "1.2.3.4"), ("10.0.0.9", "1.2.3.4, 10.0.0.9", "1.2.3.4"),
     ("10.0.0.9", "", "10.0.0.9"), ("5.5.5.5", "1.2.3.4", "5.5.5.5"), ("10.0.0.9", "x", "x"), ("fd00::1", "[2001:db8::1]:80", "2001:db8::1"),
     ("10.0.0.9", "1.2.3.4:80", "1.2.3.4")],
)  # fmt: skip
def test_a_client_is_who_our_proxies_say_it_is(peer: str, forwarded: str, found: str) -> None:
    assert client_of(_scope(peer, forwarded), OURS) == found


def _asked(served: Served, proxies: list[str], forwarded: str) -> httpx.Response:
    """A request from this machine with a header of identity, through uvicorn's own reading of X-Forwarded-For."""
    settings = served.services.settings.model_copy(update={"proxy_addresses": proxies})
    config = uvicorn.Config(
        application(replace(served.services, settings=settings)), lifespan="off"
    )
    config.load()

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=config.loaded_app, client=("127.0.0.1", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            headers = {"X-Forwarded-Email": "olga", "X-Forwarded-For": forwarded}
            return await client.get("/api/v1/models", headers=headers)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [(["127.0.0.1"], "1.2.3.4", 200), (["127.0.0.1"], "", 200),
     (["10.0.0.9"], "10.0.0.9", 401), (["10.0.0.9"], "10.0.0.9:4711", 401), (["10.0.0.9"], "1.2.3.4", 401)],
)  # fmt: skip
def test_a_proxy_of_this_machine_is_believed_where_it_is_named_and_nowhere_else(
    served: Served, proxies: list[str], forwarded: str, status: int
) -> None:
    """Nobody becomes the proxy by writing its address into a header."""
    assert _asked(served, proxies, forwarded).status_code == status


def test_whom_uvicorn_trusts_besides_must_be_ours_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rewritten = _scope("1.2.3.4", "1.2.3.4", port=0)
    for trusted, believed in (
        ("10.0.0.9", True),
        ("10.0.0.9,10.0.0.8", False),
        ("*", False),
        ("", False),
    ):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
        assert is_proxy(rewritten, OURS) is believed
