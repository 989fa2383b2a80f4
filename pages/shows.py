"""Shows: cases in an order, to be presented."""

import streamlit as st

from ui import shows

PAGE = {
    "title": "Shows",
    "icon": ":material/slideshow:",
    "order": 5,
    "role": "analyst",
    "section": "More",
    "jump": "W",
}

shows.draw(st.query_params.get("id", ""))
