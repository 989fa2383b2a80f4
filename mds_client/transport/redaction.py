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
import logging
import re
import threading
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote_plus
from weakref import WeakSet

from mds_client.transport.escaped_secrets import (
    ESCAPES,
    Finder,
    base64_in_lines,
    base64_parts,
    escaped,
    written,
)
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
        self._escaped: tuple[str, ...] = ()
        self._short: re.Pattern[bytes] | None = None
        self._add_all(known)
        with _lock:
            _everywhere.add(self)

    def add(self, secret: str) -> None:
        """Remember a secret; cheap for one that is known."""
        self.has_short |= bool(secret) and not _is_long(secret)
        if secret not in self._known and len(secret) >= SHORT:
            self._known = (*self._known, secret)
            self._prepare()

    def _add_all(self, secrets: Iterable[str]) -> None:
        """The same as `add` for each, prepared once."""
        known = dict.fromkeys(secrets)
        self.has_short = any(secret and not _is_long(secret) for secret in known)
        self._known = tuple(secret for secret in known if len(secret) >= SHORT)
        if self._known:
            self._prepare()

    def add_token(self, token: str) -> None:
        """Remember a token that was obtained, and will be renewed."""
        if token not in self._tokens and len(token) >= SHORT:
            self._tokens = (*self._tokens, token)[-_MOST_TOKENS:]
            self._prepare()

    def _prepare(self) -> None:
        known = {*self._known, *self._tokens}
        self._short = _whole_words([one for one in known if not _is_long(one)])
        literals = {way for one in known for way in _literals(one)}
        self._long = tuple(sorted(literals, key=len, reverse=True))
        self._escaped = tuple(sorted(known, key=len, reverse=True))

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
                data = data.replace(secret, _cover(secret, is_sized=is_sized))
        for finder in self._finders(data):
            data = finder.replaced(data, lambda secret: _cover(secret, is_sized=is_sized))
        if self._short and not is_answer:
            redacted, replaced = self._short.subn(HIDDEN.encode(), data)
            data = redacted if replaced else data
        return data

    def _finders(self, data: bytes) -> Iterator[Finder]:
        """What finds the secrets with escapes in them, where there are escapes at all; base64 in lines too."""
        has_escapes = any(sign in data for sign in ESCAPES)
        for secret in self._escaped if has_escapes or b"\n" in data else ():
            if has_escapes and _is_long(secret):
                yield escaped(secret)
            yield from base64_in_lines(secret)


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


def _literals(secret: str) -> Iterator[bytes]:
    """The writings that are found fastest: as it is, as a form has it, as the digits of its bytes, in base64."""
    data = secret.encode("utf-8", "surrogatepass")
    if _is_long(secret):
        yield from (data, quote_plus(data).encode())
        yield from (data.hex().encode(), data.hex().upper().encode())
    yield from _in_base64(data)


def _whole_words(short: Sequence[str]) -> re.Pattern[bytes] | None:
    if not short:
        return None
    words = b"|".join(written(one) for one in sorted(short, key=len, reverse=True))
    return re.compile(rb"(?<![0-9A-Za-z])(?:%b)(?![0-9A-Za-z])" % words)


def _cover(secret: bytes, *, is_sized: bool) -> bytes:
    return b"*" * len(secret) if is_sized else HIDDEN.encode()


def _in_base64(secret: bytes) -> Iterator[bytes]:
    """Alone, and at each of the three places where it can begin within something longer."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield from base64_parts(secret, encode)
