"""A real HTTP server that misbehaves on purpose: what a real model server will not do on demand."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler

from tests.listening import Handler, listening, url_of

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def misbehaving(behaviour: Behaviour) -> Iterator[str]:
    """A server on loopback whose every answer is what `behaviour` does; gives its URL."""

    class Misbehaving(Handler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.received()
            behaviour(self)

        def do_GET(self) -> None:
            behaviour(self)

    with listening(Misbehaving) as server:
        yield url_of(server)


def answers(
    status: int, body: bytes | str, content_type: str = "application/json", **headers: str
) -> Behaviour:
    """Answer with this status and body."""
    content = body.encode() if isinstance(body, str) else body

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        with suppress(OSError):  # whoever has read enough hangs up
            handler.wfile.write(content)

    return behave


def stalls(seconds: float = 5.0) -> Behaviour:
    """Accept the request and say nothing."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return behave


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Send one byte of the answer every tenth of a second, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def repeats(start: bytes, again: bytes, pause: float = 0.0) -> Behaviour:
    """Send the start, and then the same again and again for ever, until nobody listens."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        try:
            handler.wfile.write(start)
            while True:
                handler.wfile.write(again)
                handler.wfile.flush()
                time.sleep(pause)
        except OSError:
            return

    return behave


def says(wire: bytes) -> Behaviour:
    """Send exactly this, which need not be HTTP, and close the connection."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(wire)

    return behave


def cuts(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"outputs": [')
    handler.wfile.flush()
    reset(handler)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


BROKEN_GZIP = gzip.compress(b'{"outputs": []}')[:-8] + b"garbage!"


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1024 * 1024)
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])


BOMB = _bomb(64)
"""64 MB of nothing in 64 kB."""
BOMB_IN_BOMB = gzip.compress(BOMB)

_HEAD = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n"
_EMPTY_BLOCK = b"5\r\n\x00\x00\x00\xff\xff\r\n"

DRIPPING_HEADERS = repeats(_HEAD, b"X-Drip: 1\r\n", 0.05)
DRIPPING_CHUNK = repeats(_CHUNKED + b"\r\n", b"0", 0.05)
HINTS = repeats(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
"""Promises of an answer without end: each is read at once, so no read is ever slow."""
EMPTY_GZIP = repeats(
    _CHUNKED + b"Content-Encoding: gzip\r\n\r\n" + b"a\r\n" + gzip.compress(b"")[:10] + b"\r\n",
    _EMPTY_BLOCK,
    0.01,
)
"""Compressed blocks without content: there is always more to read, and never anything to count."""
ENDLESS = repeats(_CHUNKED + b"\r\n", b"1000\r\n" + b" " * 4096 + b"\r\n")
