"""A real HTTP server that gives the answers of recorded or documented exchanges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

RECORDED = Path(__file__).parents[2] / "data" / "recorded"
Route = tuple[str, str]


@dataclass(frozen=True)
class Reply:
    """One answer; `asked` is the JSON that must have been sent for it, where that matters."""

    body: Any
    status: int = 200
    asked: Any = None

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def exchange(folder: str, name: str) -> dict[str, Any]:
    """A recording as it was written down: its request and its response."""
    return json.loads((RECORDED / folder / f"{name}.json").read_text())


def recorded(folder: str, *names: str) -> dict[Route, Reply]:
    """The recordings by method and path; a later one of the same route wins."""
    found = {}
    for name in names:
        seen = exchange(folder, name)
        sent, got = seen["request"], seen["response"]
        route = (sent["method"], urlsplit(sent["url"]).path)
        found[route] = Reply(got["body"], got["status"], sent.get("json"))
    return found


@contextmanager
def replaying(replies: Mapping[Route, Reply]) -> Iterator[str]:
    """A server with these answers, 404 for the rest and 422 for a body that is not the recorded one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET")

        def do_POST(self) -> None:
            self._reply("POST")

        def _reply(self, method: str) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = replies.get((method, self.path), Reply({"error": "no such route"}, 404))
            if reply.asked is not None and json.loads(sent) != reply.asked:
                reply = Reply({"error": f"not what was recorded: {sent[:500]!r}"}, 422)
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
