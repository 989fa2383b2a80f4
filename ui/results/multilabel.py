"""Several labels, each of which holds or not by itself."""

from __future__ import annotations

import streamlit as st

from charts import labels
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.figure import draw_figure
from ui.results._score import draw_score
from ui.text import percent, plain

KINDS = ("multilabel",)
_MOST_BARS = 12


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The labels that hold in one big line, then how probable each is."""
    st.header(plain(answer.headline), anchor=False)
    draw_score(answer, signature)
    count, known = len(answer.likely), len(answer.probabilities)
    st.markdown(
        f"**{count} of {known} labels** are more likely than not. Several can hold at once."
    )
    shown = dict(list(answer.probabilities.items())[:_MOST_BARS])
    draw_figure(labels.figure(shown, percent), labels.alt_text(shown, percent))
    if known > len(shown):
        st.caption(f"The {len(shown)} likeliest of {known:,} labels.")
