"""Whether and when a request is sent again. Pure: the clients wait and send."""

from __future__ import annotations

import random
import time

import httpx

from mds_client.transport.exchange import Request, Response

LONGEST_WAIT = 10.0
# A server that is down is found out quickly: the catalogue asks again by itself.
CONNECTING_FOR = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
_LATER = (429, 503)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
_BROKEN = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)

Outcome = Response | Exception


def pause(request: Request, outcome: Outcome, attempt: int, seconds: float) -> float | None:
    """How long to wait before the request is sent again; None when it is not.

    `attempt` counts from one, `seconds` is how long the call has taken so far.
    """
    if isinstance(outcome, Response):
        if outcome.status < 429:
            return None
        return _pause_after_answer(request, outcome, attempt)
    if isinstance(outcome, _NEVER_SENT):
        return _jitter(attempt) if seconds < CONNECTING_FOR else None
    if isinstance(outcome, _BROKEN) and is_safe(request):
        return _jitter(attempt)
    return None


def is_safe(request: Request) -> bool:
    """Whether sending it twice does no harm."""
    return request.is_repeatable or request.method == "GET"


def retry_after(value: str, now: float) -> float | None:
    """The seconds of a Retry-After header: a number or an HTTP date. None when it cannot be read."""
    from email.utils import parsedate_to_datetime

    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _pause_after_answer(request: Request, response: Response, attempt: int) -> float | None:
    """The pause after an answer. A 503 without Retry-After means "not ready": asking again at once would not
    help."""
    if response.status in _LATER:
        wait = retry_after(response.headers.get("retry-after", ""), time.time())
        return wait if wait is not None and wait <= LONGEST_WAIT else None
    if response.status in (502, 504) and is_safe(request):
        return _jitter(attempt)
    return None


def _jitter(attempt: int) -> float:
    """Seconds anywhere below a bound that doubles with each attempt, from 0.2 up to 2: "full jitter", by which
    clients that failed together do not come back together.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    bound = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempt - 1, 10))
    return random.uniform(0, bound)  # noqa: S311 - nothing secret
