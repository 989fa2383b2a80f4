"""Text, as the model wrote it or read it in a picture."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from mds_client.prediction import Answer
from mds_client.prediction.output_parsing import parsed
from mds_client.signature import Signature, Values
from ui.results._score import draw_score
from ui.results.boxes import draw_pictures
from ui.text import exact, many, percent, plain

KINDS = ("text",)
_SHORT, _MIDDLE, _LONG = 60, 400, 2_000
_MOST_SHOWN = 20_000
_DEPTH = 3


def draw_still(answer: Answer, _values: Values, signature: Signature) -> None:
    """The text and how sure the model is of it, for people who only look: the picture stands beside it."""
    if _draw_text(answer.text):
        draw_score(answer, signature, is_still=True)


def draw(answer: Answer, values: Values, signature: Signature) -> None:
    """The text line by line, a short one as a headline, a long one in a box that scrolls, JSON as a tree; the model's score;
    and where it was read in a picture."""
    if not _draw_text(answer.text):
        return
    draw_score(answer, signature)
    if answer.boxes:
        draw_pictures(answer, values, signature)
        _draw_pieces(answer)


def _draw_text(text: str) -> bool:
    """Whether there is any."""
    if not text.strip():
        st.header("No text found", anchor=False)
        return False
    document = parsed(text)
    if document is not None:
        st.json(exact(document), expanded=_DEPTH)
    elif len(text) > _LONG:
        _draw_long(text)
    elif len(text) <= _SHORT and "\n" not in text.strip():
        st.header(plain(text), anchor=False)
    else:
        tag = "h2" if len(text) <= _MIDDLE else "p"
        st.html(f'<{tag} class="mds-read">{escape(text)}</{tag}>')
    return True


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


def _draw_pieces(answer: Answer) -> None:
    """The pieces that the text consists of, numbered as on the picture, and that of which the model is least sure."""
    scored = [(box.score, box.label) for box in answer.boxes if box.score is not None]
    is_share = bool(scored) and all(0 <= score <= 1 for score, _ in scored)
    if is_share and len(scored) > 1:
        score, words = min(scored)
        st.markdown(f"Least sure of **{plain(words)}**: {percent(score)}.")
    rows = [
        {
            "mark": n,
            "words": box.label,
            "sure": percent(box.score or 0.0) if is_share else box.score,
        }
        for n, box in enumerate(answer.boxes, start=1)
    ]
    frame = pd.DataFrame(rows)
    with st.expander(f"{many(len(rows), 'piece')} of text, one by one"):
        shown = frame if scored else frame.drop(columns="sure")
        st.dataframe(shown, hide_index=True, placeholder="", width="stretch", alt="What was read")
