"""A number with its unit, and where it lies as far as the model knows."""

from __future__ import annotations

import streamlit as st

from charts import interval
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.figure import draw_figure
from ui.score import draw_score
from ui.text import number, percent, plain

KINDS = ("number",)


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The number in one big line, its bounds, and what it means."""
    st.header(plain(answer.headline), anchor=False)
    if answer.interval and answer.number is not None:
        _draw_interval(answer, answer.number, *answer.interval)
    draw_score(answer, signature)
    output = signature.output("number")
    if output and output.description:
        st.markdown(plain(output.description))


def _draw_interval(answer: Answer, value: float, low: float, high: float) -> None:
    unit = f" {answer.unit}" if answer.unit else ""
    sure = f", {percent(answer.coverage)} sure" if answer.coverage else ""
    words = f"between {number(low)} and {number(high)}{unit}"
    st.markdown(f"**{plain(words)}**{sure}, says the model.")
    alt = interval.alt_text(number(value), number(low), number(high))
    draw_figure(interval.figure(value, low, high), alt)
