"""What somebody wrote, which may be long: its beginning, and all of it where it is opened."""

from __future__ import annotations

import streamlit as st

MOST = 280  # characters that stand unfolded


def beginning(words: str) -> str:
    """Words on one line; of long ones their beginning, up to a whole word, with an ellipsis."""
    line = " ".join(words.split())
    if len(line) <= MOST:
        return line
    return f"{line[:MOST].rsplit(' ', 1)[0].rstrip('.,;:')}…"


def draw_whole(words: str, label: str = "The whole comment") -> None:
    """All of it, folded; nothing where the beginning is all of it."""
    if beginning(words).endswith("…") and len(words) > MOST:
        with st.expander(label, icon=":material/notes:"):
            st.text(words)
