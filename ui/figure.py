"""Draws a Plotly figure with words for who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def draw_figure(figure: Figure, alt: str, key: str | None = None) -> None:
    """A still figure: no toolbar, no zoom that a touch on the way down would trigger."""
    st.plotly_chart(
        figure,
        width="stretch",
        key=key,
        alt=alt,
        config={"displayModeBar": False, "scrollZoom": False},
    )
