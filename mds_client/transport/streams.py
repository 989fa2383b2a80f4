"""Sockets that keep to the end of a call, know when they were stale, and end with their client.

A socket limits each read by itself, so a server that sends a byte now and then, or early hints without end,
would hold a thread for ever. The async client needs none of this: it cancels the call.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from mds_client.transport.deadline import Limit

_PIECE = 256 * 1024


class Stale(httpcore.ReadError):
    """The connection had been closed while it was idle: the request on it was not read by anybody."""


class Backend(httpcore.NetworkBackend):
    """Opens streams, and ends all of them at once."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()
        self._open: weakref.WeakSet[Stream] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._is_over = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Stream:
        connect = self._backend.connect_tcp
        return self.kept(Stream(connect(host, port, timeout, local_address, socket_options), self))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)

    def kept(self, stream: Stream) -> Stream:
        """The stream, to be ended with the others. Raises ConnectError when they have been."""
        with self._lock:
            if not self._is_over:
                self._open.add(stream)
                return stream
        stream.close()
        raise httpcore.ConnectError("the client is closed")

    def end(self) -> None:
        with self._lock:
            self._is_over, streams = True, list(self._open)
        for stream in streams:
            stream.end()


class Stream(httpcore.NetworkStream):
    """One connection's bytes."""

    def __init__(self, stream: httpcore.NetworkStream, backend: Backend) -> None:
        self._stream, self._backend = stream, backend
        self._was_heard = self._is_waiting = False
        self._plain = _plain_socket(stream)
        self._heard = _listener(self._plain)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = self._received(max_bytes, _left(timeout, httpcore.ReadTimeout))
        except httpcore.ReadError as error:
            raise self._explained(error) from error
        if data:
            self._was_heard, self._is_waiting = True, False
        elif self._is_stale():
            raise Stale("closed before the request was read")
        return data

    def _received(self, max_bytes: int, timeout: float | None) -> bytes:
        if self._plain is None:
            return self._stream.read(max_bytes, timeout)
        try:
            self._plain.settimeout(timeout)
            return self._plain.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def send(self, head: bytes, body: bytes, timeout: float | None = None) -> None:
        """Both at once, since a head alone would wake the server for nothing, and without joining them."""
        if self._plain is None:
            self.write(head + body[:_PIECE], timeout)
            self.write(memoryview(body)[_PIECE:], timeout)
            return
        self._is_waiting = True
        try:
            _send(self._plain, [memoryview(head), memoryview(body)], timeout)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise self._explained(httpcore.WriteError(str(error))) from error

    def write(self, buffer: bytes | memoryview, timeout: float | None = None) -> None:
        """In pieces, since each time that the server takes some of it the limit starts again."""
        self._is_waiting = True
        rest = memoryview(buffer)
        try:
            for start in range(0, len(rest), _PIECE):
                piece: Any = rest[start : start + _PIECE]
                self._stream.write(piece, _left(timeout, httpcore.WriteTimeout))
        except httpcore.WriteError as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> Exception:
        return Stale(str(error)) if self._is_stale() else error

    def _is_stale(self) -> bool:
        """Whether it answered before, and not a byte to what was written since."""
        return self._was_heard and self._is_waiting

    def close(self) -> None:
        self._stream.close()

    def end(self) -> None:
        """Close it under whoever is reading."""
        with suppress(OSError, AttributeError):
            self.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self.close()

    def is_readable(self) -> bool:
        """Whether there is something to read, or the other side has hung up."""
        if self._plain is None or self._heard is None:
            return bool(self.get_extra_info("is_readable"))
        return self._plain.fileno() < 0 or bool(self._heard.poll(0))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        inner = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return self._backend.kept(Stream(inner, self._backend))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _plain_socket(stream: httpcore.NetworkStream) -> socket.socket | None:
    """What the stream reads and writes as it is; None where that is encrypted first."""
    sock = stream.get_extra_info("socket")
    is_plain = isinstance(sock, socket.socket) and not isinstance(sock, ssl.SSLSocket)
    return sock if is_plain and hasattr(sock, "sendmsg") and hasattr(select, "poll") else None


def _listener(sock: socket.socket | None) -> select.poll | None:
    if sock is None:
        return None
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return poll


def _send(sock: socket.socket, rest: list[memoryview], timeout: float | None) -> None:
    """Each time that the server takes some of it the limit starts again."""
    while rest:
        sock.settimeout(_left(timeout, httpcore.WriteTimeout))
        sent = sock.sendmsg(rest)
        while rest and sent >= len(rest[0]):
            sent -= len(rest.pop(0))
        if sent:
            rest[0] = rest[0][sent:]


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    if not isinstance(timeout, Limit):
        return timeout
    left = timeout.ends - time.monotonic()
    if left <= 0:
        raise error("the time for the whole call is over")
    return min(timeout, left)
