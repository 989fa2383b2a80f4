"""The head of a request as bytes, and the head of an answer that is plain: nearly every one is.

Neither repairs or guesses. What is not certainly plain is None here, and h11 reads it from its first byte.
"""

from __future__ import annotations

import re
from typing import NamedTuple

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


class Head(NamedTuple):
    """What comes before the body of a plain answer. `size` and `length` count the bytes of both."""

    status: int
    fields: Fields
    size: int
    length: int


def request_head(request: httpx.Request, length: int) -> bytes | None:
    """The bytes before a body of that length; None unless the request is plain."""
    given = request.headers.raw
    names = {name.lower() for name, _ in given}
    line = b"%b %b" % (request.method.encode(), request.url.raw_path)
    fields = b"".join([b"%b: %b\r\n" % field for field in given])
    is_plain = (
        request.method not in ("HEAD", "CONNECT")
        and len(names) == len(given)
        and b"host" in names
        and _SPECIAL.isdisjoint(names)
        and request.headers.get("content-length", "0") == str(length)
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
