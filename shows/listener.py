"""The address for an audience: a port of its own that is opened when somebody is let in. Once nobody is, it says so for a while,
so that no phone is left with an error of its browser, and closes.

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
# So long phones are told that a show has ended.
_FAREWELL_SECONDS = 3600.0
_MOST_AT_ONCE = 500
# Nothing is sent there: it only says which of this machine's addresses the network knows.
_SOMEWHERE = ("192.0.2.1", 9)


class Listener:
    """Serves an ASGI application to guests, from `open` to `turn_away`; from then on the application says that nobody is let
    in (`is_open`), for so many `farewell_seconds` or until `close`. `url` is by which guests reach it, where that is not this
    machine's own address in the network. Where others use `port`, it takes the next free one of as many as `further`."""

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        host: str,
        port: int,
        url: str = "",
        further: int = 0,
        farewell_seconds: float = _FAREWELL_SECONDS,
    ) -> None:
        self._app, self._host, self._url = app, host, url
        self._ports = range(port, min(port + further, 65535) + 1)
        self._farewell_seconds = farewell_seconds
        self._farewell: threading.Timer | None = None
        self._lock = threading.Lock()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._address = ""

    @property
    def is_open(self) -> bool:
        """Whether guests are let in now."""
        return self._is_serving and self._farewell is None

    @property
    def address(self) -> str:
        """Where guests are served, without a slash at its end; empty while nobody is."""
        return self._address if self.is_open else ""

    def open(self) -> str:
        """Begin to serve guests, and go on where it has begun; the address. Raises AudienceNotOpened."""
        with self._lock:
            self._take_back_farewell()
            if not self._is_serving:
                self._begin()
            return self._address

    def turn_away(self) -> None:
        """Let nobody in any more. Who calls is told so for a while, then the address closes."""
        with self._lock:
            if self.is_open:
                self._farewell = threading.Timer(self._farewell_seconds, self._say_no_more)
                self._farewell.daemon = True
                self._farewell.start()

    def close(self) -> None:
        """Stop answering; requests that run have a moment to end."""
        with self._lock:
            self._take_back_farewell()
            self._end()

    def allows(self, host: str) -> bool:
        """Whether guests may call us by the host of this Host header: by our address alone."""
        with suppress(ValueError):
            wanted = urlsplit(self._address).hostname if self._is_serving else None
            return wanted is not None and urlsplit(f"//{host}").hostname == wanted
        return False

    @property
    def _is_serving(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _take_back_farewell(self) -> None:
        if self._farewell:
            self._farewell.cancel()
            self._farewell = None

    def _say_no_more(self) -> None:
        """The end of the farewell, unless guests were let in meanwhile."""
        with self._lock:
            if self._farewell is threading.current_thread():
                self._farewell = None
                self._end()

    def _end(self) -> None:
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server and thread:
            server.should_exit = True
            thread.join(_STOP_SECONDS)
            server.force_exit = True

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
