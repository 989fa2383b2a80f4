"""Draws a finished explanation: a sentence, a chart, and how it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from charts import attributions, grid, rule, waveform
from explanations import sentences
from explanations.contract import Attribution, Explanation
from mds_client.signature import File, Values
from ui.figure import draw_figure
from ui.media import preview
from ui.sound import samples
from ui.text import plain

_MOST_WORDS = 15


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


def _draw_bars(explanation: Explanation, _values: Values) -> None:
    """The bars, and under them where they start and where they lead."""
    below = ""
    if explanation.base is not None:
        below = sentences.frame(explanation.target, explanation.prediction, explanation.base)
    draw_figure(attributions.figure(bars(explanation), in_order=True, below=below), explanation.alt)


def bars(explanation: Explanation) -> list[attributions.Part]:
    """The strongest fields; the weaker ones pooled into one bar, those without clear effect into another."""
    shown = sentences.shown(explanation.attributions)
    unclear = sentences.unclear(explanation.attributions)
    rest = [a for a in explanation.attributions if a.is_clear and a not in shown]
    found = [_bar(explanation, each) for each in shown]
    if rest:
        found.append(_pooled(explanation, f"{_counted(rest)} weaker", rest))
    if unclear:
        pooled = _pooled(explanation, f"No clear effect ({_counted(unclear)})", unclear)
        found.append(replace(pooled, is_clear=False))
    return found


def _bar(explanation: Explanation, found: Attribution) -> attributions.Part:
    words = sentences.amount(explanation.target, found, between="; ")
    title = f"{found.title} = {found.value_text}"
    return attributions.Part(
        title=title, amount=found.amount, words=words, low=found.low, high=found.high
    )


def _pooled(explanation: Explanation, title: str, some: Sequence[Attribution]) -> attributions.Part:
    return _part(explanation, title, sum(found.amount for found in some))


def _counted(some: Sequence[Attribution]) -> str:
    return "1 field" if len(some) == 1 else f"{len(some)} fields"


def _draw_rule(explanation: Explanation, _values: Values) -> None:
    """The conditions, and how far the rule can be trusted."""
    st.markdown("\n".join(f"- {plain(condition)}" for condition in explanation.conditions))
    shares = {"holds": explanation.precision, "applies": explanation.coverage}
    known = {name: share for name, share in shares.items() if share is not None}
    if known:
        draw_figure(rule.figure(known), rule.alt_text(known))


def _draw_words(explanation: Explanation, _values: Values) -> None:
    """The words in reading order."""
    parts = [_part(explanation, a.title, a.amount) for a in explanation.attributions]
    strongest = sorted(parts, key=lambda part: -abs(part.amount))[:_MOST_WORDS]
    shown = [part for part in parts if part in strongest]
    draw_figure(attributions.figure(shown, in_order=True), explanation.alt)


def _draw_grid(explanation: Explanation, values: Values) -> None:
    file = _file(values)
    picture = preview(file.data) if file else None
    if picture is not None and explanation.grid:
        draw_figure(grid.figure(explanation.grid, picture), explanation.alt)


def _draw_sound(explanation: Explanation, values: Values) -> None:
    file = _file(values)
    sound = samples(file.data) if file else None
    if sound is not None:
        amounts = [(*a.span, a.amount) for a in explanation.attributions if a.span]
        draw_figure(waveform.figure(sound.values, sound.rate, amounts=amounts), explanation.alt)


def _part(explanation: Explanation, title: str, amount: float) -> attributions.Part:
    return attributions.Part(
        title=title, amount=amount, words=explanation.target.amount_text(amount)
    )


def _file(values: Values) -> File | None:
    return next((value for value in values.values() if isinstance(value, File)), None)


_CHARTS = {
    "attribution": _draw_bars,
    "rule": _draw_rule,
    "spans": _draw_words,
    "grid": _draw_grid,
    "segments": _draw_sound,
}
