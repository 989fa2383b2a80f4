"""Draws a finished explanation: a sentence, a chart, and how it was found."""

from __future__ import annotations

import streamlit as st

from explanations.contract import Explanation
from mds_client.signature import Values
from ui.text import plain


def draw_explanation(explanation: Explanation, values: Values) -> None:
    """The sentence first, then the chart, then the small print."""
    with st.container(border=True):
        st.markdown(f"**{plain(explanation.title)}**")
        st.markdown(plain(explanation.sentence))
        _draw_chart(explanation, values)
        if explanation.note:
            st.caption(plain(explanation.note))
        st.caption(
            f"Found with {explanation.rows:,} changed rows in {explanation.calls} calls, "
            f"{explanation.seconds:.1f} s. This is how the model behaves, not advice."
        )
