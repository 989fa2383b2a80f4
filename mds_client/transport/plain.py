"""One HTTP/1.1 connection: plain answers are read here, quickly; all others by h11.

h11 reads everything that HTTP allows, with the care that this takes, which costs as much as a small model's
whole answer. An answer whose head says the body's length needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import httpcore
import httpx

from mds_client.transport.heads import Head, RawRequest, RawResponse, answer_head, request_head
from mds_client.transport.streams import Stream

_READ = 64 * 1024

Origin = tuple[bytes, bytes, int]
"""Scheme, host and port."""


class Connection:
    """Sends one request after the other. Raises httpcore's errors."""

    def __init__(self, origin: Origin, stream: Stream) -> None:
        self.origin = origin
        self.idle_since = 0.0
        self._stream = stream
        self._h11: httpcore.HTTP11Connection | None = None
        # Whether the last answer is read to its end, and whether more than that went wrong.
        self._is_answered, self._is_spoilt = True, False

    def ask(self, request: RawRequest) -> RawResponse:
        """Send the request and read the head of its answer.

        A server that once answered in another way is h11's from then on.
        """
        if self._h11:
            return self._of_h11(self._h11, request)
        head = request_head(request)
        return (
            self._plain_exchange(request, head)
            if head
            else self._through_h11(request, self._stream)
        )

    def _plain_exchange(self, request: RawRequest, head: bytes) -> RawResponse:
        self._is_answered = False
        try:
            self._stream.send(head, request.body, request.timeouts.get("write"))
        except httpcore.WriteError:
            self._is_spoilt = True  # it may have been refused before all of it was read
        data = self._stream.read(_READ, request.timeouts.get("read"))
        answered = answer_head(data)
        if answered is None:
            return self._through_h11(request, _Resumed(self._stream, data))
        parts = self._body(data, answered, request.timeouts.get("read"))
        return RawResponse(answered.status, answered.fields, cast(httpx.SyncByteStream, parts))

    def _body(self, data: bytes, head: Head, timeout: float | None) -> Iterable[bytes]:
        end = head.size + head.length
        if len(data) < end:
            return self._rest(data[head.size :], end - len(data), timeout)
        self._is_answered, self._is_spoilt = True, self._is_spoilt or len(data) > end
        return (data[head.size : end],)

    def _rest(self, first: bytes, left: int, timeout: float | None) -> Iterator[bytes]:
        """The rest of the body. Never reads beyond its end: unrequested bytes after it belong to no answer."""
        yield first
        while left:
            data = self._stream.read(min(left, _READ), timeout)
            if not data:
                raise httpcore.RemoteProtocolError(f"closed {left} bytes before the answer's end")
            left -= len(data)
            self._is_answered = not left
            yield data

    def _through_h11(self, request: RawRequest, stream: httpcore.NetworkStream) -> RawResponse:
        scheme, host, port = self.origin
        self._h11 = httpcore.HTTP11Connection(httpcore.Origin(scheme, host, port), stream)
        return self._of_h11(self._h11, request)

    def _of_h11(self, h11: httpcore.HTTP11Connection, raw: RawRequest) -> RawResponse:
        scheme, host, port = self.origin
        url = httpcore.URL(scheme=scheme, host=host, port=port, target=raw.address.target)
        request = httpcore.Request(
            raw.method,
            url,
            headers=raw.raw_fields(),
            content=raw.body,
            extensions={"timeout": dict(raw.timeouts)},
        )
        answer = h11.handle_request(request)
        return RawResponse(answer.status, answer.headers, cast(httpx.SyncByteStream, answer.stream))

    @property
    def is_idle(self) -> bool:
        """Whether the last answer was read to its end, and the next would not be mistaken for another."""
        if self._h11:
            # httpcore would give what came after an answer to whoever asks next.
            return self._h11.is_idle() and not self._h11._h11_state.trailing_data[0]
        return self._is_answered and not self._is_spoilt

    def has_ended(self) -> bool:
        """Whether the server has closed the idle connection, or sent something without a request."""
        return self._stream.is_readable()

    def close(self) -> None:
        self._stream.close()


class _Resumed(httpcore.NetworkStream):
    """A stream on which the request was sent and the answer has begun, as h11 needs it to take over."""

    def __init__(self, stream: httpcore.NetworkStream, heard: bytes) -> None:
        self._stream, self._heard, self._is_past = stream, heard, True

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not self._is_past:
            self._stream.write(buffer, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._is_past:
            self._is_past = False
            return self._heard
        return self._stream.read(max_bytes, timeout)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
