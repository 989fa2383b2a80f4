"""Small HTTP servers on loopback, for what real servers do not say on demand."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def free_ports(count: int) -> list[int]:
    """Ports of the system's choice that nobody listens on: two tests at once are not given the same."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Handler(BaseHTTPRequestHandler):
    """Answers that are written by hand; what goes wrong is seen by whoever asked."""

    def received(self) -> bytes:
        """The body that was sent."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send_json(self, said: object, status: int = 200) -> None:
        """Answer with this as JSON."""
        self.send(json.dumps(said).encode(), status)

    def send(self, content: bytes, status: int = 200) -> None:
        """Answer with these bytes, which are called JSON."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    """A server that answers until the end."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as server:
        yield server


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[ThreadingHTTPServer]:
    """The same for a server that was made already. Who still waits for an answer is not waited for."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def url_of(server: ThreadingHTTPServer) -> str:
    """Where it listens."""
    return f"http://127.0.0.1:{server.server_port}"
