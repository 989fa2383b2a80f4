"""Text as JSON strings; MLServer's `str` and ISO dates. A missing text is the empty string."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from mds_client.signature import Field
from mds_client.signature.checks import is_missing

CONTENT_TYPES = ("str", "datetime")


def encode(field: Field, values: Sequence[object]) -> list[object]:
    """One string a row. What is missing is the empty string, of a field of JSON the text `null`."""
    missing = "null" if field.kind == "json" else ""
    return [missing if is_missing(value) else _string(value) for value in values]


def decode(data: Sequence[object]) -> tuple[object, ...]:
    """Strings as they came."""
    return tuple("" if value is None else str(value) for value in data)


def _string(value: object) -> str:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
