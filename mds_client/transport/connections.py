"""httpx's transports over our streams: for HTTP/1.1 our own connections, for HTTP/2 httpcore's."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import httpcore
import httpx

from mds_client.transport.heads import Address, RawRequest, RawResponse
from mds_client.transport.plain import Connection, Origin
from mds_client.transport.pool import Pool
from mds_client.transport.streams import Backend, Stale

_PORTS = {b"http": 80, b"https": 443}
_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


def was_stale(error: BaseException) -> bool:
    """Whether an error of httpx comes from a connection that had been closed before the request."""
    return isinstance(error.__cause__, Stale)


class Transport(httpx.BaseTransport):
    """HTTP/1.1. `verify` and `limits` as httpx takes them."""

    def __init__(
        self, verify: ssl.SSLContext | bool = True, limits: httpx.Limits | None = None
    ) -> None:
        self._verify, self._backend = verify, Backend()
        self._pool = Pool(limits or httpx.Limits(), self._connected)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body still to be read. Raises httpx.TransportError."""
        answer = self.ask(RawRequest.of(request))
        return httpx.Response(answer.status, headers=answer.fields, stream=answer.body)

    def ask(self, request: RawRequest) -> RawResponse:
        """The same without httpx's classes, which cost as much as all the rest. Raises httpx.TransportError."""
        try:
            connection = self._pool.taken(_origin(request.address), request.timeouts)
            try:
                answer = connection.ask(request)
            except BaseException:
                connection.close()
                self._pool.give_back(None)
                raise
        except _ERRORS as error:
            raise translated(error) from error
        body = _Body(answer.body, lambda: self._pool.give_back(connection))
        return RawResponse(answer.status, answer.fields, body)

    def close(self) -> None:
        """End every connection, also those that a thread is using: its call fails at once."""
        self._backend.end()
        self._pool.close()

    def _connected(self, origin: Origin, timeout: float | None) -> Connection:
        scheme, host, port = origin
        stream = self._backend.connect_tcp(host.decode(), port, timeout)
        if scheme == b"https":
            stream = stream.start_tls(self._tls, host.decode(), timeout)
        return Connection(origin, stream)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = httpx.create_ssl_context(self._verify, trust_env=False)
        context.set_alpn_protocols(["http/1.1"])
        return context


class Http2Transport(httpx.HTTPTransport):
    """httpx's own transport over our streams. httpx 0.28 has no public place for them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, http2=True, trust_env=False)
        self._backend = Backend()
        self._pool._network_backend = self._backend

    def close(self) -> None:
        """As Transport.close."""
        self._backend.end()
        super().close()


class _Body(httpx.SyncByteStream):
    """The parts of an answer; its connection is free for others when it is closed."""

    def __init__(self, parts: Iterable[bytes], done: Callable[[], None]) -> None:
        self._parts, self._done, self._is_closed = parts, done, False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        except _ERRORS as error:
            raise translated(error) from error

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            try:
                if hasattr(self._parts, "close"):
                    self._parts.close()
            finally:
                self._done()


def translated(error: Exception) -> httpx.TransportError:
    """httpx's error for one of httpcore's: the nearest of the same name."""
    for kind in type(error).__mro__:
        same_name = getattr(httpx, kind.__name__, None)
        if isinstance(same_name, type) and issubclass(same_name, httpx.TransportError):
            return same_name(str(error))
    return httpx.TransportError(str(error))


def _origin(address: Address) -> Origin:
    """Scheme, host and port of an address. Raises UnsupportedProtocol."""
    scheme, host, port, _ = address
    if scheme not in _PORTS:
        raise httpcore.UnsupportedProtocol(f"{scheme.decode() or 'no scheme'} is not spoken")
    return scheme, host, port or _PORTS[scheme]
