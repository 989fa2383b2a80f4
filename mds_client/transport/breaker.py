"""Stops asking a server that cannot be reached, for a while.

Our own: the libraries wrap functions and are either sync or async, and this is two numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx

from mds_client.errors import EndpointUnreachable
from mds_client.errors.error_text import own_words
from mds_client.transport.exchange import Response

_GATEWAY = (502, 503, 504)
# Errors of a connection that was never made: no input of a person's can cause them.
_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout)


class Breaker:
    """Opens after `failures` in a row; lets one request through every `seconds` while it is open."""

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float]) -> None:
        self._failures, self._seconds, self._clock = failures, seconds, clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._opened_at = self._next = 0.0

    @property
    def is_open(self) -> bool:
        return 0 < self._failures <= self._in_a_row

    def admit(self, where: str) -> None:
        """Raises EndpointUnreachable while open. The request let through is the probe."""
        if not self.is_open:
            return
        with self._lock:
            now = self._clock()
            if self.is_open and now < self._next:
                raise _closed_door(where, now - self._opened_at, self._next - now)
            # A probe that is never reported, because it was cancelled, blocks nobody for longer.
            self._next = now + self._seconds

    def note(self, outcome: Response | Exception, *, is_prediction: bool = False) -> None:
        """Count a failure to reach the server; any answer of its own closes the breaker.

        A prediction that broke off or took too long counts as neither: its input may be the cause.
        """
        if not _is_failure(outcome):
            self._in_a_row = 0
            return
        if is_prediction and not isinstance(outcome, (Response, *_NOT_REACHED)):
            return
        with self._lock:
            was_open, now = self.is_open, self._clock()
            self._in_a_row += 1
            self._next = now + self._seconds
            self._opened_at = self._opened_at if was_open else now


def _is_failure(outcome: Response | Exception) -> bool:
    """Whether the server could not be reached. A model's own error is an answer, whatever its status.

    A gateway that speaks in place of an unreachable server is recognised by its page, its phrase, or its empty
    body.
    """
    if isinstance(outcome, Response):
        return outcome.status in _GATEWAY and not own_words(outcome.body)
    return isinstance(outcome, httpx.TransportError | OSError)


def _closed_door(where: str, since: float, wait: float) -> EndpointUnreachable:
    return EndpointUnreachable(
        f"The server “{where}” does not answer at the moment;"
        f" it is tried again in {_seconds(max(1.0, wait))}.",
        advice="Ask again then, or tell whoever runs it.",
        detail=f"breaker open for {since:.1f} s",
    )


def _seconds(count: float) -> str:
    return "a second" if count < 1.5 else f"{count:.0f} seconds"
