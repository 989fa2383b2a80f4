"""A rule: its conditions, and how far it can be trusted."""

from __future__ import annotations

import streamlit as st

from charts import rule
from explanations.contract import Explanation
from mds_client.signature import Values
from ui.explanations.kinds import _rule_parts
from ui.figure import draw_figure
from ui.text import percent, plain

KINDS = ("rule",)


def draw(explanation: Explanation, values: Values) -> None:
    """The conditions, where they are in the input, and how often the rule holds and applies."""
    st.markdown("\n".join(f"- {plain(condition)}" for condition in explanation.conditions))
    _rule_parts.draw(explanation, values)
    second = {"applies": explanation.coverage}
    if explanation.base is not None:
        second = {"without": explanation.base}
    amounts = {"holds": explanation.precision, **second}
    shares = {name: share for name, share in amounts.items() if share is not None}
    if shares:
        draw_figure(rule.figure(shares, percent), rule.alt_text(shares, percent))
