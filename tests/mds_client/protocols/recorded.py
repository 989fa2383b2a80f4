"""A real HTTP server that gives the answers of recorded or documented exchanges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.listening import Handler, listening, url_of

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

    class Replaying(Handler):
        def do_GET(self) -> None:
            self._reply("GET")

        def do_POST(self) -> None:
            self._reply("POST")

        def _reply(self, method: str) -> None:
            sent = self.received()
            reply = replies.get((method, self.path), Reply({"error": "no such route"}, 404))
            if reply.asked is not None and json.loads(sent) != reply.asked:
                reply = Reply({"error": f"not what was recorded: {sent[:500]!r}"}, 422)
            self.send(reply.content, reply.status)

    with listening(Replaying) as server:
        yield url_of(server)
