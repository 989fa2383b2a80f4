"""Draws a Plotly figure with words for who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SIZE = 14  # pixels: smaller words cannot be read from the last row


def draw_figure(
    figure: Figure, alt: str, key: str | None = None, on_select: Callable[[], None] | None = None
) -> None:
    """A still figure: no toolbar, no zoom that a touch on the way down would trigger. `on_select` is called when a mark is
    pressed; the state of `key` then says which."""
    # Their colour is in style.css, where it follows the theme.
    axis = {"tickfont_size": _SIZE, "title_font_size": _SIZE}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    for kind in ("bar", "scatter"):
        figure.update_traces(textfont_size=_SIZE, selector={"type": kind})
    st.plotly_chart(
        figure,
        width="stretch",
        key=key,
        alt=alt,
        on_select=on_select or "ignore",
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": False},
    )
