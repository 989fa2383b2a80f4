"""The body of a request to a model server, as rows: the tensors of the Open Inference Protocol, Seldon's data."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from itertools import zip_longest
from math import prod
from typing import cast

from tables import media
from tables.errors import UnreadableFile
from tables.table import letter


def columns_in(document: Mapping[str, object]) -> dict[str, list[object]] | None:
    """Columns by the names of the tensors; None where the document is no such request.

    Raises UnreadableFile where the tensors have different numbers of rows, or do not fill their shape.
    """
    tensors = document.get("inputs")
    if isinstance(tensors, list) and tensors and all(map(_is_tensor, tensors)):
        return _of_tensors(cast(list[Mapping[str, object]], tensors))
    data = document.get("data")
    if isinstance(data, Mapping) and ("ndarray" in data or "tensor" in data):
        return _of_seldon(data)
    return None


def _is_tensor(one: object) -> bool:
    return isinstance(one, Mapping) and "name" in one and "data" in one


def _of_tensors(tensors: list[Mapping[str, object]]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {}
    for tensor in tensors:
        name = str(tensor["name"])
        rows = [_value(tensor, row) for row in _rows(name, tensor)]
        width = len(rows[0]) if rows and isinstance(rows[0], list) else 0
        if len(tensors) == 1 and width > 1 and not any(isinstance(c, list) for c in rows[0]):  # type: ignore[attr-defined]
            return _by_position(cast(list[list[object]], rows), tensor)
        columns[name] = rows
    return columns


def _rows(name: str, tensor: Mapping[str, object]) -> list[object]:
    """One entry a row; where a row has one value, that value."""
    leaves = _flat(tensor["data"])
    shape = tensor.get("shape") or [len(leaves)]
    sizes = [int(size) for size in cast(list[int], shape)] if isinstance(shape, list) else []
    if not sizes or sizes[0] < 0 or prod(sizes) != len(leaves):
        raise UnreadableFile(
            f"The data of {name} do not fill its shape: {len(leaves):,} values for {sizes}.", column=name
        )  # fmt: skip
    row_size = prod(sizes[1:])
    rows = [leaves[start * row_size : (start + 1) * row_size] for start in range(sizes[0])]
    return [row[0] if row_size == 1 else _shaped(row, sizes[1:]) for row in rows]


def _flat(data: object) -> list[object]:
    if not isinstance(data, list):
        return [data]
    return [leaf for part in data for leaf in (_flat(part) if isinstance(part, list) else [part])]


def _shaped(values: list[object], sizes: list[int]) -> object:
    if len(sizes) <= 1:
        return values
    size = prod(sizes[1:])
    return [_shaped(values[i * size : (i + 1) * size], sizes[1:]) for i in range(sizes[0])]


def _value(tensor: Mapping[str, object], value: object) -> object:
    """Bytes in base64 that are a picture or a sound, as that."""
    parameters = tensor.get("parameters")
    kind = parameters.get("content_type") if isinstance(parameters, Mapping) else None
    if kind != "base64" or not isinstance(value, str):
        return value
    try:
        return media.file_of(str(tensor["name"]), base64.b64decode(value, validate=True)) or value
    except (binascii.Error, ValueError):
        return value


def _by_position(rows: list[list[object]], tensor: Mapping[str, object]) -> dict[str, list[object]]:
    """One tensor that holds a whole table: its columns by the names that come with it, else by letters."""
    parameters = tensor.get("parameters")
    given = parameters.get("columns") if isinstance(parameters, Mapping) else None
    return _columns(given, rows)


def _of_seldon(data: Mapping[str, object]) -> dict[str, list[object]] | None:
    """The columns of Seldon Core 1's data, a tensor with its shape or lists of rows; None where it has no rows."""
    rows, tensor = data.get("ndarray"), data.get("tensor")
    if isinstance(tensor, Mapping):
        rows = _rows("data", {"shape": tensor.get("shape"), "data": tensor.get("values")})
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        return None
    return _columns(data.get("names"), rows)


def _columns(given: object, rows: list[list[object]]) -> dict[str, list[object]]:
    """The columns of the rows, by the given names where there is one for each, else by letters.

    Rows that are shorter than the longest end in None.
    """
    columns = [list(column) for column in zip_longest(*rows)]
    fits = isinstance(given, list) and len(given) == len(columns)
    names = cast(list[object], given) if fits else _lettered(len(columns))
    return {str(name): column for name, column in zip(names, columns, strict=True)}


def _lettered(count: int) -> list[object]:
    return [f"Column {letter(i)}" for i in range(count)]
