"""What the digest of a record is of: which of its columns, and how each value is written."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from functools import cache, partial
from json.encoder import encode_basestring_ascii
from typing import Any, cast

from sqlalchemy import Boolean, Double, LargeBinary, Table
from sqlalchemy.types import TypeEngine

from db.tables import ApiToken, Base, Case, CaseComment, Feedback, FirstCall, Overlay
from db.types import ClippedText, Json, Plain, UtcDateTime, clip, without_nan

# What has a digest of its content, by the name of its kind in the trail.
TRAILED: dict[str, type[Base]] = {
    "case": Case,
    "feedback": Feedback,
    "overlay": Overlay,
    "comment": CaseComment,
    "token": ApiToken,
    "call": FirstCall,
}
# Columns that a digest leaves out, since they change later, and why that is no hole.
MAY_CHANGE = {
    (
        "feedback",
        "is_current",
    ): "false once another statement replaces it, which `mds audit verify` checks",
    ("token", "used_at"): "the last use, which says nothing of what a token may do",
}
# The form of new digests. Whoever adds a column to one of these tables raises it and names the column in ADDED:
# digests of a former form do not cover it, and go on to match.
FORM = 9
ADDED: dict[int, dict[str, tuple[str, ...]]] = {
    2: {"case": ("parent_id", "attempts")},
    3: {"case": ("workspace",)},
    4: {"case": ("sensitive",)},
    5: {"case": ("experiment", "arm", "assignment_probability")},
    6: {"case": ("call_probability", "call_draw"), "feedback": ("answers",)},
    7: {"case": ("unlike",)},
    8: {"case": ("features",)},
    9: {"case": ("detected",)},
}


def covered(kind: str, form: int = FORM) -> tuple[str, ...]:
    """The columns that a digest of a form covers, in the order in which it takes them."""
    return tuple(name for name, _ in _columns(kind, form))


def content(kind: str, values: Mapping[str, object], form: int = FORM) -> bytes:
    """A record as the text that its digest is of: the same before it is written and after it is read back."""
    plain_values = [plain(values[name]) for name, plain in _columns(kind, form)]
    return json.dumps([kind, form, plain_values], separators=(",", ":")).encode()


class Contents:
    """The contents of records of a kind that have the columns `common` in common: what `content` says of each."""

    def __init__(self, kind: str, common: Mapping[str, object], form: int = FORM) -> None:
        self._beginning = f"[{_compact(kind)},{form},["
        self._parts = [
            (name, plain, _compact(plain(common[name])) if name in common else "")
            for name, plain in _columns(kind, form)
        ]

    def of(self, own: Mapping[str, object]) -> bytes:
        """That of a record with these columns besides."""
        parts = [text or _compact(plain(own[name])) for name, plain, text in self._parts]
        return (self._beginning + ",".join(parts) + "]]").encode()


_encode = json.JSONEncoder(separators=(",", ":")).encode


def _compact(value: object) -> str:
    if type(value) is str:
        return encode_basestring_ascii(value)
    if type(value) is float and math.isfinite(value):
        return repr(value)
    return value.compact if isinstance(value, Plain) else _encode(value)


@cache
def _columns(kind: str, form: int) -> tuple[tuple[str, Callable[[Any], object]], ...]:
    later = {name for n, added in ADDED.items() if n > form for name in added.get(kind, ())}
    columns: Iterable[Any] = cast(Table, TRAILED[kind].__table__).columns
    return tuple(
        (column.name, partial(_unless_none, _normaliser(column.type)))
        for column in sorted(columns, key=lambda each: str(each.name))
        if column.name not in later and (kind, column.name) not in MAY_CHANGE
    )


def _unless_none(plain: Callable[[Any], object], value: object) -> object:
    return None if value is None else plain(value)


def _normaliser(column: TypeEngine[Any]) -> Callable[[Any], object]:
    """How a value of a column is written for its digest: the same for every database."""
    match column:
        case UtcDateTime():
            return lambda value: value.astimezone(UTC).isoformat()
        case ClippedText():
            return partial(_clipped, column.length_limit)
        case Json():
            return without_nan
        case Double():
            return _number
        case LargeBinary():
            return lambda value: hashlib.sha256(value).hexdigest()
        case Boolean():
            return bool
    return lambda value: value


def _clipped(length: int, value: str) -> str:
    return clip(value, length)


def _number(value: float) -> float | None:
    """SQLite keeps neither NaN nor the sign of zero."""
    return None if math.isnan(value) else float(value) + 0.0
