"""The stage: a case at a time, large, for a room."""

import streamlit as st

from ui import stage

PAGE = {
    "title": "Present",
    "icon": ":material/slideshow:",
    "order": 12,
    "role": "analyst",
    "is_listed": False,
}

stage.draw(st.query_params.get("show", ""), st.query_params.get("case", ""))
