"""The page of whoever operates everything: how long cases are kept, and what there is about a person or a key."""

from __future__ import annotations

import streamlit as st

from people.errors import NotPermitted
from services import Services
from ui.data import about, kept


def draw(found: Services) -> None:
    """Nothing but a sentence for who operates some models alone: what is here is about all."""
    st.title("Data", anchor=False)
    try:
        found.operator_sessions()
    except NotPermitted:
        st.info("This page is for operators of all models: it is about the data of every one.")
        return
    kept.draw(found)
    about.draw(found)
