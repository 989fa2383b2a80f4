"""What goes wrong with a call, as our errors."""

from __future__ import annotations

import re
import zlib

import httpx

from mds_client.client.response_body import TooLarge
from mds_client.codecs.repeated_names import repeated_names
from mds_client.errors import (
    EndpointTimedOut,
    EndpointUnreachable,
    MdsError,
    SignatureMismatch,
    UnreadableAnswer,
)
from mds_client.errors.error_text import one_line
from mds_client.transport.exchange import Response

_NAMES = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:')
# They hold no names; each stands for itself, so that others under the same name differ.
_MANY_NUMBERS = re.compile(rb"\[[-+.,0-9eE\s]{200,}\]")
_MOST_SEARCHED = 1_000_000  # bytes of an answer that are searched for names that stand twice
# What reading an answer of an unforeseen form can raise.
MALFORMED = (
    MdsError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
SIGNING_IN = (httpx.HTTPError, OSError, TooLarge)
# OSError: anyio lets a TLS alert through as ssl.SSLError.
FAULTS = (*SIGNING_IN, httpx.InvalidURL, MdsError)


def mismatch(error: MdsError) -> SignatureMismatch:
    """The refusal of a model that takes something else now."""
    replacement = SignatureMismatch(
        "The model takes something else now than when this form was drawn.",
        advice="Reload the page for the new form. What you entered is in the record.",
        detail=error.detail,
    )
    replacement.exchange = error.exchange
    return replacement


def malformed(error: Exception) -> UnreadableAnswer:
    return UnreadableAnswer(
        "The server answered, but not in the form that was agreed.",
        advice="Tell whoever runs the server; your entries are kept.",
        detail=f"{type(error).__name__}: {error}"[:500],
    )


def connection_failure(error: Exception, where: str, limit: float, detail: str) -> MdsError:
    """The error for an exception of httpx: `where` is the server in words, `limit` the seconds that a call had."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.UnsupportedProtocol):
        return EndpointUnreachable(
            f"Nobody answers at the server “{where}”.",
            advice="It may be down or starting. Try again in a minute, or tell whoever runs it.",
            detail=detail,
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return EndpointTimedOut(
            f"The model did not answer within {limit:g} seconds.",
            advice="It may be busy. Try again, or tell whoever runs it if it stays slow.",
            detail=detail,
        )
    if isinstance(error, httpx.DecodingError | TooLarge):
        return UnreadableAnswer(
            "The server's answer could not be read.",
            advice="Tell whoever runs the server; your entries are kept.",
            detail=detail,
        )
    return EndpointUnreachable(
        f"The connection to the server “{where}” broke before the answer was complete.",
        advice="Try again; your entries are kept.",
        detail=detail,
    )


def refuse_repeated_names(response: Response) -> None:
    """Raises UnreadableAnswer where the JSON of an answer has two values under one name: a parser would take the last
    and say nothing."""
    body = response.body
    if len(body) > _MOST_SEARCHED or body.lstrip()[:1] not in (b"{", b"["):
        return
    body = _MANY_NUMBERS.sub(lambda found: b"[%d]" % zlib.crc32(found[0]), body)
    names = _NAMES.findall(body)
    if len(set(names)) < len(names) and (repeated := repeated_names(body)):
        name = next(iter(repeated))
        raise UnreadableAnswer(
            f"The server answered two values for “{one_line(name)}”: nothing tells which of them counts.",
            advice="Tell whoever runs the server; your entries are kept.",
            detail=f"names that stand more than once: {', '.join(repeated)[:500]}",
        )
