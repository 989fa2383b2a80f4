"""Shows: cases in an order, to be presented."""

import streamlit as st

from ui import shows

PAGE = {
    "title": "Shows",
    "icon": ":material/slideshow:",
    "order": 11,
    "role": "analyst",
    "is_listed": False,
}

shows.draw(st.query_params.get("id", ""))
