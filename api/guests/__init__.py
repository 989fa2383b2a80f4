"""What guests of a show reach, on a port of its own: the stage, their vote, and the model on the stage. Nothing else is there.

Plain HTML, without a session of Streamlit: two hundred phones cost what two hundred small pages do.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guests import page
from api.guests.routes import routes
from services import Services
from shows.audience import ANEW, ENDED

__all__ = ["application", "routes"]

_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        b"base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


def application(services: Callable[[], Services]) -> ASGIApp:
    """The routes of guests behind their guard."""
    inner = Starlette(routes=routes(services), exception_handlers={404: _missing, 405: _missing})
    inner.add_middleware(_Guard, services=services)
    return inner


def _missing(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(page.notice("There is nothing here.", "Scan the code on the screen."), 404)


class _Guard:
    """Only by our own address, only from our own pages, and with headers that bind the browser."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers, path = dict(scope["headers"]), scope["path"]
        audience = self._services().audience
        host = headers.get(b"host", b"").decode("latin-1")
        site = headers.get(b"sec-fetch-site", b"none")
        is_foreign = scope["method"] == "POST" and site not in (b"none", b"same-origin")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if audience is None or not audience.allows(host):
            words = page.notice("This address is not one of ours.", "Scan the code on the screen.")
            await HTMLResponse(words, 400)(scope, receive, sending)
        elif is_foreign:
            words = page.notice("Another site's page may not ask this.", "")
            await HTMLResponse(words, 403)(scope, receive, sending)
        elif not audience.is_open and path not in page.FILES:
            words = page.notice(ENDED, ANEW, status=410)
            await HTMLResponse(words, 410)(scope, receive, sending)
        else:
            await self._app(scope, receive, sending)
