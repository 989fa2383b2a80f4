"""Rows of values as the tensors of a request, and the tensors of an answer as outputs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, cast

import numpy as np

from mds_client.codecs import codec_for
from mds_client.errors import InvalidValues, Problem
from mds_client.prediction import Output
from mds_client.protocols.protocol import flat, shape_of
from mds_client.signature import Field, Signature, Values
from mds_client.signature.checks import INTEGER_LIMITS, is_missing
from mds_client.signature.datatypes import Array, Numbers, numpy_of, to_bytes
from mds_client.signature.rows import Table

NO_BATCH = "none"
"""What a field's provenance says of `batch` where a model takes one tensor and not a batch of them."""


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """One input tensor. `data` is flat and row-major: an array, or a list of JSON values."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: Array | list[object]
    content_type: str = ""

    def as_json(self, *, with_content_type: bool) -> dict[str, object]:
        """The tensor with its data, as the protocol's JSON."""
        return self._head(self.content_type if with_content_type else "") | {"data": self.data}

    def as_binary(self) -> tuple[dict[str, object], memoryview]:
        """The tensor's JSON without its data, and the data for the binary extension."""
        raw = to_bytes(self.datatype, self.data)
        return self._head("") | {"parameters": {"binary_data_size": len(raw)}}, raw

    @property
    def can_be_binary(self) -> bool:
        """Whether every value has bytes: a missing number has none."""
        if isinstance(self.data, np.ndarray):
            return numpy_of(self.datatype) is not None
        known = self.datatype == "BYTES" or numpy_of(self.datatype) is not None
        return known and not any(value is None for value in self.data)

    def _head(self, content_type: str) -> dict[str, object]:
        head: dict[str, object] = {
            "name": self.name,
            "shape": list(self.shape),
            "datatype": self.datatype,
        }
        return head | ({"parameters": {"content_type": content_type}} if content_type else {})


def tensors(signature: Signature, rows: Sequence[Values]) -> list[Tensor]:
    """The input tensors of rows that have been checked. An optional input that no row has is left out."""
    if signature.layout == "matrix" and signature.tensor:
        return [_matrix(signature.tensor, signature.inputs, rows)]
    columns = [(field, _values(field, rows)) for field in signature.inputs]
    return [_tensor(field, values) for field, values in columns if not _is_left_out(field, values)]


def _values(field: Field, rows: Sequence[Values]) -> Array | list[object]:
    if isinstance(rows, Table):
        return rows.columns[field.name] if field.name in rows.columns else [None] * len(rows)
    return [row.get(field.name) for row in rows]


def _is_left_out(field: Field, values: Array | list[object]) -> bool:
    """Whether an input without any value is left out: only where its datatype has no form for "missing"."""
    is_empty = not isinstance(values, np.ndarray) and all(value is None for value in values)
    return is_empty and not field.required and field.provenance.get("optional") == "declared config"


def _matrix(tensor: Field, fields: Sequence[Field], rows: Sequence[Values]) -> Tensor:
    if isinstance(rows, Table):
        columns = [np.asarray(_values(f, rows), dtype=numpy_of(tensor.datatype)) for f in fields]
        data: Array | list[object] = np.stack(columns, axis=1).ravel()
    else:
        codec = codec_for("np", tensor.datatype)
        data = [codec.encode(field, [row.get(field.name)])[0] for row in rows for field in fields]
    return _wire(tensor, (len(rows), len(fields)), data)


def _tensor(field: Field, values: Array | list[object]) -> Tensor:
    count = len(values)
    if field.kind == "json" and any(size != 1 for size in field.shape[1:]):
        return _texts(field, values)
    field = _with_gaps(field, values)
    data = _data(field, values)
    if field.provenance.get("batch") == NO_BATCH:
        return _single_row_tensor(field, count, data)
    if field.kind != "tensor":
        return _wire(field, (count,) if len(field.shape) == 1 else (count, 1), data)
    if field.shape[1:].count(-1) > 1:
        return _wire(field, (count, *np.asarray(_one_row(field, values[0])).shape), data)
    return _wire(field, (count, *_sizes(field, len(data) // max(count, 1))), data)


def _with_gaps(field: Field, values: Array | list[object]) -> Field:
    """The field as it is sent when a value is missing: integers, booleans and dates have no form for that,
    floats and texts have."""
    is_whole = isinstance(values, np.ndarray) or not any(map(is_missing, values))
    if is_whole or field.kind == "tensor":
        return field
    if field.kind == "datetime":
        return replace(field, content_type="str")
    is_number = field.datatype == "BOOL" or field.datatype in INTEGER_LIMITS
    return replace(field, datatype="FP64") if is_number else field


def _texts(field: Field, values: Array | list[object]) -> Tensor:
    """Several texts in each row, an element each. Raises InvalidValues where they do not fit the shape."""
    try:
        rows = [_listed(value) for value in values]
        (shape,) = {shape_of(row) for row in rows}
        leaves: list[object] = [str(leaf) for row in rows for leaf in flat(row)]
    except (TypeError, ValueError) as error:
        raise _misfit(field, "must hold texts only, and as many in each row.") from error
    wanted = field.shape[1:]
    if len(shape) != len(wanted) or any(
        w not in (-1, h) for w, h in zip(wanted, shape, strict=True)
    ):
        sizes = " × ".join("any number of" if size == -1 else str(size) for size in wanted)
        raise _misfit(field, f"must hold {sizes} texts.")
    return _wire(field, (len(rows), *shape), leaves)


def _listed(value: object) -> list[object]:
    """A list may be given as its JSON. Raises TypeError or ValueError."""
    values = json.loads(value) if isinstance(value, str) else value
    return list(cast(Sequence[object], values or []))


def _single_row_tensor(field: Field, count: int, data: Array | list[object]) -> Tensor:
    """The tensor of one row, without a dimension for others."""
    if count != 1:
        raise InvalidValues([Problem(field="", sentence="This model takes one row at a time.")])
    return _wire(field, _sizes(field, len(data)), data)


def _misfit(field: Field, words: str) -> InvalidValues:
    return InvalidValues([Problem(field=field.name, sentence=f"{field.title} {words}")])


def _data(field: Field, values: Array | list[object]) -> Array | list[object]:
    dtype = numpy_of(field.datatype)
    if isinstance(values, np.ndarray) and dtype is not None and values.dtype.kind in "biuf":
        return _cast(values, dtype).ravel()
    if field.kind == "tensor" and dtype is not None:
        stacked = _stacked(field, values)
        return _finite(field, _cast(_checked_integers(field, stacked), dtype).ravel())
    return codec_for(content_type_of(field), field.datatype).encode(field, list(values))


def _stacked(field: Field, values: Array | list[object]) -> Array:
    """The rows as one array. Raises InvalidValues where they differ in size: a tensor has no ragged rows."""
    rows = [np.asarray(_one_row(field, value)) for value in values]
    if len({row.shape for row in rows}) > 1:
        raise _misfit(field, "must have the same size in every row.")
    return np.stack(rows)


def _checked_integers(field: Field, array: Array) -> Array:
    """Whole numbers that the datatype can hold. Raises InvalidValues: a cast would turn them into others."""
    low, high = INTEGER_LIMITS.get(field.datatype, (-math.inf, math.inf))
    if field.datatype not in INTEGER_LIMITS or array.dtype.kind == "b":
        return array
    if array.dtype.kind == "f" and not (array % 1 == 0).all():
        raise _misfit(field, "must hold whole numbers only.")
    if array.size and (array.min() < low or array.max() > high):
        raise _misfit(field, f"must hold numbers from {low} to {high} only.")
    return array


def _finite(field: Field, array: Array) -> Array:
    """Raises InvalidValues where a number was too large for the datatype: JSON would say that it is missing."""
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise _misfit(field, f"holds a number that is too large for {field.datatype}.")
    return array


def _cast(array: Array, dtype: np.dtype[Any]) -> Array:
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def _one_row(field: Field, value: object) -> object:
    """A row may be given with its batch dimension."""
    array = np.asarray(value)
    return array[0] if array.ndim == len(field.shape) and len(array) == 1 else array


def _sizes(field: Field, width: int) -> tuple[int, ...]:
    """The sizes of one row; a single free dimension is what is left of the row's length."""
    sizes = field.shape[1:] or (width,)
    if -1 not in sizes:
        return sizes
    fixed = prod(size for size in sizes if size > 0)
    return tuple(width // max(fixed, 1) if size == -1 else size for size in sizes)


def _wire(field: Field, shape: tuple[int, ...], data: Array | list[object]) -> Tensor:
    return Tensor(
        name=field.name,
        datatype=field.datatype,
        shape=shape,
        data=data,
        content_type=content_type_of(field),
    )


def content_type_of(field: Field) -> str:
    """What the model declares, else what MLServer needs to read text and files rightly."""
    if field.content_type:
        return field.content_type
    if field.kind in ("image", "audio"):
        return "base64"
    return "str" if field.datatype == "BYTES" else ""


def output_of(tensor: Mapping[str, object], rows: int) -> Output:
    """One output tensor of an answer. Raises KeyError, TypeError or ValueError where it does not fit."""
    data, shape = _leaves(tensor["data"]), tensor.get("shape")
    data = _as_numbers(data, str(tensor.get("datatype") or ""))
    sizes = tuple(map(int, shape)) if isinstance(shape, list) else (len(data),)
    if min(sizes, default=0) < 0 or prod(sizes) != len(data):
        raise ValueError(f"{tensor['name']} has {len(data)} elements for the shape {list(sizes)}")
    if sizes and sizes[0] not in (rows, 1):
        # More or fewer rows than asked: one answer for the request as a whole.
        sizes = (1, *sizes)
    datatype = str(tensor.get("datatype") or "")
    parameters = tensor.get("parameters")
    facts = parameters if isinstance(parameters, dict) else {}
    content_type = str(facts.get("content_type") or "")
    return Output(
        name=str(tensor["name"]),
        datatype=datatype,
        shape=sizes,
        data=data if isinstance(data, Numbers) else codec_for(content_type, datatype).decode(data),
        content_type=content_type,
    )


def _leaves(data: object) -> Sequence[object]:
    """What came as bytes is flat."""
    return data if isinstance(data, Numbers) else flat(data)


def _as_numbers(data: Sequence[object], datatype: str) -> Sequence[object]:
    """Protobuf's JSON writes whole numbers of 64 bits as texts. Raises ValueError for other texts."""
    if datatype not in ("INT64", "UINT64") or isinstance(data, Numbers):
        return data
    if str not in set(map(type, data)):  # thousands are looked at
        return data
    return [int(leaf) if isinstance(leaf, str) else leaf for leaf in data]
