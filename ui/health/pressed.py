"""What can be pressed on Health: a mark of a chart, or its line in the list below, narrows the figures to its cases; pressed again, no longer.

The list is for the keyboard, a screen reader, and a finger for which a point is too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import pandas as pd
import streamlit as st

from ui.figure import draw_figure
from ui.health import address
from ui.health.address import Chosen

# Up to so many rows a table is shown as a whole.
_MOST_WHOLE = 12
# Of a column: its pixels, and what it is where its name is too short to say it.
Width = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One thing that can be pressed: what it is, as the list says it, and the chips that it stands for."""

    words: str
    chips: Mapping[str, str]


def draw_chart(
    figure: Any, alt: str, key: str, marks: Mapping[str, Mark], placeholder: str
) -> None:
    """A figure whose marks can be pressed, by their `customdata`, and the list of them."""
    # Another key where other chips are chosen: what was pressed is not pressed any more.
    own = f"{key}_{_chosen_now()}"
    draw_figure(figure, alt, key=own, on_select=lambda: _press(own, marks))
    draw_list(key, marks, placeholder)


def draw_table(
    rows: Sequence[Mapping[str, object]],
    alt: str,
    key: str,
    marks: Mapping[str, Mark],
    placeholder: str,
    columns: Mapping[str, Width] | None = None,
    row_height: int | None = None,
) -> None:
    """A table whose rows can be pressed, a mark for each in their order, and the list of them. `columns` are the widths of some,
    in pixels, with what they are."""
    own = f"{key}_{_chosen_now()}"
    in_order = list(marks)
    frame = pd.DataFrame(rows)
    numbers = frame.select_dtypes("number").columns  # all of them whole
    st.dataframe(
        frame.style.format("{:,.0f}", subset=numbers, na_rep=""),
        hide_index=True,
        width="stretch",
        row_height=row_height,
        height="content" if len(rows) <= _MOST_WHOLE else "auto",
        column_config={
            name: st.column_config.Column(width=width, help=words or None)
            for name, (width, words) in (columns or {}).items()
        },
        on_select=lambda: _press_row(own, in_order, marks),
        selection_mode="single-row",
        key=own,
        alt=alt,
    )
    draw_list(key, marks, placeholder)


def draw_list(key: str, marks: Mapping[str, Mark], placeholder: str) -> None:
    """The marks as a list; choosing one narrows the figures."""
    if not marks:
        return
    own = f"{key}_list"
    st.selectbox(
        placeholder,
        list(marks),
        index=None,
        format_func=lambda name: marks[name].words,
        placeholder=placeholder,
        label_visibility="collapsed",
        key=own,
        on_change=lambda: _choose(own, marks),
    )


def draw_row(words: str, key: str, chips: Mapping[str, str], chosen: Chosen | None) -> None:
    """A line, and a button that narrows the figures of the chosen model to what it is about; where they are, no longer."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words)
        if chosen and chips:
            is_chosen = address.are_chosen(chips, chosen.chips)
            st.button(
                "Not only these" if is_chosen else "Only these",
                key=key,
                type="tertiary",
                on_click=address.press,
                args=(dict(chips),),
            )


def name_of(customdata: object) -> str:
    """The name of a mark: what a figure has as its `customdata`, as one text."""
    if isinstance(customdata, Sequence) and not isinstance(customdata, str):
        return "\n".join(map(str, customdata))
    return str(customdata)


def _press(key: str, marks: Mapping[str, Mark]) -> None:
    points = st.session_state[key].selection.points
    mark = marks.get(name_of(points[0].get("customdata"))) if points else None
    if mark:
        address.press(mark.chips)


def _press_row(key: str, in_order: Sequence[str], marks: Mapping[str, Mark]) -> None:
    places = st.session_state[key].selection.rows
    if places and places[0] < len(in_order):
        address.press(marks[in_order[places[0]]].chips)


def _choose(key: str, marks: Mapping[str, Mark]) -> None:
    mark = marks.get(st.session_state[key])
    st.session_state[key] = None
    if mark:
        address.press(mark.chips)


def _chosen_now() -> int:
    """A number that is another one where other chips are chosen."""
    return crc32("&".join(f"{n}={v}" for n, v in sorted(st.query_params.items())).encode())
