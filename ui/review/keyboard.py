"""The desk from the keyboard: what the keys do, where the focus goes, and what a screen reader is told."""

from __future__ import annotations

import streamlit as st

from feedback.review_queue import ItemView
from feedback.review_rules import REASONS
from ui import scripts

LAST = "review_said"  # what was decided last, to be told
COMMENT = "comment"
_STYLE = "output:not(:empty) { display: block; font-size: .9rem; opacity: .8; }"


def draw(item: ItemView | None) -> None:
    """The script that moves the focus to the case and says which it is; ui/shortcuts.py has the list of keys."""
    said = st.session_state.get(LAST, "")
    now = f"Now: {REASONS[item.reason]}, {item.model}." if item else "Nothing waits."
    data = {"item": item.id if item else "", "words": f"{said} {now}".strip()}
    scripts.run("desk", "review_desk", data, style=_STYLE)
