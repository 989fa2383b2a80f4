"""What a job takes, as bytes in its row and back: plain data, files, and the dataclasses that its kind names.

JSON for everything but large bytes, which follow it as they are. Nothing but the named dataclasses is ever made
of what is read, so a row that somebody tampered with can do no more than be refused.
"""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time

import numpy as np

# Bytes above this size are not squeezed through JSON.
_LARGE = 4_096
_HEAD = struct.Struct(">I")
# What is written as one text: the member that holds it, and how it is read.
_TEXTS: dict[str, tuple[str, Callable[[str], object]]] = {
    "bytes": ("of", b64decode),
    "datetime": ("at", datetime.fromisoformat),
    "date": ("at", date.fromisoformat),
    "time": ("at", time.fromisoformat),
}


class UnreadablePayload(ValueError):
    """It is not what a kind of this version of the app takes."""


class Codec:
    """Writes and reads what a kind of job takes. `types` are the dataclasses that may occur in it."""

    def __init__(self, types: Sequence[type]) -> None:
        self._types = {kind.__name__: kind for kind in types}

    def encode(self, value: object) -> bytes:
        """Raises TypeError for a value of a type that is not among them."""
        blobs: list[bytes] = []
        text = json.dumps(self._plain(value, blobs), ensure_ascii=False, separators=(",", ":"))
        head = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
        return b"".join((_HEAD.pack(len(head)), head, *blobs))

    def decode(self, content: bytes) -> object:
        """What `encode` wrote. Fields that a dataclass has no more are left out. Raises UnreadablePayload."""
        try:
            (size,) = _HEAD.unpack_from(content)
            start = _HEAD.size + size
            text = zlib.decompress(content[_HEAD.size : start])
            return self._decoded(json.loads(text.decode("utf-8", "surrogatepass")), content[start:])
        except (ValueError, TypeError, KeyError, struct.error, zlib.error) as error:
            raise UnreadablePayload(str(error)) from error

    def _plain(self, value: object, blobs: list[bytes]) -> object:
        match value:
            case None | bool() | int() | float() | str():
                # NumPy's float64 is a float, but JSON should hold no subclass of anything.
                return float(value) if isinstance(value, np.floating) else value
            case np.generic() | np.ndarray():
                return self._plain(value.tolist(), blobs)
            case bytes() | bytearray():
                return _bytes(bytes(value), blobs)
            case datetime() | date() | time():
                return {"$": type(value).__name__, "at": value.isoformat()}
            case Mapping():
                pairs = [[str(name), self._plain(each, blobs)] for name, each in value.items()]
                return {"$": "map", "of": pairs}
            case tuple():
                return {"$": "tuple", "of": [self._plain(each, blobs) for each in value]}
            case Sequence():
                return [self._plain(each, blobs) for each in value]
        return self._of_dataclass(value, blobs)

    def _of_dataclass(self, value: object, blobs: list[bytes]) -> object:
        name = type(value).__name__
        if not is_dataclass(value) or self._types.get(name) is not type(value):
            raise TypeError(f"a job cannot take a {name}")
        return {
            "$": name,
            **{f.name: self._plain(getattr(value, f.name), blobs) for f in _changed_fields(value)},
        }

    def _decoded(self, value: object, rest: bytes) -> object:
        if isinstance(value, list):
            return [self._decoded(each, rest) for each in value]
        if not isinstance(value, dict):
            return value
        kind = value.pop("$")
        if kind == "map":
            return {name: self._decoded(each, rest) for name, each in value["of"]}
        if kind == "tuple":
            return tuple(self._decoded(each, rest) for each in value["of"])
        if kind == "blob":
            return rest[value["from"] : value["to"]]
        if kind in _TEXTS:
            member, read = _TEXTS[kind]
            return read(value[member])
        return self._object(self._types[kind], value, rest)

    def _object(self, of_type: type, members: Mapping[str, object], rest: bytes) -> object:
        """An object of this type; members that it does not have (any more) are left out."""
        known = {each.name for each in fields(of_type) if each.init}
        given = {name: value for name, value in members.items() if name in known}
        return of_type(**{name: self._decoded(value, rest) for name, value in given.items()})


def _bytes(value: bytes, blobs: list[bytes]) -> dict[str, object]:
    if len(value) < _LARGE:
        return {"$": "bytes", "of": b64encode(value).decode()}
    start = sum(map(len, blobs))
    blobs.append(value)
    return {"$": "blob", "from": start, "to": start + len(value)}


def _changed_fields(value: object) -> list[Field[object]]:
    """The fields that are not as they would be anyway: a signature is mostly defaults."""
    return [
        f
        for f in fields(value)  # type: ignore[arg-type]
        if f.init and not _is_default(f, getattr(value, f.name))
    ]


def _is_default(field: Field[object], value: object) -> bool:
    factory = field.default_factory
    default = field.default if factory is MISSING else factory()
    return value is default or (type(value) is type(default) and value == default)
