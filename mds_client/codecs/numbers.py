"""Numbers and truths as JSON numbers; MLServer's `np`. A missing float is null."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mds_client.signature import Field
from mds_client.signature.checks import is_missing

CONTENT_TYPES = ("np",)


def encode(field: Field, values: Sequence[object]) -> list[object]:
    """Flat, row-major. Tensor fields hold an array a row."""
    if field.kind == "tensor":
        return [
            _plain(field, item) for row in values for item in np.asarray(row, dtype=float).ravel()
        ]
    return [None if is_missing(value) else _plain(field, value) for value in values]


def decode(data: Sequence[object]) -> tuple[object, ...]:
    """Numbers stay numbers; null stays None (MLServer's NaN)."""
    return tuple(data)


def _plain(field: Field, value: object) -> object:
    if field.datatype == "BOOL":
        return bool(value)
    if isinstance(value, bool | np.bool_):
        return int(value)
    number = value.item() if isinstance(value, np.generic) else value
    if field.datatype.startswith(("INT", "UINT")) and isinstance(number, float):
        return int(number)
    return number
