"""Wire bodies and headers in the form in which they are kept: small, bounded, without secrets."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from db.cases import StoredBody

MAX_BODY_BYTES = 1024 * 1024
HIDDEN = "(hidden)"
_SECRET = re.compile(
    r"auth|cookie|token|secret|passw|credential|session|api[-_]?key|signature", re.I
)
_SECRET_PARAMETER = re.compile(_SECRET.pattern + r"|^(key|sig|code)$", re.I)


def pack(body: bytes) -> StoredBody:
    """Compress a body; of a large one only the beginning is kept."""
    return StoredBody(
        data=zlib.compress(body[:MAX_BODY_BYTES]),
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        is_truncated=len(body) > MAX_BODY_BYTES,
    )


def left_out(body: bytes) -> StoredBody:
    """What is kept of a body with values that are not stored: its size. A digest would let a few values be guessed."""
    return StoredBody(data=b"", size=len(body), sha256="", is_truncated=bool(body))


def unpack(stored: StoredBody) -> bytes:
    """The body, or as much of it as was kept."""
    # Bounded: a row that somebody tampered with must not fill the memory.
    return zlib.decompressobj().decompress(stored.data, MAX_BODY_BYTES)


def readable(stored: StoredBody) -> str:
    """The body as text; a body that is not text is described in brackets."""
    if stored.size and not stored.data:
        why = "deleted" if stored.sha256 else "not stored, for a sensitive value is or may be in it"
        return f"[{why}: {stored.size:,} bytes]"
    body = unpack(stored)
    try:
        # A cut may go through the middle of a character.
        text = body.decode("utf-8", "ignore" if stored.is_truncated else "strict")
    except UnicodeDecodeError:
        return f"[{stored.size:,} bytes that are not text]"
    return f"{text}\n[cut: {stored.size:,} bytes in all]" if stored.is_truncated else text


def without_secrets(headers: Mapping[str, str]) -> dict[str, object]:
    """Headers with the values of those that may be credentials hidden."""
    return {name: HIDDEN if _SECRET.search(name) else value for name, value in headers.items()}


def plain_url(url: str) -> str:
    """A URL without user, password and the values of parameters that may be credentials."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query=_plain_query(parts.query)).geturl()


def _plain_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_SECRET_PARAMETER.search(name) for name, _ in pairs):
        return query
    shown = [(name, HIDDEN if _SECRET_PARAMETER.search(name) else value) for name, value in pairs]
    return urlencode(shown, quote_via=quote, safe="()")
