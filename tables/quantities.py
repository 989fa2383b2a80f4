"""Cells as numbers: typed or written, with or without a unit behind them, in the unit that is wanted."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from tables import numbers, units

Array = np.ndarray[tuple[int], np.dtype[Any]]
_BEHIND = re.compile(r"(.*[0-9.,])\s*([^\d\s.,+()-]{1,12})")
_BEFORE = re.compile(r"[€$£¥]\s*")
_MONEY = frozenset("€$£¥")
_SIMPLE = {
    mark: re.compile(rf"(?:[+-]?[0-9]+(?:{re.escape(mark)}[0-9]+)?(?:[eE][+-]?[0-9]{{1,3}})?\n)*")
    for mark in (",", ".")
}


def read(cells: Array, wanted: Array, decimal: str, unit: str = "", to_unit: str = "") -> Array:
    """The cells as float64 of the same length; NaN where `wanted` is False or a cell is no number.

    Numbers are converted from `unit` to `to_unit` where both are given. A cell may say its own unit:
    it counts if it is of the same family as `to_unit`.
    """
    found = np.full(len(cells), np.nan)
    is_text = np.fromiter((isinstance(cell, str) for cell in cells), bool, len(cells))
    typed = np.flatnonzero(wanted & ~is_text)
    found[typed] = [_typed(cell) for cell in cells[typed]]
    written = np.flatnonzero(wanted & is_text)
    found[written] = _written(list(cells[written]), decimal)
    found = _in_unit(found, unit, to_unit)
    for i in written[np.isnan(found[written])]:
        found[i] = _with_own_unit(cells[i], decimal, to_unit)
    return found


def _typed(cell: object) -> float:
    if isinstance(cell, int | float | np.number | np.bool_):
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


def _in_unit(numbers: Array, unit: str, to_unit: str) -> Array:
    source, target = units.unit(unit), units.unit(to_unit)
    if not unit or not to_unit or source is None or target is None:
        return numbers
    factor, offset = units.factors(source, target)
    return numbers * factor + offset


def _with_own_unit(cell: str, decimal: str, to_unit: str) -> float:
    """A number that says its unit, such as `12 mm`, `5 %` or `€ 3`."""
    text = _BEFORE.sub("", cell.strip(), count=1)
    parts = _BEHIND.fullmatch(text)
    number = numbers.number(parts[1] if parts else text, decimal)
    if number is None or (parts is None and "%" in text):
        return np.nan
    if parts is None or parts[2] in _MONEY:
        return number
    target = units.unit(to_unit)
    own = units.unit(parts[2], target.family) if target else None
    if own is None or target is None:
        return np.nan
    factor, offset = units.factors(own, target)
    return number * factor + offset
