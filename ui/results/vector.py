"""Many numbers that only other programs read, such as an embedding."""

from __future__ import annotations

import json

import streamlit as st

from charts import vector
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.figure import draw_figure
from ui.text import plain

KINDS = ("vector",)
_FIRST = 8


def draw(answer: Answer, _values: Values, _signature: Signature) -> None:
    """How many there are in one big line, the first of them, a picture of all, and all to keep."""
    st.header(answer.headline, anchor=False)
    if not answer.vector:
        return
    first = ", ".join(f"{value:.4g}" for value in answer.vector[:_FIRST])
    more = ", …" if len(answer.vector) > _FIRST else ""
    st.markdown(f"They begin with {plain(first)}{more}")
    draw_figure(vector.figure(answer.vector), vector.alt_text(answer.vector))
    st.download_button(
        "Download the numbers",
        json.dumps(list(answer.vector)),
        file_name="answer.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )
