"""What a model loses without each field: bars with their ranges, and all of them in a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from charts import attributions
from explanations import narration
from explanations.behaviour import summary
from explanations.contract import Attribution, Explanation
from mds_client.signature import Values
from ui.figure import draw_figure

KINDS = ("importance",)
MOST_BARS = 15


def draw(explanation: Explanation, _values: Values) -> None:
    """The fields that matter most; those without a clear effect are grey."""
    bars = strongest(explanation)
    draw_figure(attributions.figure(bars, in_order=True), explanation.alt)
    left_out = len(explanation.attributions) - len(bars)
    if left_out:
        st.caption(f"{left_out} weaker fields are in the table.")
    with st.expander("As a table"):
        st.dataframe(
            table(explanation), hide_index=True, placeholder="", alt="How much each field matters"
        )


def table(explanation: Explanation) -> pd.DataFrame:
    """One line a field, the most important first."""
    target = explanation.target
    return pd.DataFrame(
        {
            "Field": [each.title for each in explanation.attributions],
            "When shuffled": [summary.size(target, each) for each in explanation.attributions],
            "Effect": [
                "clear" if each.is_clear else "not clear" for each in explanation.attributions
            ],
        }
    )


def _bar(explanation: Explanation, each: Attribution) -> attributions.Part:
    return attributions.Part(
        title=each.title,
        amount=each.amount,
        words=summary.size(explanation.target, each, between="; "),
        low=each.low,
        high=each.high,
        is_clear=each.is_clear,
    )


def strongest(explanation: Explanation) -> list[attributions.Part]:
    """The longest bars, those that help first and those that hurt last."""
    longest = narration.strongest_first(explanation.attributions)[:MOST_BARS]
    return [_bar(explanation, each) for each in sorted(longest, key=lambda each: -each.amount)]
