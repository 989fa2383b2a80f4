"""What a browser has before Streamlit's own script has been loaded and a page has drawn anything: something to see, and the
rules of its history.

Streamlit's HTML is empty, and so is its window from the moment a session begins until the first element has come. On a
busy machine that takes seconds. And Streamlit writes the address from the first moment on, before a component can be there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EMPTY = b'<div id="root"></div>'
_HEAD = b"</head>"


def first_look(*styles: Path, script: Path) -> Middleware:
    """The middleware as Starlette and Streamlit take it; `styles` are the CSS of the first look, and of all that would move
    on the page if it came with the page, `script` is what runs before anything else."""
    return Middleware(FirstLook, styles=styles, script=script)


class FirstLook:
    """Puts the styles and the script into the head of Streamlit's HTML, and leaves every other answer as it is."""

    def __init__(self, app: ASGIApp, styles: tuple[Path, ...], script: Path) -> None:
        self._app, self._styles, self._script = app, styles, script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _asks_for_a_page(scope):
            await self._app(scope, receive, send)
            return
        # What is compressed cannot be added to.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        tag = _tag(self._styles, self._script)
        await self._app({**scope, "headers": headers}, receive, _adding(send, tag))


def _asks_for_a_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


@cache
def _tag(styles: tuple[Path, ...], script: Path) -> bytes:
    words = "\n".join(style.read_text(encoding="utf-8") for style in styles)
    return f"<style>{words}</style><script>{script.read_text(encoding='utf-8')}</script>".encode()


def _adding(send: Send, tag: bytes) -> Send:
    """Sends on, and adds the tag to a whole page of Streamlit."""
    held: list[Message] = []
    parts: list[bytes] = []

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_a_page(message):
            held.append(message)
            return
        if not held:
            await send(message)
            return
        parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body = b"".join(parts)
        body = body.replace(_HEAD, tag + _HEAD, 1) if EMPTY in body else body
        start = held.pop()
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return sending


def _is_a_page(message: Message) -> bool:
    is_html = Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
    return is_html and message["status"] == 200
