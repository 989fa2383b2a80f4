"""A class, with how sure the model is."""

from __future__ import annotations

import streamlit as st

from charts import probabilities
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.figure import draw_figure
from ui.results._shares import words_for
from ui.score import draw_score
from ui.text import percent, plain

KINDS = ("class",)
_MOST_BARS = 5
_WORDS = (
    (0.99, "almost certain"),
    (0.9, "very likely"),
    (0.7, "likely"),
    (0.5, "more likely than not"),
)


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The label in one big line, how sure the model is, and the next best."""
    st.header(plain(answer.label), anchor=False)
    draw_score(answer, signature)
    if answer.probability is not None:
        st.markdown(
            f"**{how_sure(answer.probability)}**: the model gives it {percent(answer.probability)}"
        )
    if not answer.probabilities:
        return
    shown = dict(list(answer.probabilities.items())[:_MOST_BARS])
    words = words_for(list(answer.probabilities.values()))
    draw_figure(probabilities.figure(shown, words), probabilities.alt_text(shown, words))


def how_sure(probability: float) -> str:
    """A probability in words; what reads "50 %" is not more likely than not."""
    if percent(probability) == percent(0.5):
        return "Uncertain"
    return next(
        (words for least, words in _WORDS if probability >= least), "uncertain"
    ).capitalize()
