"""One case for good: what was entered and answered, and everything that happened since."""

import streamlit as st

from ui.cases import record

PAGE = {
    "title": "Case",
    "icon": ":material/description:",
    "order": 10,
    "role": "analyst",
    "is_listed": False,
}

record.draw(st.query_params.get("id", ""))
