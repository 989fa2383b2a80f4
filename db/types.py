"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

_encode = json.JSONEncoder(separators=(",", ":")).encode
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_NUMBER = "$number"
_NESTED = {dict, list}


class Plain(dict[str, object]):
    """An object of JSON of which it is known that all its names are texts and none of its numbers is NaN or infinite, so
    that nobody looks at each of them again."""

    __slots__ = ("_text",)
    _text: str

    @property
    def compact(self) -> str:
        """Its text without spaces, made once: for its column and for its digest. Not as a `cached_property`, which lets one
        thread at a time make one."""
        try:
            return self._text
        except AttributeError:
            self._text = _encode(self)
            return self._text


_AS_THEY_ARE = {str, int, bool, type(None), Plain}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Goes in with any time zone, but never without one; comes out in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        # SQLite keeps no time zone: what comes back is the UTC that we put in.
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class ClippedText(TypeDecorator[str]):
    """Text of at most `length` characters, without what PostgreSQL refuses (NUL, lone surrogates)."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length_limit = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clip(value, self.length_limit)


class Json(TypeDecorator[object]):
    """Plain data as JSON text, which keeps the order of keys (JSONB would not).

    JSON has no NaN and no infinity and PostgreSQL refuses them: they are kept as {"$number": "nan"}.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        return without_nan(value)

    def process_result_value(self, value: object, dialect: Dialect) -> object:
        return _with_nan(value)


def to_json(value: object) -> str:
    """The text of a `Json` column."""
    return value.compact if isinstance(value, Plain) else json.dumps(value)


def clip(text: str, length: int) -> str:
    """The text as it will be read back from a `ClippedText` column."""
    if len(text) <= length and text.isascii() and "\x00" not in text:
        return text
    storable = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return storable if len(storable) <= length else storable[: length - 1] + "…"


def without_nan(value: object) -> object:
    """The value as it goes into a `Json` column."""
    if type(value) in _AS_THEY_ARE:  # by far the most, and asked for a million times
        return value
    match value:
        case float():
            return value if math.isfinite(value) else {_NUMBER: str(float(value))}
        case dict():
            return {str(name): without_nan(item) for name, item in value.items()}
        case list() | tuple():
            return [without_nan(item) for item in value]
    return value


def _with_nan(value: object) -> object:
    # Asked of each value of hundreds of thousands of cases: what holds no other values is not asked at all.
    if isinstance(value, dict):
        if len(value) == 1 and str(value.get(_NUMBER)) in _NOT_FINITE:
            return _NOT_FINITE[str(value[_NUMBER])]
        return {n: _with_nan(v) if type(v) in _NESTED else v for n, v in value.items()}
    if isinstance(value, list):
        return [_with_nan(item) if type(item) in _NESTED else item for item in value]
    return value
