"""Draws a finished explanation: a sentence, a chart, and how it was found."""

from __future__ import annotations

import streamlit as st

from charts import attributions, grid, waveform, words
from explanations.contract import Explanation
from mds_client.signature import File, Values
from ui.figure import draw_figure
from ui.media import preview
from ui.sound import samples
from ui.text import plain


def draw_explanation(explanation: Explanation, values: Values) -> None:
    """The sentence first, then the chart, then the small print."""
    with st.container(border=True):
        st.markdown(f"**{plain(explanation.title)}**")
        st.markdown(plain(explanation.sentence))
        _CHARTS[explanation.kind](explanation, values)
        if explanation.note:
            st.caption(plain(explanation.note))
        calls = "1 call" if explanation.calls == 1 else f"{explanation.calls} calls"
        st.caption(
            f"Found with {explanation.rows:,} changed rows in {calls}, {explanation.seconds:.1f} s. "
            "This is how the model behaves, not advice."
        )


def _file(values: Values) -> File | None:
    return next((value for value in values.values() if isinstance(value, File)), None)
