"""A case that is kept whatever its age: held, and released, by who operates everything."""

from __future__ import annotations

import streamlit as st

from cases import retention
from cases.queries import CaseView
from mds_client.errors import MdsError
from people.errors import NotPermitted
from ui import errors, session
from ui.session import services
from ui.text import plain


def draw(case: CaseView) -> None:
    """A button that opens it; nothing for who may not."""
    try:
        sessions = services().operator_sessions()
    except NotPermitted:
        return
    box = st.popover("Hold", icon=":material/lock_clock:", key="case_hold", on_change="rerun")
    if not box.open:
        return
    with box:
        held = retention.hold_of(sessions, case.id)
        if held:
            st.markdown(
                plain(f"Held by {held.person} since {held.created_at:%-d %b %Y}: {held.reason}")
            )
            if st.button("Release", key="case_release"):
                retention.release(sessions, case.id, person=session.person())
                st.rerun()
            return
        st.markdown("A case that is held stays: neither its age nor erasing a person deletes it.")
        reason = st.text_input("Why", key="case_hold_why")
        if st.button("Hold this case", key="case_hold_sure", disabled=not reason.strip()):
            _hold(case, reason.strip())


def _hold(case: CaseView, reason: str) -> None:
    """Hold it, or say why not with the reason still in its box."""
    try:
        sessions = services().operator_sessions()
        retention.hold(
            sessions, case.id, person=session.person(), reason=reason, now=retention.now()
        )
    except MdsError as error:
        errors.show(error)
        return
    st.rerun()
