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
_ROUGH = "First, rough reasons."


def draw(explanation: Explanation, _values: Values) -> None:
    """The bars, and under them where they start and where they lead."""
    draw_figure(attributions.figure(bars(explanation), in_order=True), explanation.alt)
    if explanation.base is not None and explanation.prediction is not None:
        frame = narration.frame(explanation.target, explanation.prediction, explanation.base)
        st.caption(plain(frame))


def bars(explanation: Explanation) -> list[attributions.Part]:
    """The strongest fields; the weaker ones pooled into one bar, those without clear effect into another.

    In a rough explanation what is not clear yet has a bar of its own, too, in grey.
    """
    if explanation.is_rough and narration.unclear(explanation.attributions):
        return _rough_bars(explanation)
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


def rough_words(explanation: Explanation) -> str:
    """What is said before all else of first reasons."""
    return f":material/hourglass_top: **{_ROUGH}** {_what_may_change(explanation)}"


def _what_may_change(explanation: Explanation) -> str:
    if narration.unclear(explanation.attributions):
        return "They may still change, and grey bars may turn out either way."
    return "They may still change."


def _rough_bars(explanation: Explanation) -> list[attributions.Part]:
    longest = narration.strongest_first(explanation.attributions)
    shown, rest = longest[: narration.MOST_SHOWN], longest[narration.MOST_SHOWN :]
    parts = [_bar(explanation, each) for each in shown]
    if rest:
        pooled = _pooled(explanation, narration.counted(rest, "other "), rest)
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
        is_clear=attribution.is_clear,
    )


def _pooled(explanation: Explanation, title: str, some: Sequence[Attribution]) -> attributions.Part:
    return part(explanation, title, sum(attribution.amount for attribution in some))
