"""Numbers as text and as a table: whichever was changed is what the field holds, and the other follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mds_client.signature import Field
from ui.fields import pasted
from ui.fields._widget_state import kept, own
from ui.labels import hint, label
from ui.text import plain

Frame = Callable[[object], pd.DataFrame]
Values = Callable[[pd.DataFrame], object]


@dataclass
class _Table:
    """What the table opened with, the text that both agree on, and how often the table was filled anew.

    A table that is filled anew is another widget, and loses what is just being typed into it: only where it
    must be.
    """

    opened_with: object
    text: str
    filled: int = 0
    is_edited: bool = False


def render(field: Field, key: str, value: object, frame: Frame, values: Values) -> object:
    """Text and table in two tabs. A table's own edits stay on top of what it opened with."""
    table = kept(own(key, "table"), lambda: _Table(value, pasted.written(value)))
    _follow_text(field, key, table)
    text_tab, table_tab = st.tabs(["Numbers", "Table"])
    with table_tab:
        edited = _draw_table(field, key, table, frame, values)
    if edited is not None:
        table.text, table.is_edited = pasted.written(edited), True
        st.session_state[key] = table.text
    with text_tab:
        return pasted.render(field, key, table.text)


def _follow_text(field: Field, key: str, table: _Table) -> None:
    """Fill the table anew where the text was changed, or where the table's edits are gone with its page."""
    typed = st.session_state.get(key, table.text)
    is_gone = table.is_edited and own(key, f"table {table.filled}") not in st.session_state
    if typed != table.text or is_gone:
        table.opened_with, table.text = pasted.parsed(field, typed), typed
        table.filled, table.is_edited = table.filled + 1, False


def _draw_table(
    field: Field, key: str, table: _Table, frame: Frame, values: Values
) -> object | None:
    """What the table holds, where it was edited."""
    opened = frame(table.opened_with)
    st.caption(f"{label(field)}: {plain(hint(field) or '')}" if hint(field) else label(field))
    edited = st.data_editor(
        opened,
        key=own(key, f"table {table.filled}"),
        placeholder="",
        num_rows="fixed" if field.shape[1] > 0 else "dynamic",
        column_config={str(name): st.column_config.NumberColumn(format="plain") for name in opened},
        alt=f"{field.title} as a table",
    )
    rows = values(edited)
    return None if rows == values(opened) else rows
