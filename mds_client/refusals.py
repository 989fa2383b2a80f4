"""Reads the words out of a server's error answer, whatever shape it has, and picks our error.

Shapes seen: `{"error": text}`, `{"error": {"message": text}}`, `{"detail": text}`,
`{"detail": [{"loc", "msg"}]}`, plain text, HTML, a Python traceback, nothing at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from mds_client.errors import EndpointFailed, EndpointRefused, MdsError, ModelNotFound
from mds_client.exchange import Response

_MOST = 300
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
_EXCEPTION = re.compile(r"^(?:[a-z_][\w]*\.)*[A-Z]\w*(?:Error|Exception|Warning)\s*:\s*", re.ASCII)


def error_of(response: Response) -> MdsError:
    """The error that an answer with a status of 400 or more means. `detail` keeps the server's text."""
    words, raw = words_of(response), response.body[:4000].decode("utf-8", "replace")
    said = f" It said: “{words}”" if words else ""
    match response.status:
        case 404:
            return ModelNotFound(
                "The server does not know this model or this version of it.",
                advice="Choose a model from the list; it may have been removed or renamed.",
                detail=raw,
            )
        case 401 | 403:
            return EndpointRefused(
                "The server did not let us in.",
                advice="Ask whoever runs the server for access to this model.",
                detail=raw,
            )
        case 413:
            return EndpointRefused(
                "The server finds this request too large.", advice="Send less.", detail=raw
            )
        case 429 | 503:
            return EndpointFailed(
                f"The model is busy or not ready.{said}",
                advice="Wait a moment and ask again.",
                detail=raw,
            )
        case status if status < 500:
            return EndpointRefused(
                f"The model did not accept this.{said}",
                advice="Look at the values again; the model's own words say what it missed.",
                detail=raw,
                field=_field(response),
            )
        case status:
            return EndpointFailed(
                f"The model broke while it worked on this.{said}",
                advice="Try again. If it happens again with other values, tell whoever runs the model.",
                detail=raw,
            )


def words_of(response: Response) -> str:
    """What the server said, in one bounded line; empty when it said nothing for a person."""
    text = response.body[:100_000].decode("utf-8", "replace").strip()
    try:
        text = _from_json(json.loads(text))
    except (ValueError, RecursionError):
        if (
            text.startswith("<")
            or _TRACEBACK.search(text[:5000])
            or text == "Internal Server Error"
        ):
            text = _last_line(text)
    return _one_line(text)


def _from_json(body: object) -> str:
    if not isinstance(body, Mapping):
        return ""
    said = body.get("error") or body.get("detail") or body.get("message") or ""
    if isinstance(said, Mapping):
        said = said.get("message") or ""
    if isinstance(said, list):
        return "; ".join(_validation(item) for item in said[:3])
    return _last_line(str(said)) if _TRACEBACK.search(str(said)) else str(said)


def _validation(item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    where = " ".join(str(part) for part in item.get("loc", []) if part != "body")
    return f"{where}: {item.get('msg', '')}".strip(": ")


def _field(response: Response) -> str:
    """The input that a validation error points at, where it does (FastAPI's `loc`)."""
    try:
        detail = json.loads(response.body).get("detail")
        loc = detail[0]["loc"]
        return str(loc[-1]) if loc else ""
    except (ValueError, AttributeError, TypeError, KeyError, IndexError):
        return ""


def _last_line(text: str) -> str:
    """A traceback ends with the exception; HTML and the bare status text say nothing useful."""
    if text.startswith("<") or text == "Internal Server Error":
        return ""
    return text.strip().splitlines()[-1]


def _one_line(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    line = _EXCEPTION.sub("", " ".join(printable.split()))
    return line[:_MOST] + ("…" if len(line) > _MOST else "")
