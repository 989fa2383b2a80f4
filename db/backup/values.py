"""How the values of a column are written as JSON and read again, the same for every database."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.types import TypeEngine

from db.types import UtcDateTime

Kind = Literal["text", "integer", "number", "boolean", "moment", "bytes", "json"]
# How each kind of column is read and written, whatever its length.
TYPES: dict[Kind, TypeEngine[Any]] = {
    "text": Text(),
    "integer": BigInteger(),
    "number": Double(),
    "boolean": Boolean(),
    "moment": UtcDateTime(),
    "bytes": LargeBinary(),
    "json": JSON(none_as_null=True),
}
_KINDS: dict[type[TypeEngine[Any]], Kind] = {
    String: "text",
    Integer: "integer",
    Float: "number",
    Boolean: "boolean",
    DateTime: "moment",
    LargeBinary: "bytes",
    JSON: "json",
}


def kind_of(column: Column[Any]) -> Kind:
    """What a column holds. Raises TypeError for a type that the archive has no form for."""
    for column_type, kind in _KINDS.items():
        if isinstance(column.type, column_type):
            return kind
    raise TypeError(f"{column.table.name}.{column.name}: {column.type!r} has no form in a backup")


def to_line(values: Sequence[object], kinds: Sequence[Kind]) -> bytes:
    """A row as one line of JSON."""
    plain = [_to_json(value, kind) for value, kind in zip(values, kinds, strict=True)]
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes, kinds: Sequence[Kind]) -> list[Any]:
    """The row that `to_line` wrote. Raises ValueError for anything else."""
    plain = json.loads(line)
    if not isinstance(plain, list) or len(plain) != len(kinds):
        raise ValueError("a row has other columns than its table")
    return [_from_json(value, kind) for value, kind in zip(plain, kinds, strict=True)]


def _to_json(value: Any, kind: Kind) -> object:
    if value is None:
        return None
    match kind:
        case "bytes":
            return base64.b64encode(value).decode()
        case "moment":
            return value.isoformat()
        case "number":
            # JSON has no NaN and no infinity.
            return value if math.isfinite(value) else str(float(value))
    return value


def _from_json(plain: Any, kind: Kind) -> object:
    if plain is None or kind == "json":
        return plain
    try:
        return _READ[kind](plain)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{kind} expected") from error


def _exactly(*kinds: type) -> Callable[[Any], object]:
    """The value itself. Raises TypeError when it is of another type."""

    def same(value: object) -> object:
        if type(value) not in kinds:
            raise TypeError
        return value

    return same


_READ: dict[Kind, Callable[[Any], object]] = {
    "text": _exactly(str),
    "integer": _exactly(int),
    "number": float,
    "boolean": _exactly(bool),
    "moment": datetime.fromisoformat,
    "bytes": lambda text: base64.b64decode(text, validate=True),
}
