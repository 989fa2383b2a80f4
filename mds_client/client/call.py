"""One call on its way: what the record of it needs, and what happened to its connection."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from mds_client.transport.exchange import Exchange, Request, Response


def new_request_id() -> str:
    """A UUID of version 4, written without Python's class for it: it is on the way of every call."""
    digits = os.urandom(15).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:]}"


@dataclass(kw_only=True)
class Tries:
    """How often a request has been sent."""

    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request on its way: what the record of it needs to know. `seconds` is its own limit."""

    url: str
    request: Request
    request_id: str
    trace_id: str
    headers: Mapping[str, str]
    hedge_after: float | None = None
    seconds: float | None = None
    tries: Tries = field(default_factory=Tries)

    def exchange(self, response: Response | None, seconds: float) -> Exchange:
        return Exchange(
            method=self.request.method,
            url=self.url,
            request_id=self.request_id,
            trace_id=self.trace_id,
            request_headers=self.headers,
            request_body=self.request.body,
            status=response.status if response else None,
            response_headers=response.headers if response else {},
            response_body=response.body if response else b"",
            seconds=seconds,
            attempts=self.tries.count,
        )


class ConnectionTrace:
    """What happened to one request of the async client, from httpcore's trace extension.

    MLServer closes a connection after an unhandled 500 without saying so, and the next request on it is
    reset unread. A request is repeated only if it went to a kept-alive connection that gave no answer.
    """

    def __init__(self) -> None:
        self._connected = self._answered = False

    @property
    def stale_connection(self) -> bool:
        return not self._connected and not self._answered

    def event(self, name: str, _info: object) -> None:
        self._connected |= name == "connection.connect_tcp.started"
        self._answered |= name.endswith("receive_response_headers.complete")

    async def async_event(self, name: str, info: object) -> None:
        self.event(name, info)
