"""The heads of plain requests and answers, as bytes; nearly all are plain.

Nothing is repaired or guessed: what is not certainly plain is None here, and h11 reads it from its first byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

import httpx

_TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]++"
_VALUE = rb"[\t -~\x80-\xff]*+"
_REQUEST_LINE = re.compile(rb"%b [!-~]++" % _TOKEN)
_NAME = re.compile(_TOKEN.decode())
_ANSWER = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: %b)?+\r\n((?:%b:%b\r\n)++)\r\n" % (_VALUE, _TOKEN, _VALUE)
)
_FIELD = re.compile(rb"([^:]++):([^\r]*+)\r\n")
_LENGTH = re.compile(rb"[0-9]{1,18}")
# Those change where a message ends or what becomes of its connection.
_SPECIAL = {b"connection", b"expect", b"trailer", b"transfer-encoding", b"upgrade"}
_BODILESS = (204, 304)
_OFTEN = 2048  # bytes: longer heads are not remembered

Fields = Sequence[tuple[bytes, bytes]]
TextFields = Sequence[tuple[str, str]]


class Address(NamedTuple):
    """Where a request goes: scheme, host and port, and the target there."""

    scheme: bytes
    host: bytes
    port: int | None
    target: bytes

    @classmethod
    def of(cls, url: httpx.URL) -> Self:
        """The parts of a URL; `port` is None for the scheme's own."""
        return cls(url.raw_scheme, url.raw_host, url.port, url.raw_path)


class RawRequest(NamedTuple):
    """A request as it is sent: what httpx.Request says, without the work of that class."""

    method: str
    address: Address
    fields: TextFields
    body: bytes
    timeouts: Mapping[str, float]

    @classmethod
    def of(cls, request: httpx.Request) -> Self:
        """The same request."""
        address, timeouts = Address.of(request.url), request.extensions.get("timeout", {})
        fields = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw]
        return cls(request.method, address, fields, request.read(), timeouts)

    def raw_fields(self) -> list[tuple[bytes, bytes]]:
        """The fields as bytes."""
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.fields]


class RawResponse(NamedTuple):
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


def request_head(request: RawRequest) -> bytes | None:
    """The bytes before the body; None unless the request is plain."""
    header_fields = request.fields
    values = [value for _, value in header_fields]
    place, all_values = (
        _place_of_length(tuple([name for name, _ in header_fields])),
        "".join(values),
    )
    is_plain = (
        place is not None
        and (place < 0 or values[place] == str(len(request.body)))
        and all_values.isascii()
        and all_values.isprintable()
        and _is_plain_line(request.method, request.address.target)
    )
    if not is_plain:
        return None
    fields = "".join([f"{name}: {value}\r\n" for name, value in header_fields])
    # h11 strips what is around a value.
    if ":  " in fields or " \r\n" in fields:
        return None
    line = b"%b %b HTTP/1.1\r\n" % (request.method.encode(), request.address.target)
    return line + fields.encode() + b"\r\n"


@lru_cache(maxsize=64)
def _place_of_length(names: tuple[str, ...]) -> int | None:
    """The position of the header with the body's length, -1 where there is none; None unless the names are
    those of a plain request."""
    lowered = [name.lower() for name in names]
    is_plain = (
        len(set(lowered)) == len(lowered)
        and "host" in lowered
        and not any(name.encode() in _SPECIAL for name in lowered)
        and all(map(_NAME.fullmatch, names))
    )
    if not is_plain:
        return None
    return lowered.index("content-length") if "content-length" in lowered else -1


@lru_cache(maxsize=256)
def _is_plain_line(method: str, target: bytes) -> bool:
    is_known = method not in ("HEAD", "CONNECT") and method.isascii()
    return is_known and bool(_REQUEST_LINE.fullmatch(b"%b %b" % (method.encode(), target)))


def answer_head(data: bytes) -> Head | None:
    """The head that the data begin with; None unless it is whole and that of a plain answer.

    Plain has a body of a length said once, and leaves the connection open.
    """
    size = data.find(b"\r\n\r\n") + 4
    return (_often_read if size <= _OFTEN else _read)(data[:size])


def _read(head: bytes) -> Head | None:
    match = _ANSWER.fullmatch(head)
    if not match:
        return None
    fields = tuple((name, value.strip(b" \t")) for name, value in _FIELD.findall(match[2]))
    status, length = int(match[1]), _length(fields)
    if length is None or status in _BODILESS:
        return None
    return Head(status, fields, len(head), length)


# A server that says no time and no id says the same before each of its answers.
_often_read = lru_cache(maxsize=256)(_read)


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
