"""Values as the JSON that a schema asks for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, time

import numpy as np

from mds_client.signature import Field, File, Values
from mds_client.signature.checks import is_missing

SENT_AS_NULL = "sent as null"


def object_of(fields: Sequence[Field], values: Values) -> dict[str, object]:
    """One row as the object that its schema asks for: dotted names are nested again."""
    whole: dict[str, object] = {}
    for field in fields:
        value = values.get(field.name)
        if is_missing(value) and not field.required:
            if field.provenance.get("missing") != SENT_AS_NULL:
                continue
            value = None
        *outer, last = [
            part.replace("~1", ".").replace("~0", "~") for part in field.name.split(".")
        ]
        inner = whole
        for name in outer:
            nested = inner.setdefault(name, {})
            inner = nested if isinstance(nested, dict) else {}
        inner[last] = value_of(field, value)
    return whole


def value_of(field: Field, value: object) -> object:
    """One value as JSON: files in base64, dates in ISO 8601."""
    if isinstance(value, File):
        return b64encode(value.data).decode()
    if isinstance(value, date | time):
        return value.isoformat()
    if field.kind == "datetime" and isinstance(value, str):
        return _with_seconds(field, value)
    if field.kind == "tensor" and value is not None:
        return _tensor_row(field, value)
    plain = value.tolist() if isinstance(value, np.generic | np.ndarray) else value
    return int(plain) if field.kind == "integer" and isinstance(plain, float) else plain


def _tensor_row(field: Field, value: object) -> object:
    """One row of a tensor as lists; it may be given with its batch dimension."""
    array = np.asarray(value)
    row = array[0] if array.ndim == len(field.shape) and len(array) == 1 else array
    return (row.astype(np.int64) if field.datatype == "INT64" else row).tolist()


def _with_seconds(field: Field, moment: str) -> str:
    """The moment with its seconds: RFC 3339, which JSON Schema's `date-time` means, asks for them."""
    is_short = field.format in ("time", "date-time") and moment.count(":") == 1
    return f"{moment}:00" if is_short and moment[-3] == ":" else moment
