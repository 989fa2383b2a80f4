"""What crossed the wire in one call: the request as sent, the answer as received, the time it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request, relative to a server's base URL. Made by protocols, sent by the client.

    `is_repeatable` says that sending it twice does no harm; `to_management` that it goes to the server's
    management address, `to_explainer` to that of its explainer, where it has one; `to_detector` that it goes to what watches a
    model, whose failures are not those of the server.
    """

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    is_repeatable: bool = False
    to_management: bool = False
    to_explainer: bool = False
    to_detector: bool = False


@dataclass(frozen=True, kw_only=True)
class Response:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request with its answer. `status` is None when no answer came. Times in seconds. `attempts` is how often it was
    sent until it was settled.

    `request_headers` never holds credentials: the client adds those after this record is made.
    """

    method: str
    url: str
    request_id: str
    trace_id: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""
    seconds: float = 0.0
    attempts: int = 1
