"""Why something was refused, for as long as nothing else is wanted: the page draws itself anew every five seconds, and a sentence that
stands in one run alone would be gone before it is read."""

from __future__ import annotations

import streamlit as st

from mds_client.errors import MdsError
from ui import errors


def keep(key: str, place: str, error: MdsError) -> None:
    """What was refused in a `place`: other places have nothing to do with it."""
    st.session_state[key] = (place, error)


def draw(key: str, place: str) -> None:
    """Why it was, where it was refused in this place last."""
    kept = st.session_state.get(key)
    if kept and kept[0] == place:
        errors.show(kept[1])
