"""Any accepted form of values as checked rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mds_client.errors import InvalidValues, Problem
from mds_client.signature import Signature, Values

Rows = Values | Sequence[Values] | Any
"""One row, several rows, or a DataFrame (anything with `to_dict("records")`)."""


def checked_rows(signature: Signature, values: Rows) -> list[Values]:
    """The rows of any accepted form of values. Raises InvalidValues, naming the row of several."""
    rows = _rows(values)
    if not rows:
        raise InvalidValues([Problem(field="", sentence="There is no row to send.")])
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        found = signature.check(row)
        problems += found if len(rows) == 1 else [_in_row(number, problem) for problem in found]
    if problems:
        raise InvalidValues(problems[:50])
    return rows


def _rows(values: Rows) -> list[Values]:
    if isinstance(values, Mapping):
        return [values]
    if hasattr(values, "to_dict"):
        return list(values.to_dict("records"))
    return list(values)


def _in_row(number: int, problem: Problem) -> Problem:
    return Problem(field=problem.field, sentence=f"Row {number}: {problem.sentence}")
