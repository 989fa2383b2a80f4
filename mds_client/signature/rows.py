"""Any accepted form of values as checked rows.

A DataFrame or an array stays in columns and is checked a column at a time: a row at a time, ten thousand
rows of thirty numbers cost more than their way over the network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, overload

import numpy as np

from mds_client.errors import InvalidValues, Problem
from mds_client.signature import Field, Signature, Values
from mds_client.signature.checks import INTEGER_LIMITS, has_shape
from mds_client.signature.datatypes import Array

Rows = Values | Sequence[Values] | Any
"""One row, several rows, a DataFrame, or an array: of one row a line where the model takes a table, of one
tensor an entry where it takes one tensor."""
_MOST_PROBLEMS = 50
_MOST_WITHIN = 500
_PLAIN = (str, int, float, np.generic)
FLOATS = ("FP16", "BF16", "FP32", "FP64")
"""Datatypes that have a number for "missing"."""


class Table(Sequence[Values]):
    """Rows that are kept as columns of one length: an array each, or a list of values."""

    def __init__(self, columns: Mapping[str, Array | list[Any]], length: int) -> None:
        self.columns = dict(columns)
        self._length = length

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Values: ...
    @overload
    def __getitem__(self, index: slice) -> Table: ...
    def __getitem__(self, index: int | slice) -> Values | Table:
        if isinstance(index, slice):
            cut = {name: column[index] for name, column in self.columns.items()}
            return Table(cut, len(range(*index.indices(self._length))))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return {name: _value(column[index]) for name, column in self.columns.items()}


def checked_rows(signature: Signature, values: Rows) -> Sequence[Values]:
    """The rows of any accepted form of values. Raises InvalidValues, naming the row of several."""
    rows = _rows(signature, values)
    if not rows:
        raise InvalidValues([Problem(field="", sentence="There is no row to send.")])
    if not (isinstance(rows, Table) and _is_plain(signature, rows)):
        _check_each(signature, rows)
    return rows


def values_sent(row: Values) -> dict[str, object]:
    """The texts and numbers of a row by name, those inside of values that are JSON by the name that they have
    there."""
    found = _plain_values(row)
    waiting = [value for value in row.values() if isinstance(value, Mapping | list)]
    while waiting and len(found) < _MOST_WITHIN + len(row):
        value = waiting.pop()
        members = value.items() if isinstance(value, Mapping) else (("", item) for item in value)
        for name, member in islice(members, _MOST_WITHIN):
            if isinstance(member, Mapping | list):
                waiting.append(member)
            elif name and isinstance(member, _PLAIN):
                found[str(name)] = member
    return found


def _plain_values(row: Values) -> dict[str, object]:
    return {name: value for name, value in row.items() if isinstance(value, _PLAIN)}


def _rows(signature: Signature, values: Rows) -> Sequence[Values]:
    if isinstance(values, np.ndarray):
        return _of_array(signature, values)
    if isinstance(values, Mapping):
        return [values]
    if hasattr(values, "to_dict"):
        frame: Any = values
        return Table({str(name): frame[name].to_numpy() for name in frame}, len(frame))
    return values if isinstance(values, Table) else list(values)


def _of_array(signature: Signature, array: Array) -> Table:
    fields = signature.inputs
    if len(fields) == 1 and fields[0].kind == "tensor":
        return Table({fields[0].name: array}, len(array))
    if array.ndim != 2 or array.shape[1] != len(fields):
        sentence = f"The rows must have {len(fields)} columns, one for each field."
        raise InvalidValues([Problem(field="", sentence=sentence)])
    return Table({f.name: array[:, i] for i, f in enumerate(fields)}, len(array))


def _is_plain(signature: Signature, table: Table) -> bool:
    """Whether the columns are those of the model and every value can be sent, checked a column at a time.

    Otherwise each value is checked by itself, for the sentence that says what is wrong.
    """
    if table.columns.keys() != {field.name for field in signature.inputs}:
        return False
    return all(_is_plain_column(field, table.columns[field.name]) for field in signature.inputs)


def _is_plain_column(field: Field, column: Array | list[object]) -> bool:
    if isinstance(column, list):
        return _are_sendable(field, column)
    if field.kind == "boolean" and column.dtype.kind == "b":
        return True
    if column.dtype.kind not in "iuf" or not column.size:
        return False
    if field.kind == "tensor":
        is_fitting = has_shape(column.shape[1:], field.shape[1:])
        return is_fitting and bool(np.isfinite(column).all())
    is_of_numbers = field.kind in ("number", "integer") and column.ndim == 1
    return is_of_numbers and _are_within_limits(field, column)


def _are_sendable(field: Field, column: list[object]) -> bool:
    """Whether each different value can be sent; texts, dates and choices occur many times."""
    try:
        different = set(column)
    except TypeError:  # lists and objects
        return False
    return all(field.check(value) is None for value in different)


def _are_within_limits(field: Field, column: Array) -> bool:
    if not field.required and field.datatype in FLOATS and column.dtype.kind == "f":
        column = column[~np.isnan(column)]
        if not column.size:
            return True
    least, most = column.min(), column.max()  # NaN if there is one, and cheaper than asking each
    low, high = _limits(field)
    if not (math.isfinite(least) and math.isfinite(most) and low <= least and most <= high):
        return False
    may_have_fractions = field.kind == "integer" and column.dtype.kind == "f"
    return not may_have_fractions or bool((column % 1 == 0).all())


def _limits(field: Field) -> tuple[float, float]:
    low, high = INTEGER_LIMITS.get(field.datatype, (-np.inf, np.inf))
    return (
        max(low, -np.inf if field.minimum is None else field.minimum),
        min(high, np.inf if field.maximum is None else field.maximum),
    )


def _check_each(signature: Signature, rows: Sequence[Values]) -> None:
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        in_this_row = signature.check(row)
        problems += (
            in_this_row if len(rows) == 1 else [_in_row(number, problem) for problem in in_this_row]
        )
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise InvalidValues(problems[:_MOST_PROBLEMS])


def _in_row(number: int, problem: Problem) -> Problem:
    return Problem(field=problem.field, sentence=f"Row {number}: {problem.sentence}")


def _value(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
