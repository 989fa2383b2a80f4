"""Rows as a message."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mds_client.codecs.json_schema import object_of, value_of
from mds_client.errors import InvalidValues, Problem
from mds_client.protocols.protocol import flat, shape_of
from mds_client.signature import Field, Signature, Values
from mds_client.signature.checks import is_missing
from mds_client.signature.metadata import GUESSED


def message_of(signature: Signature, rows: Sequence[Values]) -> dict[str, object]:
    form = signature.tensor.content_type if signature.tensor else "ndarray"
    if form in ("jsonData", "strData", "binData"):
        if len(rows) != 1:
            raise InvalidValues([Problem(field="", sentence="This model takes one row at a time.")])
        return {form: _single(signature, form, rows[0])}
    if signature.layout == "matrix":
        names = [f.name for f in signature.inputs if f.provenance.get("name") != GUESSED]
        table = [[_cell(field, row.get(field.name)) for field in signature.inputs] for row in rows]
        return {"data": ({"names": names} if names else {}) | _data(form, table)}
    field = signature.inputs[0]
    return {"data": _data(form, [_row(field, row.get(field.name)) for row in rows])}


def _single(signature: Signature, form: str, row: Values) -> object:
    first = signature.inputs[0]
    if form == "jsonData":
        if signature.tensor and signature.tensor.name == "object":
            return object_of(signature.inputs, row)
        return value_of(first, row.get(first.name))
    value = value_of(first, row.get(first.name))
    return value if isinstance(value, str) else str(value)


def _cell(field: Field, value: object) -> object:
    return None if is_missing(value) else value_of(field, value)


def _row(field: Field, value: object) -> object:
    if field.kind != "tensor":
        return [_cell(field, value)]
    array = np.asarray(value)
    row = array[0] if array.ndim == len(field.shape) and len(array) == 1 else array
    return row.tolist()


def _data(form: str, table: list[object] | list[list[object]]) -> dict[str, object]:
    """`tensor` holds doubles only: words and gaps go as `ndarray` whatever is declared."""
    if form == "tensor":
        leaves, shape = flat(table), list(shape_of(table))
        numbers = [float(leaf) for leaf in leaves if isinstance(leaf, int | float)]
        if len(numbers) == len(leaves):
            return {"tensor": {"shape": shape, "values": numbers}}
    return {"ndarray": table}
