"""Requests under an `Idempotency-Key`: what comes twice is done once, and answered alike.

The answer is kept for a day with a digest of the request. A second request with the key while the first is under way is
refused (409), as is one with another body (422). What was cut off, because the process died, can be asked again after a
quarter of an hour: the services below know its key as well, so no model is asked twice.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import db.api_requests
from api.v1.caller import Caller
from api.v1.problems import of_storage, refused
from db.api_requests import RequestView
from db.engine import Sessions, reading, writing
from db.errors import Conflict, StorageError
from db.ids import utc_now
from services import Services

HEADER = "Idempotency-Key"
MAX_KEY = 200
KEY_PATTERN = "^[!-~]+$"
_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY}}}")
KEPT = timedelta(days=1)
ABANDONED = timedelta(minutes=15)
_PURGE_SECONDS = 600.0
# Nothing was done, so the same may be tried again: not allowed, not there, busy, broken, or without a database.
_NOT_KEPT = (403, 404, 429, 500, 503)
_KEPT_HEADERS = ("content-type", "location", "retry-after")
log = logging.getLogger(__name__)


class Repeats:
    """Finds out whether a request came before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._purged = -_PURGE_SECONDS

    async def of(
        self, services: Services, caller: Caller, scope: Scope, headers: Headers, body: bytes
    ) -> Repeat | None:
        """The request under its key; None for one that has none, or only reads. Raises Refused."""
        key = headers.get(HEADER, "")
        if scope["method"] != "POST" or HEADER not in headers:
            return None
        if not _KEY.fullmatch(key):
            raise refused(
                400, "bad_key", f"An {HEADER} has 1 to {MAX_KEY} visible ASCII characters."
            )
        asked = [scope["method"], scope["path"], scope["query_string"].decode("latin-1")]
        request = RequestView(
            id=hashlib.sha256(f"{caller.person}\0{key}".encode()).hexdigest(),
            person=caller.person,
            digest=_digest(services.hash_key, "\n".join(asked).encode() + b"\n" + body),
            created_at=utc_now(),
        )
        repeat = Repeat(app=self._app, sessions=services.sessions, request=request)
        await _in_thread(repeat.begin)
        await self._purge(services.sessions)
        return repeat

    async def _purge(self, sessions: Sessions) -> None:
        if time.monotonic() - self._purged >= _PURGE_SECONDS:
            self._purged = time.monotonic()
            await _in_thread(lambda: _forget(sessions))


def _digest(key: bytes, request: bytes) -> str:
    """Keyed where cases have sensitive values that are not stored: these could be guessed from a plain digest."""
    return hmac.new(key, request, hashlib.sha256).hexdigest() if key else _plain_digest(request)


def _plain_digest(request: bytes) -> str:
    return hashlib.sha256(request).hexdigest()


@dataclass(kw_only=True)
class Repeat:
    """One request under its key. `stored` is what was answered before."""

    app: ASGIApp
    sessions: Sessions
    request: RequestView
    stored: RequestView | None = None

    @property
    def key(self) -> str:
        """By which the services know the request."""
        return f"api-{self.request.id}"

    def begin(self) -> None:
        """Write down that it is under way, or find what was answered. Raises Refused and StorageError."""
        try:
            with writing(self.sessions) as session:
                db.api_requests.add(session, self.request)
            return
        except Conflict:
            self.stored = self._found()
        if self.stored and self.stored.status is None:
            self._take_over(self.stored)
            self.stored = None

    def _found(self) -> RequestView | None:
        with reading(self.sessions) as session:
            earlier = db.api_requests.by_id(session, self.request.id)
        if earlier and earlier.digest != self.request.digest:
            raise refused(
                422,
                "key_reused",
                f"This {HEADER} was sent with another request before.",
                "Make a new key for each request; send the same one only to repeat it.",
            )
        if earlier is None:  # it ended just now, and left nothing to repeat
            raise _under_way()
        return earlier

    def _take_over(self, stored: RequestView) -> None:
        """Go on with what was cut off long ago. Raises Refused while it may be under way."""
        now = utc_now()
        if stored.created_at > now - ABANDONED:
            raise _under_way()
        with writing(self.sessions) as session:
            if not db.api_requests.renew(session, stored, now):
                raise _under_way()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What was answered before, or what is answered now, which is kept."""
        if self.stored:
            await _stored_answer(self.stored)(scope, receive, send)
            return
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        try:
            await self.app(scope, receive, hold)
        finally:
            with anyio.CancelScope(shield=True):  # also for whoever has gone
                await _in_thread(lambda: self._keep(messages))
        for message in messages:  # only now: who has it can repeat at once
            await send(message)

    def _keep(self, messages: Sequence[Message]) -> None:
        """What was answered, to be answered again; nothing where nothing was done."""
        head: Message = next((m for m in messages if m["type"].endswith("start")), {"status": 500})
        headers = Headers(raw=head.get("headers", []))
        body = b"".join(m.get("body", b"") for m in messages)
        try:
            with writing(self.sessions) as session:
                if head["status"] in _NOT_KEPT:
                    db.api_requests.remove(session, self.request.id)
                else:
                    kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
                    packed = zlib.compress(body)
                    db.api_requests.end(session, self.request.id, head["status"], kept, packed)
        except StorageError as error:
            log.warning("the answer to an API request is not kept to be repeated: %s", error)


def _stored_answer(stored: RequestView) -> Response:
    headers = {name: str(value) for name, value in stored.headers.items()}
    return Response(
        zlib.decompress(stored.body),
        status_code=stored.status or 500,
        headers={**headers, "idempotency-replayed": "true", "cache-control": "no-store"},
    )


def _under_way() -> Exception:
    return refused(
        409,
        "under_way",
        f"A request with this {HEADER} is under way.",
        "Send it again in a moment: then it is answered as the first.",
        Retry_After="2",
    )


def _forget(sessions: Sessions) -> None:
    try:
        with writing(sessions) as session:
            db.api_requests.forget(session, utc_now() - KEPT)
    except StorageError as error:
        log.warning("old API requests were not deleted: %s", error)


async def _in_thread(work: Callable[[], Any]) -> None:
    try:
        await anyio.to_thread.run_sync(work)
    except StorageError as error:
        raise of_storage(error) from error
