"""A number with its unit, and where it lies as far as the model knows."""

from __future__ import annotations

import streamlit as st

from explanations.formatting import amount, is_amount, number
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.results import _scale
from ui.results._score import draw_score
from ui.text import percent, plain
from ui.usual_answers import FACT

KINDS = ("number",)


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The number in one big line, its bounds, where it lies beside what is usual, and what it means."""
    st.header(plain(answer.headline), anchor=False)
    output = signature.output("number")
    if answer.interval and answer.number is not None:
        _draw_bounds(answer, *answer.interval)
    draw_scale(answer, signature)
    draw_score(answer, signature)
    if output and output.description:
        st.markdown(plain(output.description))


def draw_scale(answer: Answer, signature: Signature) -> None:
    """Where the number lies, as far as its bounds or what is usual are known."""
    output = signature.output("number")
    if answer.number is None or not (answer.interval or (output and output.typical)):
        return
    scale = _scale.Scale(
        value=answer.number,
        unit=answer.unit,
        sure=answer.interval,
        usual=output.typical if output else None,
        source=output.provenance.get(FACT, "") if output else "",
    )
    st.html(_scale.html(scale))


def _draw_bounds(answer: Answer, low: float, high: float) -> None:
    sure = f", {percent(answer.coverage)} sure" if answer.coverage else ""
    first = number(low, is_amount=is_amount(answer.unit))
    words = f"between {first} and {amount(high, answer.unit)}"
    st.markdown(f"**{plain(words)}**{sure}, says the model.")
