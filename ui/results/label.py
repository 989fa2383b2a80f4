"""A class, with how sure the model is."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.results import _track
from ui.results._score import draw_score
from ui.text import percent, plain

KINDS = ("class",)
_WORDS = (
    (0.99, "almost certain"),
    (0.9, "very likely"),
    (0.7, "likely"),
    (0.5, "more likely than not"),
)


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The label in one big line, how sure the model is beside it and on a track, and the next best."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.header(plain(answer.label), anchor=False, width="content")
        if answer.probability is not None:
            st.markdown(
                f"**{percent(answer.probability)}** · {how_sure(answer.probability).lower()}",
                width="content",
            )
    if len(answer.probabilities) > 1:
        st.html(_track.html(answer.probabilities))
    draw_score(answer, signature)


def how_sure(probability: float) -> str:
    """A probability in words; what reads "50 %" is not more likely than not."""
    if percent(probability) == percent(0.5):
        return "Uncertain"
    return next(
        (words for least, words in _WORDS if probability >= least), "uncertain"
    ).capitalize()
