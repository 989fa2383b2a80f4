"""One end for a whole call on a blocking connection.

httpx limits each read by itself, so a server that sends a byte now and then, or early hints without end,
would hold a thread for ever. The async client needs none of this: it cancels the call.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from mds_client.transport.deadline import Limit

_PIECE = 256 * 1024


def timely(transport: httpx.HTTPTransport) -> httpx.HTTPTransport:
    """The transport, with connections that keep to a Limit. httpx 0.28 has no public place for them."""
    pool = transport._pool
    pool._network_backend = _Backend(pool._network_backend)
    return transport


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """In pieces, since each time that the server takes some of it the limit starts again."""
        for start in range(0, len(buffer), _PIECE):
            piece = buffer[start : start + _PIECE] if len(buffer) > _PIECE else buffer
            self._stream.write(piece, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    if not isinstance(timeout, Limit):
        return timeout
    left = timeout.ends - time.monotonic()
    if left <= 0:
        raise error("the time for the whole call is over")
    return min(timeout, left)
