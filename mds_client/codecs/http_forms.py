"""Values outside of JSON: in a query, a path or a header, and as the parts of a form.

A form of files is RFC 7578's multipart/form-data, with names written as browsers write them.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Sequence
from urllib.parse import quote, urlencode

import numpy as np

from mds_client.signature import File

Pairs = Sequence[tuple[str, object]]


def as_text(value: object) -> str:
    """One value as the text that a server reads it from: truths in lower case, what is nested as JSON."""
    if value is None:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence | dict) and not isinstance(value, str | bytes):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def members(value: object) -> list[object]:
    """The members of a list, which is sent as one pair each; anything else is one."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return list(value) if isinstance(value, list | tuple) else [value]


def spread(pairs: Pairs) -> list[tuple[str, object]]:
    """Each member of a list as a pair of its own."""
    return [(name, member) for name, value in pairs for member in members(value)]


def query_of(pairs: Pairs) -> str:
    """What goes behind the question mark; also the body of a form without files."""
    return urlencode([(name, as_text(value)) for name, value in pairs], quote_via=quote)


def segment_of(value: object) -> str:
    """One step of a path. Raises ValueError for what an address cannot hold as a step."""
    text = as_text(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} is no step of a path")
    return quote(text, safe="")


def multipart_of(pairs: Pairs) -> tuple[bytes, str]:
    """The body of a form with files, and its content type. The same values give the same bytes."""
    parts = [_part(name, value) for name, value in pairs]
    border = "mds-" + hashlib.sha256(b"".join(parts)).hexdigest()[:32]
    edge = f"--{border}\r\n".encode()
    body = b"".join(edge + part + b"\r\n" for part in parts) + f"--{border}--\r\n".encode()
    return body, f"multipart/form-data; boundary={border}"


def media_type_of(file: File) -> str:
    """What the file says it is, else what its name says."""
    return file.media_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _part(name: str, value: object) -> bytes:
    about = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if isinstance(value, File):
        about += (
            f'; filename="{_quoted(value.name)}"\r\nContent-Type: {_line(media_type_of(value))}'
        )
        return f"{about}\r\n\r\n".encode() + value.data
    if isinstance(value, dict):
        about += "\r\nContent-Type: application/json"
    return f"{about}\r\n\r\n{as_text(value)}".encode()


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _line(text: str) -> str:
    """A media type on one line of ASCII: one from elsewhere must not be able to add a header."""
    return "".join(c for c in text if c.isprintable() and c.isascii())[:200]
