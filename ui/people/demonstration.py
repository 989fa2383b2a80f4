"""The demonstration in this database, and its removal: for the operator of everything."""

from __future__ import annotations

import streamlit as st

from cases.workspaces import demonstration_cases, reset_demonstration
from mds_client.errors import MdsError
from people.viewer import Viewer
from ui import errors, session
from ui.session import services
from ui.text import many

_GONE = "demonstration_gone"  # how many cases the last reset removed


def draw(viewer: Viewer) -> None:
    """Nothing for whoever does not operate everything, and where there is no demonstration."""
    if not viewer.scope.is_all:
        return
    if (gone := st.session_state.pop(_GONE, None)) is not None:
        st.success(f"{many(gone, 'case')} of the demonstration removed.")
    count = demonstration_cases(services().operator_sessions())
    if not count:
        return
    st.subheader("Demonstration", anchor=False)
    st.caption(
        f"The demonstration made up {many(count, 'case')} here, which count on Health until you remove them."
    )
    with st.popover("Reset the demonstration", icon=":material/restart_alt:", key="demo_reset"):
        st.markdown(
            f"Remove {many(count, 'case')} of the demonstration, with what was said, explained and tried on them, and the alarms and "
            "decisions that came of them? "
            "The trail keeps who did what. The next `mds demo` writes a new history."
        )
        if st.button("Remove them", type="primary", key="demo_reset_sure"):
            _reset()


def _reset() -> None:
    try:
        with st.spinner("Removing…"):
            gone = reset_demonstration(services().operator_sessions(), person=session.person())
    except MdsError as error:
        errors.show(error)
        return
    st.session_state[_GONE] = gone
    st.rerun()
