"""The desk from the keyboard: what the keys do, where the focus goes, and what a screen reader is told."""

from __future__ import annotations

import streamlit as st

from feedback.review_queue import ItemView
from feedback.review_rules import REASONS
from ui import scripts
from ui.model_titles import of_model

_TOLD = (
    "review_told"  # what was done last, how often something was done, and the item that it brought
)
COMMENT = "comment"
_STYLE = "output:not(:empty) { display: block; font-size: .9rem; opacity: .8; }"


def draw(item: ItemView | None) -> None:
    """The script that moves the focus to the case and says which it is; ui/shortcuts.py has the list of keys."""
    came = item.id if item else ""
    words, count, brought = st.session_state.get(_TOLD, ("", 0, None))
    if brought is None:
        st.session_state[_TOLD] = (words, count, came)
    elif brought != came:  # something else is open by now: what was done before is no news
        words = ""
    now = "Nothing waits."
    if item:
        now = f"Now case {item.case_id[-6:]}: {REASONS[item.reason]}, {of_model(item.server, item.model)}."
    data = {"item": f"{count} {came}", "words": f"{words} {now}".strip(), "isStep": bool(words)}
    scripts.run("desk", "review_desk", data, style=_STYLE)


def tell(words: str) -> None:
    """What was just done: it is said together with the case that it brings."""
    _, count, _ = st.session_state.get(_TOLD, ("", 0, None))
    st.session_state[_TOLD] = (words, count + 1, None)
