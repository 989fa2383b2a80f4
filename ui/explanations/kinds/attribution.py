"""How much each field moved the answer: bars with their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from charts import attributions
from explanations import narration
from explanations.contract import Attribution, Explanation
from mds_client.signature import Values
from ui.explanations.kinds._parts import part
from ui.figure import draw_figure
from ui.text import plain

KINDS = ("attribution",)


def draw(explanation: Explanation, _values: Values) -> None:
    """The bars, and under them where they start and where they lead."""
    draw_figure(attributions.figure(bars(explanation), in_order=True), explanation.alt)
    if explanation.base is not None and explanation.prediction is not None:
        frame = narration.frame(explanation.target, explanation.prediction, explanation.base)
        st.caption(plain(frame))


def bars(explanation: Explanation) -> list[attributions.Part]:
    """The strongest fields; the weaker ones pooled into one bar, those without clear effect into another."""
    shown = narration.shown(explanation.attributions)
    unclear = narration.unclear(explanation.attributions)
    rest = narration.weaker(explanation.attributions)
    parts = [_bar(explanation, each) for each in shown]
    if rest:
        parts.append(_pooled(explanation, narration.counted(rest, "weaker "), rest))
    if unclear:
        title = f"No clear effect ({narration.counted(unclear)})"
        pooled = _pooled(explanation, title, unclear)
        parts.append(replace(pooled, is_clear=False))
    return parts


def _bar(explanation: Explanation, attribution: Attribution) -> attributions.Part:
    words = narration.amount(explanation.target, attribution, between="; ")
    title = f"{attribution.title} = {attribution.value_text}"
    return attributions.Part(
        title=title,
        amount=attribution.amount,
        words=words,
        low=attribution.low,
        high=attribution.high,
    )


def _pooled(explanation: Explanation, title: str, some: Sequence[Attribution]) -> attributions.Part:
    return part(explanation, title, sum(attribution.amount for attribution in some))
