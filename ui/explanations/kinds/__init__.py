"""Explanations, one file a kind; every module in this folder is found by itself.

A module has `KINDS` and `draw(explanation, values)`, and may have `rough_words(explanation)` for one that is not done.
"""

from __future__ import annotations

import streamlit as st

from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explanations.kinds._wire import draw_wire
from ui.registry import drawer
from ui.text import plain


def draw(explanation: Explanation, values: Values) -> None:
    """The sentence first, then the chart, then the small print."""
    with st.container(border=True):
        st.markdown(f"**{plain(explanation.title)}**")
        module = drawer(__name__, explanation.kind)
        if explanation.is_rough and hasattr(module, "rough_words"):
            st.markdown(module.rough_words(explanation))
        st.markdown(plain(explanation.sentence))
        module.draw(explanation, values)
        if explanation.note:
            st.caption(plain(explanation.note))
        # The sentence of changes says so itself: it travels without the page.
        is_said = explanation.kind == "changes"
        advice = "" if is_said else " This is how the model behaves, not advice."
        st.caption(f"{_cost(explanation)}{advice}")
        if explanation.wire:
            draw_wire(explanation.wire)


def _cost(explanation: Explanation) -> str:
    calls = "1 call" if explanation.calls == 1 else f"{explanation.calls} calls"
    sentence = (
        f"Found with {explanation.rows:,} changed rows in {calls}, {explanation.seconds:.1f} s."
    )
    if explanation.compared_with:
        sentence += f" Compared with {plain(explanation.compared_with)}."
    return sentence
