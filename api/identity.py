"""Before the pages: headers that say who asks are believed from the proxy alone, and without a sign-in only this
machine is served."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.peer import is_proxy
from people.sign_in import Proxied
from settings import Settings, is_loopback

_CLOSED = (
    "Nobody signs in here, so only the machine that the workbench runs on is served. Whoever runs it can set "
    "sign_in, or sign_in_none_anywhere.\n"
)


def identity(settings: Callable[[], Settings], proxied: Proxied | None = None) -> Middleware:
    """The check as Starlette and Streamlit take it; `proxied` is told what the proxy says of whom."""
    return Middleware(Identity, settings=settings, proxied=proxied)


class Identity:
    """Takes headers of identity off every request that the proxy did not send; refuses other machines (403) where
    nobody signs in."""

    def __init__(
        self, app: ASGIApp, settings: Callable[[], Settings], proxied: Proxied | None = None
    ) -> None:
        self._app, self._settings, self._proxied = app, settings, proxied or Proxied()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif _is_served(scope, self._settings()):
            await self._app(_believed(scope, self._settings(), self._proxied), receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": _CLOSED[:120]})
        else:
            await PlainTextResponse(_CLOSED, status_code=403)(scope, receive, send)


def _is_served(scope: Scope, settings: Settings) -> bool:
    if settings.sign_in != "none" or settings.sign_in_none_anywhere:
        return True
    host, port = scope.get("server") or ("", None)
    return port is None or is_loopback(host)  # without a port it is a socket of this machine


def _believed(scope: Scope, settings: Settings, proxied: Proxied) -> Scope:
    """The request without the headers that say who asks, unless it came from the proxy."""
    if settings.sign_in == "proxy" and is_proxy(scope, settings.proxy_addresses):
        headers = Headers(scope=scope)
        if name := headers.get(settings.proxy_header, "").strip():
            proxied.note(name, headers.get(settings.proxy_groups_header, ""))
        return scope
    named = {settings.proxy_header.lower(), settings.proxy_groups_header.lower()}
    kept = [(n, v) for n, v in scope["headers"] if n.decode("latin-1").lower() not in named]
    return {**scope, "headers": kept}
