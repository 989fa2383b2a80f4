"""A rule: its conditions, and how far it can be trusted."""

from __future__ import annotations

import streamlit as st

from charts import rule
from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explanations.kinds import _kept
from ui.figure import draw_figure
from ui.text import percent, plain

KINDS = ("rule",)


def draw(explanation: Explanation, values: Values) -> None:
    """The conditions, where they are in the input, and how often the rule holds and applies."""
    st.markdown("\n".join(f"- {plain(condition)}" for condition in explanation.conditions))
    _kept.draw(explanation, values)
    second = {"applies": explanation.coverage}
    if explanation.base is not None:
        second = {"without": explanation.base}
    shares = {"holds": explanation.precision, **second}
    known = {name: share for name, share in shares.items() if share is not None}
    if known:
        draw_figure(rule.figure(known, percent), rule.alt_text(known, percent))
