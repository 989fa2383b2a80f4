"""Sensitive values are dots until somebody who may see them asks: each look is an entry of the trail."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from cases.seen import may_look, note_look
from ui import session
from ui.session import services

_SHOWN = "sensitive_shown"


def is_hidden(case: CaseView) -> bool:
    """Whether a case has sensitive values that this session was not shown on its page."""
    return bool(case.sensitive) and st.session_state.get(_SHOWN) != case.id


def draw(case: CaseView, *, has_some: bool) -> bool:
    """The button that shows them; whether they are shown. They are dots again when the page is left."""
    if not has_some or not may_look(services().sessions, case):
        return False
    if st.session_state.get(_SHOWN) == case.id:
        st.button("Hide", icon=":material/visibility_off:", key="case_hide", on_click=hide)
        return True
    if st.button(
        "Show sensitive values",
        icon=":material/visibility:",
        key="case_show",
        help="The trail notes that you looked.",
    ):
        _show(case)
    return False


def hide() -> None:
    """Dots again."""
    st.session_state.pop(_SHOWN, None)


def _show(case: CaseView) -> None:
    if not note_look(services().sessions, case, session.person()):
        st.error("The trail cannot be written now, so nothing is shown. Try again in a minute.")
        return
    st.session_state[_SHOWN] = case.id
    st.rerun()
