"""What both clients do with an answer as it arrives: its head read, its body kept within the server's limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import httpx

from mds_client.server import Server
from mds_client.transport.heads import Fields, RawResponse


class TooLarge(Exception):
    """An answer larger than the server's limit."""


def headers_of(fields: Fields) -> dict[str, str]:
    """The headers of an answer by their names in small letters, as httpx has them, in a fifth of its time."""
    headers: dict[str, str] = {}
    try:
        for raw_name, raw_value in fields:
            name, value = raw_name.decode("ascii").lower(), raw_value.decode("ascii")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    except UnicodeDecodeError:
        return dict(httpx.Headers(fields).items())
    return headers


def decodable(headers: Mapping[str, str]) -> None:
    """Raises DecodingError for compression that makes gigabytes of a packet: Brotli, or one in another.

    No server was asked to compress at all.
    """
    if "content-encoding" not in headers:
        return
    coding = headers["content-encoding"].strip().lower()
    if coding not in ("", "identity", "gzip", "deflate"):
        raise httpx.DecodingError(f"compressed as {coding[:100]!r}, which was not asked for")


def parts(answer: RawResponse, headers: Mapping[str, str]) -> Iterable[bytes]:
    """The body of an answer as it arrives, decompressed where its headers say so."""
    if "content-encoding" in headers:
        buffered = httpx.Response(answer.status, headers=answer.fields, stream=answer.body)
        return buffered.iter_bytes()
    return answer.body


def bound(server: Server, size: int, seconds: float) -> None:
    """End an answer that is too large, or that drips for longer than the whole call may take."""
    if size > server.max_answer_bytes:
        raise TooLarge(f"more than {server.max_answer_bytes} bytes")
    if seconds > server.timeout:
        raise TimeoutError(f"still receiving after {seconds:.1f} s")
