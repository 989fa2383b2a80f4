"""Probabilities in a table: percents that sort as numbers, with the space before the sign that the app has everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

FORMAT = "%.1f\N{NO-BREAK SPACE}%%"


def shown(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The frame with these shares as percents; one that it has not is passed over."""
    shares = {name: 100 * frame[name].astype(float) for name in names if name in frame.columns}
    return frame.assign(**shares)


def columns(names: Sequence[str]) -> dict[str, ColumnConfig]:
    """How such columns are written."""
    return {name: st.column_config.NumberColumn(format=FORMAT) for name in names}
