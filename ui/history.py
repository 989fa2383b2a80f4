"""When a page follows its address: as it opens, and after Back or Forward. Otherwise the page writes the address.

Which of the changes that it writes are steps of the browser's history is decided in the browser (ui/history.js).
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import session

OPENED, MOVED = "opened", "moved"


def is_back() -> bool:
    """Whether the browser went back or forth to the address of this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def note(title: str) -> None:
    """Remember that the address of this page is to be followed, where it is: the run of the script may end before it was."""
    if st.session_state.get(session.PAGE) != title:
        st.session_state[session.FOLLOWED] = OPENED
    elif is_back():
        st.session_state[session.FOLLOWED] = MOVED


def take() -> str:
    """Whether the address is to be followed now: as the page was OPENED, or the browser MOVED within it. Said once."""
    return str(st.session_state.pop(session.FOLLOWED, ""))
