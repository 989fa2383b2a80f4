"""Small tables of which lines are added and taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mds_client.signature import Field
from ui.fields._widget_state import keep, kept, own
from ui.labels import hint, label
from ui.text import plain

_COLUMNS: Mapping[str, Any] = {
    "truth": lambda name: st.column_config.CheckboxColumn(name, default=False),
    "whole": lambda name: st.column_config.NumberColumn(name, step=1, format="%d"),
    "number": lambda name: st.column_config.NumberColumn(name, format="plain"),
    "text": lambda name: st.column_config.TextColumn(name),
}
_DTYPES = {"truth": "boolean", "whole": "Int64", "number": "Float64", "text": "string"}


def kind_of(items: Sequence[object]) -> str | None:
    """What a column of these holds; None where nothing is known, or no one column holds them all."""
    for kind, types in (("truth", bool), ("whole", int), ("number", (int, float)), ("text", str)):
        fits = [isinstance(i, types) and isinstance(i, bool) == (kind == "truth") for i in items]
        if items and all(fits):
            return kind
    return None


def column(kind: str, items: Sequence[object]) -> pd.Series[Any]:
    return pd.Series(items, dtype=_DTYPES[kind])


def cells(kind: str, edited: pd.Series[Any]) -> list[object]:
    """Plain values; None for what is empty."""
    plainly = {"truth": bool, "whole": int, "number": float, "text": str}[kind]
    return [None if pd.isna(cell) else plainly(cell) for cell in edited]


def draw(field: Field, key: str, frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The table as it is now. What it opens with stays the same while its page is shown."""
    if key not in st.session_state:
        keep(own(key, "opened"), kept(own(key, "now"), lambda: frame))
    st.markdown(f":small[{label(field)}]")
    edited = st.data_editor(
        kept(own(key, "opened"), lambda: frame),
        key=key,
        placeholder="",
        num_rows="dynamic",
        hide_index=True,
        column_config={name: _COLUMNS[kind](name) for name, kind in kinds.items()},
        alt=f"{plain(field.title)}: a table of which lines are added and taken away",
    )
    if hint(field):
        st.caption(hint(field) or "")
    return keep(own(key, "now"), edited)
