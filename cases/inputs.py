"""What a person entered, as plain data: files by their name and hash, arrays as lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

import numpy as np

from db.types import Plain
from mds_client.signature import File
from mds_client.signature.checks import is_missing

MAX_VALUE_BYTES = 256 * 1024
MAX_DEPTH = 100
_SMALL = {float, int, bool, type(None)}  # what is plain and short as it is
_TOO_DEEP = "(nested too deeply to keep)"


def plain_inputs(values: Mapping[str, object]) -> dict[str, object]:
    """Values in the form in which a case keeps them."""
    if isinstance(values, Plain):
        return values
    if all(type(value) in _SMALL for value in values.values()):
        return {str(name): value for name, value in values.items()}
    return {str(name): _bounded(plain_value(value)) for name, value in values.items()}


def same_inputs(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two forms hold the same: 5 and 5.0 are one number, what is missing is missing, a file is its bytes."""
    return all(_alike(one.get(name), other.get(name)) for name in {*one, *other})


def _alike(one: object, other: object) -> bool:
    if is_missing(one) or is_missing(other):
        return is_missing(one) and is_missing(other)
    if isinstance(one, File) and isinstance(other, File):
        return one.data == other.data
    left, right = plain_value(one), plain_value(other)
    # As text: NaN within a list is not equal to itself, but it is the same entry.
    return left == right or json.dumps(left) == json.dumps(right)


def plain_value(value: object, depth: int = 0) -> object:
    """A value as plain data; what lies deeper than 100 levels is not kept, which stands in its place."""
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return float(value)
        case File():
            return _file(value.name, value.media_type, value.data)
        case bytes() | bytearray():
            return _file("", "application/octet-stream", bytes(value))
        case datetime() | date():
            return value.isoformat()
        case np.generic() | np.ndarray():
            return plain_value(value.tolist(), depth)
        case Mapping():
            return {str(name): plain_value(item, depth + 1) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain_value(item, depth + 1) for item in value]
    return str(value)


def _file(name: str, media_type: str, data: bytes) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    return {"file": name, "media_type": media_type, "size": len(data), "sha256": digest}


def _bounded(value: object) -> object:
    """The value, or what can be said of one that is too large to keep twice (the body has it too)."""
    text = json.dumps(value).encode()
    if len(text) <= MAX_VALUE_BYTES:
        return value
    return {"omitted": True, "size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
