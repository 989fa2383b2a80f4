"""The door of the API: every request is known, counted and bounded before anything of it is read further."""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.peer import client_of
from api.v1 import problems
from api.v1.asked import Asked
from api.v1.caller import Caller, caller_of, holds_token
from api.v1.problems import Refused, refused
from api.v1.rates import Rates
from api.v1.repeats import Repeats
from db.errors import StorageError
from people import trail
from people.errors import SignInFailed
from services import Services

# What says nothing of anybody: no token is needed to read it.
OPEN = ("/openapi.json",)
_READS = ("GET", "HEAD")
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
Inner = Callable[[Scope, Receive, Send], Awaitable[None]]


class Door:
    """An ASGI application around the API. What it lets in finds who asks under `asked` in its scope."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self._app = app
        self._services = services
        self._rates = Rates()
        self._repeats = Repeats(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._let_in(scope, receive, _unstored(send))
        except Refused as refusal:
            answer = problems.response(refusal.problem, refusal.headers)
            await answer(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), scope["path"].removeprefix(scope["root_path"])
        _check_address(scope)
        if path in OPEN:
            await self._app(scope, receive, send)
            return
        services = self._services()
        caller = await self._caller(services, scope, headers)
        self._count(services, caller)
        body = await _body(scope, headers, receive, services.settings.api_body_bytes)
        repeat = await self._repeats.of(services, caller, scope, headers, body)
        key = repeat.key if repeat else uuid.uuid4().hex
        seen = services.seen_by(caller.viewer.scope)
        scope["asked"] = Asked(caller=caller, services=seen, key=key)
        statuses: list[int] = []
        if repeat:
            await repeat.answer(scope, _again(body), _noting(send, statuses))
        else:
            await self._app(scope, _again(body), _noting(send, statuses))
        if 403 in statuses:
            await self._trail(services, caller.person, scope, path, caller.origin)

    async def _caller(self, services: Services, scope: Scope, headers: Headers) -> Caller:
        address = client_of(scope, services.settings.proxy_addresses)
        if "authorization" not in headers:
            _check_site(headers)
        try:
            return await anyio.to_thread.run_sync(caller_of, services, dict(headers), address)
        except SignInFailed as error:
            path = scope["path"].removeprefix(scope["root_path"])
            await self._trail(services, "", scope, path, address)
            raise problems.of_error(error) from error
        except StorageError as error:
            raise problems.of_storage(error) from error

    async def _trail(
        self, services: Services, person: str, scope: Scope, path: str, origin: str
    ) -> None:
        """Note that a route was refused, without the ids in its path."""
        name = f"{scope['method']} {_ID.sub('…', path)}"
        note = functools.partial(trail.refused, services.sessions, person, "route", name, origin)
        await anyio.to_thread.run_sync(note)

    def _count(self, services: Services, caller: Caller) -> None:
        most = services.settings.api_requests_per_minute
        if seconds := self._rates.wait(caller.id, most):
            raise refused(
                429,
                "too_many",
                f"You may send {most} requests a minute, and sent more.",
                f"Wait {seconds} s before the next.",
                Retry_After=str(seconds),
            )


def _noting(send: Send, statuses: list[int]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        await send(message)

    return sending


def _unstored(send: Send) -> Send:
    """Answers are for who asked: no browser and no proxy keeps them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("cache-control", "no-store")
        await send(message)

    return sending


def _check_address(scope: Scope) -> None:
    if holds_token(scope["path"], scope["query_string"].decode("latin-1")):
        raise refused(
            400,
            "token_in_address",
            "A token does not belong into an address: addresses are kept in logs and histories.",
            "Revoke it, make another one, and send that as “Authorization: Bearer mds_…”.",
        )


def _check_site(headers: Headers) -> None:
    """Who is known without a token is known by where the request comes from: so no other site's page may send it."""
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise refused(403, "other_site", "Another site's page may not ask this.")


async def _body(scope: Scope, headers: Headers, receive: Receive, most: int) -> bytes:
    """The whole body: JSON of at most so many bytes, or none."""
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        raise _too_large(most)
    content = b"".join([part async for part in _parts(receive, most)])
    if not content or scope["method"] in _READS:
        return b""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # what a form of another site's page can send is none
        raise refused(
            415, "not_json", "The body must be JSON: send Content-Type: application/json."
        )
    try:
        orjson.loads(
            content
        )  # to the letter of its standard: no NaN, no half characters, no endless depth
    except orjson.JSONDecodeError as error:
        raise refused(400, "not_json", f"The body is not JSON: {error.msg}.") from error
    return content


async def _parts(receive: Receive, most: int) -> Any:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise refused(400, "cut_off", "The body did not arrive whole.")
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise _too_large(most)
        yield part
        if not message.get("more_body"):
            return


def _too_large(most: int) -> Refused:
    return refused(
        413,
        "too_large",
        f"A body may have {most:,} bytes, and this one has more.",
        "Send fewer rows at once.",
    )


def _again(body: bytes) -> Receive:
    """A body that was read, to be read again."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if waiting:
            return waiting.pop()
        await anyio.sleep_forever()
        raise AssertionError

    return receive
