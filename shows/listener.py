"""The address for an audience: a port of its own that is open only while somebody is let in.

It serves the few routes of guests and nothing else: pages, API and sign-in are of another port, which stays as closed as it
is configured. Guests reach none of it, whatever they ask for.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from shows.errors import AudienceNotOpened

_log = logging.getLogger(__name__)
_STOP_SECONDS = 5.0
_MOST_AT_ONCE = 500
# Nothing is sent there: it only says which of this machine's addresses the network knows.
_SOMEWHERE = ("192.0.2.1", 9)


class Listener:
    """Serves an ASGI application to guests, from `open` to `close`. `url` is by which they reach it, where that is not
    this machine's own address in the network. Where others use `port`, it takes the next free one of as many as `further`."""

    def __init__(
        self, app: Callable[..., Any], *, host: str, port: int, url: str = "", further: int = 0
    ) -> None:
        self._app, self._host, self._url = app, host, url
        self._ports = range(port, min(port + further, 65535) + 1)
        self._lock = threading.Lock()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._address = ""

    @property
    def is_open(self) -> bool:
        """Whether guests are served now."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def address(self) -> str:
        """Where guests are served, without a slash at its end; empty while nobody is."""
        return self._address if self.is_open else ""

    def open(self) -> str:
        """Begin to serve guests, and go on where it has begun; the address. Raises AudienceNotOpened."""
        with self._lock:
            if not self.is_open:
                self._begin()
            return self._address

    def close(self) -> None:
        """Stop serving guests; requests that run have a moment to end."""
        with self._lock:
            server, thread = self._server, self._thread
            self._server = self._thread = None
            if server and thread:
                server.should_exit = True
                thread.join(_STOP_SECONDS)
                server.force_exit = True

    def allows(self, host: str) -> bool:
        """Whether guests may call us by the host of this Host header: by our address alone, while it is open."""
        with suppress(ValueError):
            wanted = urlsplit(self.address).hostname
            return wanted is not None and urlsplit(f"//{host}").hostname == wanted
        return False

    def _begin(self) -> None:
        listening = self._listening()
        port = listening.getsockname()[1]
        self._address = self._url.rstrip("/") or f"http://{_own_address(self._host)}:{port}"
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._serve, args=(self._server, listening), name="audience", daemon=True
        )
        self._thread.start()

    def _listening(self) -> socket.socket:
        for port in self._ports[:-1]:
            with suppress(AudienceNotOpened):
                return self._listening_on(port)
        return self._listening_on(self._ports[-1])

    def _listening_on(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # asyncio sends small messages at once where the protocol is named.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._host, port))
            listening.listen(1024)
        except OSError as error:
            listening.close()
            raise AudienceNotOpened(self._host, port, str(error)) from error
        return listening

    @staticmethod
    def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
        try:
            server.run(sockets=[listening])
        except Exception:
            _log.exception("the address for the audience closed by itself")
        finally:
            listening.close()


def _own_address(host: str) -> str:
    """By which the network knows this machine, where it listens on all of its addresses; that address else."""
    if host not in ("0.0.0.0", "::", ""):  # noqa: S104 - compared with, not listened on
        return f"[{host}]" if ":" in host else host
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_SOMEWHERE)
        return str(probe.getsockname()[0])
    return socket.gethostname()
