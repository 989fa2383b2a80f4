"""Draws a Plotly figure with words for who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SMALLEST = 14  # pixels: nothing is smaller
FROM_AFAR = 22  # on the stage, for who sits in the last row


def draw_figure(
    figure: Figure,
    alt: str,
    key: str | None = None,
    on_select: Callable[[], None] | None = None,
    size: int = SMALLEST,
) -> None:
    """A still figure: no toolbar, no zoom that a touch on the way down would trigger. `on_select` is called when a mark is
    pressed; the state of `key` then says which. Its words are `size` pixels high."""
    # Their colour is in style.css, where it follows the theme.
    axis = {"tickfont_size": size, "title_font_size": size}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    for kind in ("bar", "scatter"):
        figure.update_traces(textfont_size=size, selector={"type": kind})
    if size > SMALLEST:
        figure.update_annotations(font_size=size)
    st.plotly_chart(
        figure,
        width="stretch",
        key=key,
        alt=alt,
        on_select=on_select or "ignore",
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": False},
    )
