"""The only place that sends HTTP: one client for one server, sync and async over the same protocols.

with MdsClient(Server(name="demo", url="http://127.0.0.1:8080")) as client:
    for info in client.models():
        print(info.ref, info.state)
    model = client.model("breast-cancer")
    print(model.predict(model.signature().example_rows[0]).answer.headline)
"""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from mds_client.answers import answers, with_roles
from mds_client.errors import (
    EndpointFailed,
    EndpointRefused,
    EndpointTimedOut,
    EndpointUnreachable,
    InvalidValues,
    MdsError,
    Problem,
    SignatureMismatch,
    UnreadableAnswer,
)
from mds_client.exchange import Exchange, Request, Response
from mds_client.prediction import Prediction
from mds_client.protocols import Dialect, protocol
from mds_client.server import ModelInfo, Server
from mds_client.signature import ModelRef, Signature, Values

log = logging.getLogger(__name__)

Rows = Values | Sequence[Values] | Any
"""One row, several rows, or a DataFrame (anything with `to_dict("records")`)."""


def new_request_id() -> str:
    return str(uuid.uuid4())


def new_trace_id() -> str:
    """A W3C trace id: 32 hexadecimal digits."""
    return secrets.token_hex(16)


@dataclass(frozen=True, kw_only=True)
class _Call:
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


class _Base:
    """What the sync and the async client share: everything but sending."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.dialect: Dialect = protocol(server.protocol)

    def _options(self, transport: Any) -> dict[str, Any]:
        return {
            "base_url": self.server.url,
            "headers": {"User-Agent": "mds-workbench", **self.server.headers},
            "timeout": httpx.Timeout(self.server.timeout, connect=self.server.connect_timeout),
            "transport": transport,
            "follow_redirects": False,
            # A proxy or netrc of the environment is not something that the operator configured.
            "trust_env": False,
        }

    def _call(self, request: Request, trace_id: str) -> _Call:
        request_id, trace_id = request.request_id or new_request_id(), trace_id or new_trace_id()
        ids = {
            "X-Request-Id": request_id,
            "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01",
        }
        return _Call(
            url=self.server.url.rstrip("/") + request.path,
            request=request,
            request_id=request_id,
            trace_id=trace_id,
            headers={**request.headers, **ids},
        )

    def _translate(self, error: Exception) -> MdsError:
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
        if isinstance(error, httpx.DecodingError | _TooLarge):
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

    def _failure(self, error: Exception, call: _Call, seconds: float) -> MdsError:
        ours = self._translate(error)
        ours.exchange = call.exchange(None, seconds)
        log.warning("%s %s: %s [%s]", call.request.method, call.url, ours.detail, call.request_id)
        return ours

    def _judge(self, response: Response, exchange: Exchange) -> None:
        """Raise what a status outside 2xx means."""
        if 200 <= response.status < 300:
            return
        error = self.dialect.problem(response)
        error.exchange = exchange
        log.warning(
            "%s %s: status %s %s [%s]",
            *(
                exchange.method,
                exchange.url,
                response.status,
                error.detail[:500],
                exchange.request_id,
            ),
        )
        raise error

    def _prediction(
        self, signature: Signature, rows: int, response: Response, exchange: Exchange
    ) -> Prediction:
        try:
            model, outputs = self.dialect.read_prediction(signature, response, rows)
        except MdsError as error:
            error.exchange = exchange
            log.warning("%s: %s [%s]", exchange.url, error.detail, exchange.request_id)
            raise
        outputs = with_roles(signature, outputs)
        return Prediction(
            model=model,
            outputs=outputs,
            answers=answers(signature, outputs, rows),
            exchange=exchange,
            signature_fingerprint=signature.fingerprint,
        )


class MdsClient(_Base):
    """Talks to one server. Safe to share between threads. Close it, or use it in a `with` block.

    `transport` is the seam for tests (httpx.MockTransport or a real one); `clock` counts seconds.
    """

    def __init__(
        self,
        server: Server,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(server)
        self._clock = clock
        self._http = httpx.Client(**self._options(transport))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def is_ready(self) -> bool:
        """Whether the server says that all its models can be asked. Never raises."""
        try:
            self._send(self.dialect.ready_request())
        except MdsError:
            return False
        return True

    def models(self) -> list[ModelInfo]:
        """The server's models, one entry for each name and version. Raises MdsError."""
        response, _ = self._send(self.dialect.models_request())
        return self.dialect.read_models(self.server.name, response)

    def model(self, name: str, version: str = "", *, signature: Signature | None = None) -> Model:
        """A handle on one model; asks nothing yet. Without a version the server chooses.

        A signature that is known already saves asking for it at each call.
        """
        ref = ModelRef(server=self.server.name, name=name, version=version)
        return Model(client=self, ref=ref, known=signature)

    def signature(self, ref: ModelRef) -> Signature:
        """What the model takes and answers, as it declares it. Raises MdsError."""
        response, _ = self._send(self.dialect.signature_request(ref))
        return self.dialect.read_signature(ref, response)

    def predict(
        self, signature: Signature, values: Rows, *, request_id: str = "", trace_id: str = ""
    ) -> Prediction:
        """Ask for the answer to one or more rows. Raises InvalidValues before anything is sent,
        and the other MdsErrors with `exchange` set."""
        rows = checked_rows(signature, values)
        request = self.dialect.predict_request(signature, rows, request_id or new_request_id())
        response, exchange = self._send(request, trace_id)
        return self._prediction(signature, len(rows), response, exchange)

    def _send(self, request: Request, trace_id: str = "") -> tuple[Response, Exchange]:
        call, started = self._call(request, trace_id), self._clock()
        try:
            response = self._again_if_stale(call, started)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, _TooLarge) as error:
            raise self._failure(error, call, self._clock() - started) from error
        exchange = call.exchange(response, self._clock() - started)
        self._judge(response, exchange)
        return response, exchange

    def _again_if_stale(self, call: _Call, started: float) -> Response:
        """Repeat a request once if the connection it went to had been closed already."""
        seen = _Seen()
        try:
            return self._stream(call, started, seen)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not seen.stale_connection:
                raise
            return self._stream(call, started, _Seen())

    def _stream(self, call: _Call, started: float, seen: _Seen) -> Response:
        request = call.request
        with self._http.stream(
            request.method,
            request.path,
            content=request.body or None,
            headers=dict(call.headers),
            extensions={"trace": seen.event},
        ) as answer:
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                _bound(self.server, len(body), self._clock() - started)
        return Response(status=answer.status_code, body=bytes(body), headers=dict(answer.headers))


class AsyncMdsClient(_Base):
    """The same as MdsClient, awaited."""

    def __init__(
        self,
        server: Server,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(server)
        self._clock = clock
        self._http = httpx.AsyncClient(**self._options(transport))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def is_ready(self) -> bool:
        """Whether the server says that all its models can be asked. Never raises."""
        try:
            await self._send(self.dialect.ready_request())
        except MdsError:
            return False
        return True

    async def models(self) -> list[ModelInfo]:
        """The server's models, one entry for each name and version. Raises MdsError."""
        response, _ = await self._send(self.dialect.models_request())
        return self.dialect.read_models(self.server.name, response)

    async def signature(self, ref: ModelRef) -> Signature:
        """What the model takes and answers, as it declares it. Raises MdsError."""
        response, _ = await self._send(self.dialect.signature_request(ref))
        return self.dialect.read_signature(ref, response)

    async def predict(
        self, signature: Signature, values: Rows, *, request_id: str = "", trace_id: str = ""
    ) -> Prediction:
        """As MdsClient.predict."""
        rows = checked_rows(signature, values)
        request = self.dialect.predict_request(signature, rows, request_id or new_request_id())
        response, exchange = await self._send(request, trace_id)
        return self._prediction(signature, len(rows), response, exchange)

    async def _send(self, request: Request, trace_id: str = "") -> tuple[Response, Exchange]:
        call, started = self._call(request, trace_id), self._clock()
        try:
            response = await self._again_if_stale(call, started)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, _TooLarge) as error:
            raise self._failure(error, call, self._clock() - started) from error
        exchange = call.exchange(response, self._clock() - started)
        self._judge(response, exchange)
        return response, exchange

    async def _again_if_stale(self, call: _Call, started: float) -> Response:
        """As MdsClient._again_if_stale."""
        seen = _Seen()
        try:
            return await self._stream(call, started, seen)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not seen.stale_connection:
                raise
            return await self._stream(call, started, _Seen())

    async def _stream(self, call: _Call, started: float, seen: _Seen) -> Response:
        request = call.request
        async with self._http.stream(
            request.method,
            request.path,
            content=request.body or None,
            headers=dict(call.headers),
            extensions={"trace": seen.async_event},
        ) as answer:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                _bound(self.server, len(body), self._clock() - started)
        return Response(status=answer.status_code, body=bytes(body), headers=dict(answer.headers))


@dataclass(frozen=True, kw_only=True)
class Model:
    """A handle on one deployed model."""

    client: MdsClient
    ref: ModelRef
    known: Signature | None = None

    def signature(self) -> Signature:
        """What the model takes and answers; asked anew at each call unless known. Raises MdsError."""
        return self.known or self.client.signature(self.ref)

    def predict(self, values: Rows, *, request_id: str = "", trace_id: str = "") -> Prediction:
        """The answer to one row (a mapping), several (a list) or a DataFrame. Raises MdsError."""
        signature = self.signature()
        try:
            return self.client.predict(signature, values, request_id=request_id, trace_id=trace_id)
        except (EndpointRefused, EndpointFailed) as error:
            raise self._reason(error) from error

    def _reason(self, error: MdsError) -> MdsError:
        """A refusal is a mismatch when the model no longer takes what it was known to take."""
        if self.known is None or not self._has_changed(self.known):
            return error
        mismatch = SignatureMismatch(
            "The model takes something else now than when this form was drawn.",
            advice="Reload the page for the new form. What you entered is in the record.",
            detail=error.detail,
        )
        mismatch.exchange = error.exchange
        return mismatch

    def _has_changed(self, known: Signature) -> bool:
        try:
            return self.client.signature(self.ref).fingerprint != known.fingerprint
        except MdsError:
            return False


def checked_rows(signature: Signature, values: Rows) -> list[Values]:
    """The rows of any accepted form of values. Raises InvalidValues, naming the row of several."""
    rows = _rows(values)
    if not rows:
        raise InvalidValues([Problem(field="", sentence="There is no row to send.")])
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        found = signature.check(row)
        problems += found if len(rows) == 1 else [_in_row(number, problem) for problem in found]
    if problems:
        raise InvalidValues(problems[:50])
    return rows


def _rows(values: Rows) -> list[Values]:
    if isinstance(values, Mapping):
        return [values]
    if hasattr(values, "to_dict"):
        return list(values.to_dict("records"))
    return list(values)


def _in_row(number: int, problem: Problem) -> Problem:
    return Problem(field=problem.field, sentence=f"Row {number}: {problem.sentence}")


class _TooLarge(Exception):
    """An answer larger than the server's limit."""


def _bound(server: Server, size: int, seconds: float) -> None:
    """End an answer that is too large, or that drips for longer than the whole call may take."""
    if size > server.max_answer_bytes:
        raise _TooLarge(f"more than {server.max_answer_bytes} bytes")
    if seconds > server.timeout:
        raise TimeoutError(f"still receiving after {seconds:.1f} s")


class _Seen:
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
