"""Text, as the model wrote it."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.prediction.output_parsing import parsed
from mds_client.signature import Signature, Values
from ui.score import draw_score
from ui.text import exact, many

KINDS = ("text",)
_LONG = 2_000
_MOST_SHOWN = 20_000
_DEPTH = 3


def draw(answer: Answer, _values: Values, signature: Signature) -> None:
    """The text line by line, a long one in a box that scrolls, JSON as a tree; and the model's score."""
    if not answer.text.strip():
        st.header("No text found", anchor=False)
        return
    document = parsed(answer.text)
    if document is not None:
        st.json(exact(document), expanded=_DEPTH)
    elif len(answer.text) > _LONG:
        _draw_long(answer.text)
    else:
        st.text(answer.text)
    draw_score(answer, signature)


def _draw_long(text: str) -> None:
    with st.container(height=420):
        st.text(text[:_MOST_SHOWN])
    st.caption(f"{many(len(text.split()), 'word')}, {many(len(text), 'character')}.")
    st.download_button(
        "Download the text",
        text,
        file_name="answer.txt",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
    )
