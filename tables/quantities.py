"""Cells as numbers: typed or written, with or without a unit behind them, in the unit that is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from tables import numbers, units
from tables.table import Percent
from tables.written_numbers import Written, written

Array = np.ndarray[tuple[int], np.dtype[Any]]
_SIMPLE = {
    mark: re.compile(rf"(?:[+-]?[0-9]+(?:{re.escape(mark)}[0-9]+)?(?:[eE][+-]?[0-9]{{1,3}})?\n)*")
    for mark in (",", ".")
}


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """Numbers of one column, NaN for what is none, and remarks on how some cells were read."""

    values: Array
    remarks: tuple[str, ...] = ()


def read(
    cells: Array, wanted: Array, decimal: str, unit: str = "", to_unit: str = ""
) -> Quantities:
    """The cells as float64 of the same length; NaN where `wanted` is False or a cell is no number.

    Numbers are converted from `unit` to `to_unit` where both are given. A cell may say its own unit:
    it counts if it is of the same family as `to_unit`.
    """
    values = np.full(len(cells), np.nan)
    is_text = np.fromiter((isinstance(cell, str) for cell in cells), bool, len(cells))
    typed = np.flatnonzero(wanted & ~is_text)
    values[typed] = [_typed(cell) for cell in cells[typed]]
    texts = np.flatnonzero(wanted & is_text)
    values[texts] = _written(list(cells[texts]), decimal)
    values = _in_unit(values, unit, to_unit)
    remarks = _put_percents(values, cells, typed, to_unit)
    others = texts[np.isnan(values[texts])]
    if not len(others):
        return Quantities(values=values, remarks=tuple(remarks))
    target = units.unit(to_unit)
    decorated = _decorated(
        cells,
        others,
        decimal,
        target.family if target else "",
        has_plain=len(others) < len(texts) + len(typed),
    )
    for i, one in decorated.items():
        values[i] = _value(one, unit, to_unit)
    if to_unit == "fraction" and any(one.unit == "%" for one in decorated.values()):
        values[np.setdiff1d(texts[values[texts] > 1], list(decorated))] = np.nan  # 12 beside 12 %
    shown = {i: one for i, one in decorated.items() if not np.isnan(values[i])}
    is_mixed = len(shown) < len(texts) + len(typed)
    remarks += _remarks(cells, shown, values, is_mixed=is_mixed)
    return Quantities(values=values, remarks=tuple(remarks))


def _put_percents(values: Array, cells: Array, typed: Array, to_unit: str) -> list[str]:
    """Writes cells that a spreadsheet shows in percent into `values` as fractions, whatever unit the column
    has; returns remarks on them."""
    shown = [i for i in typed if isinstance(cells[i], Percent)]
    if not shown:
        return []
    raw = np.array([float(cells[i]) for i in shown])
    target = units.unit(to_unit, "share")
    # 12 % is exactly 12, and not 0.12 * 100.
    values[shown] = np.round(_in_unit(raw, "fraction", to_unit), 12) if target else raw
    first = shown[0]
    remark = f"“{float(cells[first]) * 100:.12g} %” was read as {values[first]:.12g}"
    if target is None:
        remark += ", as a fraction: the field says no unit. If it is meant in percent, give it the unit % under Signature"
    elif len(shown) < np.count_nonzero(~np.isnan(values)):
        remark += "; some cells of the column are shown in percent, others are not, and those were read as they stand"
    return [f"{remark}."]


def _decorated(
    cells: Array, others: Array, decimal: str, family: str, *, has_plain: bool
) -> dict[int, Written]:
    """Numbers with something around them. The same letter behind all of them may be a unit, and no flag."""
    known: dict[str, Written | None] = {}
    by_row: dict[int, Written] = {}
    for i in others:
        text = cells[i]
        if text not in known:
            known[text] = written(text, decimal, family)
        if (one := known[text]) is not None:
            by_row[int(i)] = one
    marks = {one.mark for one in by_row.values()}
    is_unsure = not has_plain and len(marks) == 1 and len(by_row) > 1
    return {i: one for i, one in by_row.items() if not (one.mark and is_unsure)}


def _value(one: Written, unit: str, to_unit: str) -> float:
    if not one.unit:
        return float(_in_unit(np.array([one.value]), unit, to_unit)[0])
    target = units.unit(to_unit)
    cell_unit = units.unit(one.unit, target.family) if target else None
    if cell_unit is None or target is None:
        return np.nan
    factor, offset = units.factors(cell_unit, target)
    return one.value * factor + offset


def _remarks(
    cells: Array, shown: dict[int, Written], values: Array, *, is_mixed: bool
) -> list[str]:
    """Remarks on cells that are no plain numbers; a unit behind a number needs none."""
    negative = [i for i, one in shown.items() if one.is_negative]
    marked = [i for i, one in shown.items() if one.is_marked]
    remarks = [
        *_read_as(cells, values, negative, "as an amount below zero"),
        *_read_as(cells, values, marked, "without the mark"),
        *_on_currencies(shown.values()),
    ]
    if is_mixed and any(one.unit == "%" for one in shown.values()):
        remarks.append("Some cells say %, others do not; those were read as they stand.")
    return remarks


def _read_as(cells: Array, values: Array, places: Sequence[int], how: str) -> list[str]:
    """How the first of these cells was read, and how many are like it; no remark on none."""
    if not places:
        return []
    first = places[0]
    count = f" ({len(places):,} cells like it)" if len(places) > 1 else ""
    return [f"“{cells[first]}” was read as {values[first]:.12g}, {how}{count}."]


def _on_currencies(amounts: Iterable[Written]) -> list[str]:
    currencies = list(dict.fromkeys(one.money for one in amounts if one.money))
    if len(currencies) < 2:
        return []
    return [f"Amounts in {', '.join(currencies[:4])} were read without conversion."]


def _typed(cell: object) -> float:
    if isinstance(cell, bool | np.bool_):
        return np.nan
    if isinstance(cell, int | float | np.number):
        return float(cell)
    try:
        return float(cell) if isinstance(cell, Decimal) else np.nan
    except (TypeError, ValueError, OverflowError):
        return np.nan


def _written(texts: list[str], decimal: str) -> Array:
    """All at once where every text is a plain number, the common case; else with all that is allowed."""
    joined = "\n".join(texts) + "\n"
    if texts and _SIMPLE[decimal].fullmatch(joined):
        return np.asarray(joined.replace(",", ".").split(), dtype=np.float64)
    if not texts:
        return np.empty(0)
    return np.asarray(numbers.numbers(pd.Series(texts, dtype=object), decimal), dtype=np.float64)


def number_in(cell: str, decimal: str) -> float | None:
    """The number that a text holds, whatever stands around it; None for any other text."""
    number = numbers.number(cell, decimal)
    if number is not None:
        return number
    number_with_unit = written(cell, decimal)
    return None if number_with_unit is None else number_with_unit.value


def _in_unit(numbers: Array, unit: str, to_unit: str) -> Array:
    source, target = units.unit(unit), units.unit(to_unit)
    if not unit or not to_unit or source is None or target is None:
        return numbers
    factor, offset = units.factors(source, target)
    return numbers * factor + offset
