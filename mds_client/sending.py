"""What the sync and the async client share: everything about a call but the sending itself."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from mds_client.answers import answers, with_roles
from mds_client.detection import Detection, unrecognised
from mds_client.dialect import Dialect
from mds_client.errors import (
    EndpointTimedOut,
    EndpointUnreachable,
    MdsError,
    UnreadableAnswer,
)
from mds_client.exchange import Exchange, Request, Response
from mds_client.prediction import Prediction
from mds_client.protocols import AUTO, dialect_for
from mds_client.server import Server
from mds_client.signature import Signature

log = logging.getLogger(__name__)
# Servers compress at the cost of their own time: 2 ms for 80 kB on Triton.
_ALWAYS = {"User-Agent": "mds-workbench", "Accept": "*/*", "Accept-Encoding": "identity"}
_url = lru_cache(maxsize=1024)(httpx.URL)


def new_request_id() -> str:
    return str(uuid.uuid4())


def new_trace_id() -> str:
    """A W3C trace id: 32 hexadecimal digits."""
    return secrets.token_hex(16)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request on its way: what the record of it needs to know."""

    url: str
    request: Request
    request_id: str
    trace_id: str
    headers: Mapping[str, str]

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
        )


class Sending:
    """What the sync and the async client share: everything but sending."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.detected: Detection | None = None
        self._dialect = None if server.protocol == AUTO else dialect_for(server)

    def options(self) -> dict[str, Any]:
        """How connections are made.

        The transport is used without httpx's client around it: cookies, redirects and proxies of the
        environment are nothing that the operator configured, and they cost a third of a quick call.
        """
        return {"trust_env": False}

    def wire(self, call: Call, trace: Any) -> httpx.Request:
        """The request as httpx sends it, with the credentials that no record holds."""
        timeout = httpx.Timeout(self.server.timeout, connect=self.server.connect_timeout)
        return httpx.Request(
            call.request.method,
            _url(call.url),
            headers={**_ALWAYS, **self.server.headers, **call.headers},
            content=call.request.body or None,
            extensions={"timeout": timeout.as_dict(), "trace": trace},
        )

    def _base(self, request: Request) -> str:
        base = self.server.management_url if request.to_management else ""
        return (base or self.server.url).rstrip("/")

    def call(self, request: Request, trace_id: str) -> Call:
        request_id, trace_id = request.request_id or new_request_id(), trace_id or new_trace_id()
        ids = {
            "X-Request-Id": request_id,
            "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01",
        }
        return Call(
            url=self._base(request) + request.path,
            request=request,
            request_id=request_id,
            trace_id=trace_id,
            headers={**request.headers, **ids},
        )

    def translate(self, error: Exception) -> MdsError:
        """Our error for one of httpx's. Its text is kept for the log alone."""
        detail = f"{type(error).__name__}: {error}"
        where = self.server.title or self.server.name
        if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.UnsupportedProtocol):
            return EndpointUnreachable(
                f"Nobody answers at the server “{where}”.",
                advice="It may be down or starting. Try again in a minute, or tell whoever runs it.",
                detail=detail,
            )
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            return EndpointTimedOut(
                f"The model did not answer within {self.server.timeout:g} seconds.",
                advice="It may be busy. Try again, or tell whoever runs it if it stays slow.",
                detail=detail,
            )
        if isinstance(error, httpx.DecodingError | TooLarge):
            return UnreadableAnswer(
                "The server's answer could not be read.",
                advice="Tell whoever runs the server; your entries are kept.",
                detail=detail,
            )
        return EndpointUnreachable(
            f"The connection to the server “{where}” broke before the answer was complete.",
            advice="Try again; your entries are kept.",
            detail=detail,
        )

    def failure(self, error: Exception, call: Call, seconds: float) -> MdsError:
        ours = self.translate(error)
        ours.exchange = call.exchange(None, seconds)
        log.warning("%s %s: %s [%s]", call.request.method, call.url, ours.detail, call.request_id)
        return ours

    def accepted(self, dialect: Dialect, response: Response, exchange: Exchange) -> None:
        """Raise what a status outside 2xx means."""
        if not 200 <= response.status < 300:
            raise self.noted(dialect.problem(response), exchange)

    def noted(self, error: MdsError, exchange: Exchange) -> MdsError:
        """The error with what crossed the wire, written to the log."""
        if error.exchange is None:
            error.exchange = exchange
            said = (error.detail or error.sentence)[:500]
            log.warning("%s %s: %s [%s]", exchange.method, exchange.url, said, exchange.request_id)
        return error

    def recognised(self, found: Detection) -> Dialect:
        """Keep the verdict with its evidence. Raises UnreadableAnswer for an unknown protocol."""
        self.detected = found
        if not found.protocol:
            raise unrecognised(found)
        log.info("%s speaks %s: %s", self.server.name, found.protocol, found.evidence)
        self._dialect = dialect_for(self.server, found.protocol)
        return self._dialect

    def prediction(
        self,
        dialect: Dialect,
        signature: Signature,
        rows: int,
        response: Response,
        exchange: Exchange,
    ) -> Prediction:
        """What the answer means. Raises UnreadableAnswer."""
        self.accepted(dialect, response, exchange)
        try:
            model, outputs = dialect.read_prediction(signature, response, rows)
        except MdsError as error:
            raise self.noted(error, exchange) from error
        outputs = with_roles(signature, outputs)
        return Prediction(
            model=model,
            outputs=outputs,
            answers=answers(signature, outputs, rows),
            exchange=exchange,
            signature_fingerprint=signature.fingerprint,
        )


class TooLarge(Exception):
    """An answer larger than the server's limit."""


def bound(server: Server, size: int, seconds: float) -> None:
    """End an answer that is too large, or that drips for longer than the whole call may take."""
    if size > server.max_answer_bytes:
        raise TooLarge(f"more than {server.max_answer_bytes} bytes")
    if seconds > server.timeout:
        raise TimeoutError(f"still receiving after {seconds:.1f} s")


class Seen:
    """What happened to one request on the wire, from httpcore's trace extension.

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
