"""The desk from the keyboard: what the keys do, where the focus goes, and what a screen reader is told."""

from __future__ import annotations

import streamlit as st

from feedback.review_queue import ItemView
from feedback.review_rules import REASONS
from ui import scripts

LAST = "review_said"  # what was decided last, to be told
COMMENT = "comment"
_STYLE = "output:not(:empty) { display: block; font-size: .9rem; opacity: .8; }"
_KEYS = {
    "Y": "correct",
    "N": "incorrect, then a digit for what is right (0: I do not know)",
    "X": "can't tell",
    "S": "surer, word by word",
    "M": "write a comment; Esc leaves it",
    "Ctrl+Enter": "send what would be right, also from within its field",
    "K": "skip",
    "U": "undo the last decision",
    "G": "make the case that was decided last a golden case",
    "?": "these keys",
}


def draw(item: ItemView | None) -> None:
    """The cheat sheet, and the script that moves the focus to the case and says which it is."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Keys", icon=":material/keyboard:", key="review_keys"):
            st.table(_KEYS)
        said = st.session_state.get(LAST, "")
        now = f"Now: {REASONS[item.reason]}, {item.model}." if item else "Nothing waits."
        data = {"item": item.id if item else "", "words": f"{said} {now}".strip()}
        scripts.run("desk", "review_desk", data, style=_STYLE)
