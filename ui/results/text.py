"""Text, as the model wrote it."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.score import draw_score

KINDS = ("text",)


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The text line by line, and the model's score where it gives one."""
    if not answer.text.strip():
        st.header("No text found", anchor=False)
        return
    st.text(answer.text)
    draw_score(answer, signature)
