"""Requests and answers as a connection has them: their heads as bytes, where these are plain: nearly all are.

Neither repairs or guesses. What is not certainly plain is None here, and h11 reads it from its first byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Self

import httpx

_TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]++"
_VALUE = rb"[\t -~\x80-\xff]*+"
_REQUEST_LINE = re.compile(rb"%b [!-~]++" % _TOKEN)
_WORD = rb"[!-~\x80-\xff]++"
_REQUEST_FIELDS = re.compile(rb"(?:%b: (?:%b(?:[\t ]++%b)*+)?+\r\n)++" % (_TOKEN, _WORD, _WORD))
_ANSWER = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: %b)?+\r\n((?:%b:%b\r\n)++)\r\n" % (_VALUE, _TOKEN, _VALUE)
)
_FIELD = re.compile(rb"([^:]++):([^\r]*+)\r\n")
_LENGTH = re.compile(rb"[0-9]{1,18}")
# Those change where a message ends or what becomes of its connection.
_SPECIAL = {b"connection", b"expect", b"trailer", b"transfer-encoding", b"upgrade"}
_BODILESS = (204, 304)

Fields = list[tuple[bytes, bytes]]


class Asked(NamedTuple):
    """A request as it is sent: what httpx.Request says, without the work of that class."""

    method: str
    url: httpx.URL
    fields: Fields
    body: bytes
    timeouts: Mapping[str, float]

    @classmethod
    def of(cls, request: httpx.Request) -> Self:
        """The same request."""
        timeouts = request.extensions.get("timeout", {})
        return cls(request.method, request.url, request.headers.raw, request.read(), timeouts)


class Answer(NamedTuple):
    """An answer whose body is still to be read, and closed."""

    status: int
    fields: Fields
    body: httpx.SyncByteStream


class Head(NamedTuple):
    """What comes before the body of a plain answer. `size` and `length` count the bytes of both."""

    status: int
    fields: Fields
    size: int
    length: int


def request_head(asked: Asked) -> bytes | None:
    """The bytes before the body; None unless the request is plain."""
    given = asked.fields
    by_name = {name.lower(): value for name, value in given}
    line = b"%b %b" % (asked.method.encode(), asked.url.raw_path)
    fields = b"".join([b"%b: %b\r\n" % field for field in given])
    is_plain = (
        asked.method not in ("HEAD", "CONNECT")
        and len(by_name) == len(given)
        and b"host" in by_name
        and _SPECIAL.isdisjoint(by_name)
        and by_name.get(b"content-length", b"0") == b"%d" % len(asked.body)
        and _REQUEST_LINE.fullmatch(line)
        and _REQUEST_FIELDS.fullmatch(fields)
        and fields.count(b"\r\n") == len(given)  # none of them is two
    )
    return b"%b HTTP/1.1\r\n%b\r\n" % (line, fields) if is_plain else None


def answer_head(data: bytes) -> Head | None:
    """The head that the data begin with; None unless it is whole and that of a plain answer.

    Plain has a body of a length said once, and leaves the connection open.
    """
    found = _ANSWER.match(data)
    if not found:
        return None
    fields = [(name, value.strip(b" \t")) for name, value in _FIELD.findall(found[2])]
    status, length = int(found[1]), _length(fields)
    if length is None or status in _BODILESS:
        return None
    return Head(status, fields, found.end(), length)


def _length(fields: Fields) -> int | None:
    """The length of the body, where it is all that says where the answer ends."""
    lengths = []
    for name, value in fields:
        name = name.lower()
        if name == b"content-length":
            lengths.append(value)
        elif name in _SPECIAL and (name, value.lower()) != (b"connection", b"keep-alive"):
            return None
    if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
        return None
    return int(lengths[0])
