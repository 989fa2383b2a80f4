"""Before everything else: by which name and from which page we are asked, and what a browser may do with our answers.

A page of somebody else could make its own name point to this machine (DNS rebinding) and so read what we answer. An IP
address cannot be made to point elsewhere; of names only those are let in that are ours.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READS = ("GET", "HEAD", "OPTIONS")
_INLINE = re.compile(r"<script>(.*?)</script>", re.S)


def guard(
    allowed: Callable[[], Iterable[str]],
    page: Path,
    framed_by: Callable[[], Iterable[str]],
    script: Path | None = None,
) -> Middleware:
    """The guard as Starlette and Streamlit take it."""
    return Middleware(Guard, allowed=allowed, page=page, framed_by=framed_by, script=script)


class Guard:
    """Refuses foreign hosts (400) and foreign pages (403), and adds the headers that bind a browser.

    `allowed` gives further names by which we may be called, as behind a proxy; pages of these may ask, too.
    `page` is the HTML that Streamlit serves: the scripts in it may run, and `script`, which we add to it. `framed_by` gives
    the origins of pages that may show ours in a frame, besides our own.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed: Callable[[], Iterable[str]],
        page: Path,
        framed_by: Callable[[], Iterable[str]] = tuple,
        script: Path | None = None,
    ) -> None:
        self._app, self._allowed = app, allowed
        self._page, self._framed_by, self._script = page, framed_by, script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal and scope["type"] == "websocket":
            await send(
                {
                    "type": "websocket.close",
                    "code": 1008,
                    "reason": bytes(refusal.body).decode()[:120],
                }
            )
        elif refusal:
            await refusal(scope, receive, self._bound(send))
        else:
            await self._app(scope, receive, self._bound(send))

    def _bound(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _binding(
                    self._page, tuple(self._framed_by()), self._script
                ).items():
                    headers[name] = value
            await send(message)

        return sending

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers, allowed = Headers(scope=scope), {name.lower() for name in self._allowed()}
        host = headers.get("host", "")
        if not _is_ours(_name(host), allowed):
            words = "This address is not one of ours. Whoever runs the workbench can add it to allowed_hosts.\n"
            return PlainTextResponse(words, status_code=400)
        origin = headers.get("origin", "")
        asks = scope["type"] == "websocket" or scope["method"] not in _READS
        if origin and asks and not _is_same(origin, host, allowed):
            return PlainTextResponse("Another site's page may not ask this.\n", status_code=403)
        return None


def _name(host: str) -> str:
    """The host of a Host header, without its port; empty for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_ours(name: str, allowed: set[str]) -> bool:
    if name in allowed or name in _own_names() or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@cache
def _own_names() -> frozenset[str]:
    """What this machine is called."""
    return frozenset({"localhost", socket.gethostname().lower()})


def _is_same(origin: str, host: str, allowed: set[str]) -> bool:
    """Whether a page of this origin is ours: it came from where it asks, or from an allowed name."""
    address = urlsplit(origin)
    return address.netloc.lower() == host.lower() or _name(address.netloc) in allowed


@cache
def _binding(page: Path, framed_by: tuple[str, ...], script: Path | None) -> dict[str, str]:
    """As strict as Streamlit 1.67 runs with: it writes styles into the page, and loads components' scripts from blobs."""
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' blob: 'wasm-unsafe-eval' {_inline_scripts(page, script)}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(["'self'", *framed_by]),
    }
    # The older header cannot name another page: where one is named, the policy alone says it.
    framing = {} if framed_by else {"X-Frame-Options": "SAMEORIGIN"}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        **framing,
        "Referrer-Policy": "same-origin",
    }


def _inline_scripts(page: Path, script: Path | None) -> str:
    """The hashes of the scripts that stand in Streamlit's own page, and of ours."""
    scripts = _INLINE.findall(page.read_text(encoding="utf-8"))
    scripts += [script.read_text(encoding="utf-8")] if script else []
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()) for script in scripts]
    return " ".join(f"'sha256-{digest.decode()}'" for digest in digests)
