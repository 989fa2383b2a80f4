"""Takes secrets out of what a server sends back, before anything of it is kept, logged or shown.

A server that repeats a credential, as gateways and debug pages do, repeats it in one of several writings: as it is, or
escaped, or encoded, alone or within something longer.

How much is replaced depends on the length, so that an ordinary answer stays what it is:

* from 8 characters: everywhere (of digits alone: from 16);
* from 4: as a whole word, and not in an answer, where `admin` is a word like any other: in errors, headers and logs;
* shorter: nowhere. Nobody can tell it from the text around it.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import threading
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, quote_plus
from weakref import WeakSet

from mds_client.transport.exchange import Response

HIDDEN = "(hidden)"
LONG, LONG_NUMBER, SHORT = 8, 16, 4
_MOST_TOKENS = 20  # those that were renewed long ago are forgotten
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|key)\s+(.+)", re.I | re.S)
# Headers of which no value is a credential.
_PLAIN_HEADERS = {
    "accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-encoding", "content-length",
    "content-type", "host", "origin", "referer", "user-agent",
}  # fmt: skip
_everywhere: WeakSet[Secrets] = WeakSet()
_lock = threading.Lock()


class Secrets:
    """The secrets that one client was given or obtained; replaces them in what comes back."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known: tuple[str, ...] = ()
        self._tokens: tuple[str, ...] = ()
        self.has_short = False  # one that is shown where an answer repeats it
        self._long: tuple[bytes, ...] = ()
        self._escaped: re.Pattern[bytes] | None = None
        self._short: re.Pattern[bytes] | None = None
        for secret in known:
            self.add(secret)
        with _lock:
            _everywhere.add(self)

    def add(self, secret: str) -> None:
        """Remember a secret; cheap for one that is known."""
        self.has_short |= bool(secret) and not _is_long(secret)
        if secret not in self._known and len(secret) >= SHORT:
            self._known = (*self._known, secret)
            self._prepare()

    def add_token(self, token: str) -> None:
        """Remember a token that was obtained, and will be renewed."""
        if token not in self._tokens and len(token) >= SHORT:
            self._tokens = (*self._tokens, token)[-_MOST_TOKENS:]
            self._prepare()

    def _prepare(self) -> None:
        known = {*self._known, *self._tokens}
        short = sorted((one.encode() for one in known if not _is_long(one)), key=len, reverse=True)
        written = {way for one in known for way in _spellings(one)}.difference(short)
        words = b"|".join(map(re.escape, short))
        edges = rb"(?<![0-9A-Za-z])(?:%b)(?![0-9A-Za-z])"
        self._short = re.compile(edges % words) if short else None
        self._long = tuple(sorted(written, key=len, reverse=True))
        escapable = sorted(filter(_is_long, known), key=len, reverse=True)
        any_of_them = b"|".join(map(_with_escapes, escapable))
        self._escaped = re.compile(any_of_them) if escapable else None

    def add_header(self, name: str, value: str) -> None:
        """Remember the value of a header that is sent, and the credentials within it."""
        if name.lower() in _PLAIN_HEADERS:
            return
        self.add(value)
        if scheme := _SCHEME.fullmatch(value.strip()):
            self.add(scheme[1])
            self.add(_password_in(scheme[1]))
        if name.lower() == "cookie":
            for part in value.split(";"):
                self.add(part.partition("=")[2].strip())

    def response(self, response: Response) -> Response:
        """The answer without the secrets: whole where it holds none, which is nearly always."""
        if not self._long and not self._short:
            return response
        is_answer = 200 <= response.status < 300
        body = self._replaced(response.body, is_answer, is_sized=_is_binary(response.headers))
        headers = response.headers
        if headers and self.text(values := "\n".join(headers.values())) != values:
            headers = {name: self.text(value) for name, value in headers.items()}
        if body is response.body and headers is response.headers:
            return response
        return replace(response, body=body, headers=headers)

    def text(self, text: str) -> str:
        """Words that are no answer, without the secrets."""
        data = text.encode("utf-8", "surrogatepass")
        redacted = self._replaced(data, is_answer=False)
        return text if redacted is data else redacted.decode("utf-8", "surrogatepass")

    def _replaced(self, data: bytes, is_answer: bool, is_sized: bool = False) -> bytes:
        for secret in self._long:
            if secret in data:
                data = data.replace(secret, b"*" * len(secret) if is_sized else HIDDEN.encode())
        if self._escaped and b"\\u" in data:
            redacted = self._escaped.sub(lambda m: _cover(m[0], is_sized=is_sized), data)
            data = data if redacted == data else redacted
        if self._short and not is_answer:
            redacted = self._short.sub(HIDDEN.encode(), data)
            data = data if redacted == data else redacted
        return data


def hidden_everywhere(text: str) -> str:
    """A line for the log without any secret that any client of this process knows."""
    with _lock:
        known = list(_everywhere)
    for secrets in known:
        text = secrets.text(text)
    return text


class Hiding(logging.Formatter):
    """Formats a record, with its traceback, and takes the secrets out."""

    def format(self, record: logging.LogRecord) -> str:
        return hidden_everywhere(super().format(record))


def _is_long(secret: str) -> bool:
    return len(secret) >= (LONG_NUMBER if secret.isdigit() else LONG)


def _is_binary(headers: Mapping[str, str]) -> bool:
    """Whether something else says where the parts of the body begin."""
    kind = headers.get("content-type", "")
    return "inference-header-content-length" in headers or "octet-stream" in kind


def _password_in(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode().partition(":")[2]
    except (NotBase64, UnicodeDecodeError):
        return ""


def _spellings(secret: str) -> Iterator[bytes]:
    """Every way in which servers write a secret that they repeat."""
    for text in {secret, *_escaped(secret), *(quote(secret, safe=safe) for safe in ("", "/"))}:
        yield text.encode()
        yield json.dumps(text)[1:-1].encode()  # a text of JSON within JSON
    in_url = quote(secret, safe="")
    yield re.sub("%..", lambda escape: escape[0].lower(), in_url).encode()
    yield quote_plus(secret).encode()
    yield from _in_base64(secret.encode())


def _escaped(secret: str) -> Iterator[str]:
    """As JSON, with the signs that Go and PHP escape besides; as HTML; as Python shows it."""
    for text in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield text
        yield text.replace("/", r"\/")
        yield text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    yield html.escape(secret)
    yield html.escape(secret, quote=False)
    yield repr(secret)[1:-1]


def _with_escapes(secret: str) -> bytes:
    r"""A pattern for the secret with any of its signs as \u002b, in JSON within JSON too: .NET writes more of them so
    than it must."""
    return b"".join(map(_sign_or_escape, secret))


def _sign_or_escape(sign: str) -> bytes:
    units = sign.encode("utf-16-be", "surrogatepass")
    escape = b"".join(
        rb"\\+u(?i:%02x%02x)" % tuple(units[i : i + 2]) for i in range(0, len(units), 2)
    )
    return rb"(?:\\*%b|%b)" % (re.escape(sign.encode("utf-8", "surrogatepass")), escape)


def _cover(secret: bytes, *, is_sized: bool) -> bytes:
    return b"*" * len(secret) if is_sized else HIDDEN.encode()


def _in_base64(secret: bytes) -> Iterator[bytes]:
    """Alone, and at each of the three places where it can begin within something longer."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        if len(whole := encode(secret)) >= LONG:
            yield whole
        for before, start in ((0, 0), (1, 2), (2, 3)):
            end = (before + len(secret)) * 8 // 6  # what follows changes the rest
            if len(part := encode(bytes(before) + secret)[start:end]) >= LONG + 2:
                yield part
