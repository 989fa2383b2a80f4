"""Around Streamlit's own sign-in: back to the page that was left, a sentence where the provider is away, and cookies
for https alone."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.peer import client_of, is_proxy
from people.trail import ADDRESS_HEADER
from settings import Settings

LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
RETURN_COOKIE = "mds_return"
_MINUTES = 10
_AWAY = (
    "The sign-in service does not answer, so nobody can sign in now. What you entered is kept in this browser. Go back and "
    "try again in a minute; if it stays, tell whoever runs the workbench.\n"
)


def signing_in(settings: Callable[[], Settings]) -> Middleware:
    """As Starlette and Streamlit take it."""
    return Middleware(SigningIn, settings=settings)


class SigningIn:
    """Notes at the way out to the provider which page was open, and goes back to it at the way in."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = _with_address(scope, self._settings())
        if scope["type"] != "http" or self._settings().sign_in != "oidc":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        is_secure = _is_https(scope, self._settings())
        is_away = False

        async def sending(message: Message) -> None:
            nonlocal is_away
            if message["type"] == "http.response.start":
                is_away = path.endswith(LOGIN) and message["status"] >= 400
                if not is_away:
                    _mark(scope, message, is_secure)
                    await send(message)
            elif not is_away:
                await send(message)

        await self._app(scope, receive, sending)
        if is_away:
            await PlainTextResponse(_AWAY, status_code=503)(scope, receive, send)


def _with_address(scope: Scope, settings: Settings) -> Scope:
    """The request with the client's address in a header of ours, and with nothing that it wrote there itself."""
    name = ADDRESS_HEADER.lower().encode()
    kept = [(n, v) for n, v in scope["headers"] if n.lower() != name]
    client = client_of(scope, settings.proxy_addresses).encode("latin-1", "replace")
    return {**scope, "headers": [*kept, (name, client)]}


def _mark(scope: Scope, message: Message, is_secure: bool) -> None:
    headers = MutableHeaders(scope=message)
    if scope["path"].endswith(LOGIN):
        left = _page(Headers(scope=scope).get("referer", ""), Headers(scope=scope).get("host", ""))
        if left:
            headers.append(
                "set-cookie",
                f"{RETURN_COOKIE}={quote(left, safe='')}; Max-Age={_MINUTES * 60}; Path=/; HttpOnly; SameSite=Lax",
            )
    if scope["path"].endswith(CALLBACK) and "location" in headers:
        back = _asked_back(Headers(scope=scope).get("cookie", ""))
        if back:
            headers["location"] = back
        headers.append("set-cookie", f"{RETURN_COOKIE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
    if is_secure:
        message["headers"] = [
            (name, value + b"; Secure")
            if name.lower() == b"set-cookie" and b"secure" not in value.lower().split(b"; ")
            else (name, value)
            for name, value in message["headers"]
        ]


def _page(address: str, host: str) -> str:
    """The path and the query of a page of ours; empty for every other address."""
    parts = urlsplit(address)
    if parts.netloc.lower() != host.lower():
        return ""
    page = parts.path + (f"?{parts.query}" if parts.query else "")
    return page if _is_path(page) else ""


def _asked_back(cookies: str) -> str:
    """Where to go back to; a path of ours and nothing else, whatever stands in the cookie."""
    kept = SimpleCookie(cookies).get(RETURN_COOKIE)
    page = unquote(kept.value) if kept else ""
    return page if _is_path(page) else ""


def _is_path(page: str) -> bool:
    is_plain = page.isprintable() and "\\" not in page and len(page) <= 2_000
    return is_plain and page.startswith("/") and not page.startswith("//")


def _is_https(scope: Scope, settings: Settings) -> bool:
    """Whether the browser reaches us by https, as far as we know it."""
    if scope.get("scheme") == "https" or (settings.oidc and settings.oidc.is_https):
        return True
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return forwarded == "https" and is_proxy(scope, settings.proxy_addresses)
