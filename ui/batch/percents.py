"""Probabilities in a table: percents that sort as numbers, with the space before the sign that the app has everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from ui.text import percent

if TYPE_CHECKING:  # it imports a plotting library, which takes a second: only once a table needs it
    from pandas.io.formats.style import Styler

# So many cells are written one by one; a longer table has its percents rounded by the browser.
MOST_CELLS = 20_000
FORMAT = "%.1f\N{NO-BREAK SPACE}%%"


def shown(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame | Styler:
    """The frame with these shares as percents, which are written as an answer says them where they would be rounded to
    all or nothing; one that it has not is passed over."""
    shares = {name: 100 * frame[name].astype(float) for name in names if name in frame.columns}
    found = frame.assign(**shares)
    if not shares or not _is_written_here(found):
        return found
    ways: dict[Any, str | Callable[[object], str] | None] = {
        name: in_words if name in shares else _as_it_is for name in found.columns
    }
    return found.style.format(ways, na_rep="")


def in_words(value: Any) -> str:
    """A percent of a table: "97.3 %", "more than 99.9 %"."""
    is_rounded_off = value < 0.1 or value > 99.9
    return percent(value / 100) if is_rounded_off else FORMAT % value


def _is_written_here(frame: pd.DataFrame) -> bool:
    return frame.size <= MOST_CELLS and frame.index.is_unique and frame.columns.is_unique


def _as_it_is(value: Any) -> str:
    """As a table writes a cell by itself."""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


def columns(found: pd.DataFrame | Styler, names: Sequence[str]) -> dict[str, ColumnConfig]:
    """How such columns of what `shown` gave are written, where their cells are not."""
    if not isinstance(found, pd.DataFrame):
        return {}
    return {name: st.column_config.NumberColumn(format=FORMAT) for name in names}
