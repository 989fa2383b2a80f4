"""Files that people uploaded, and values too large for the case itself: kept once by their content.

A case names them by their SHA-256. What is larger than the operator allows is not kept; the case still
says its name and size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import db.case_files
from cases.inputs import plain_value
from db.engine import Sessions, reading
from db.errors import StorageError
from mds_client.signature import File, Values

_FILE = {"file", "media_type", "size", "sha256"}
_OMITTED = {"omitted", "size", "sha256"}


def files_in(entered: Iterable[object]) -> set[str]:
    """The SHA-256 of every file that what was entered names."""
    return {
        str(value["sha256"])
        for values in entered
        if isinstance(values, Mapping)
        for value in values.values()
        if is_named(value) and isinstance(value, Mapping)
    }


def to_keep(values: Values, entered: Mapping[str, object], most: int) -> dict[str, bytes]:
    """What of the values the case only names, of at most so many bytes each, by its SHA-256."""
    contents = {
        str(shown["sha256"]): _content(values[name])
        for name, shown in entered.items()
        if is_named(shown) and isinstance(shown, dict) and int(shown["size"]) <= most
    }
    return {digest: content for digest, content in contents.items() if content}


def is_named(entered: object) -> bool:
    """Whether a case holds only the name and the size of what was entered."""
    return isinstance(entered, Mapping) and set(entered) in (_FILE, _OMITTED)


def kept_value(sessions: Sessions, entered: object) -> object:
    """What was entered, where a case only names it; None where it was not kept or cannot be read."""
    if not is_named(entered) or not isinstance(entered, Mapping):
        return None
    try:
        with reading(sessions) as session:
            content = db.case_files.content(session, str(entered["sha256"]))
    except StorageError:
        return None
    if content is None:
        return None
    if "omitted" in entered:
        return json.loads(content)
    return File(name=str(entered["file"]), media_type=str(entered["media_type"]), data=content)


def _content(value: object) -> bytes:
    """The bytes behind the SHA-256 that a case has of a value; nothing for a value that only looks like a file's name."""
    if isinstance(value, File):
        return value.data
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, Mapping) and is_named(value):
        return b""
    return json.dumps(plain_value(value)).encode()
