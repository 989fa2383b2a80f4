"""Everything that was ever asked and that you may see: find a case again, and open it."""

import streamlit as st

from cases.search import search
from ui import session
from ui.cases import filters, lines, views

PAGE = {"title": "Cases", "icon": ":material/list_alt:", "order": 2, "role": "analyst"}

st.title("What was asked?", anchor=False)
views.open_linked()
choices = filters.choose(session.viewer())
with st.container(horizontal=True, gap="small", key="cases_bar"):
    views.draw(choices)
    filters.draw_chips(choices)
before = st.query_params.get(filters.BEFORE, "")
found = session.services()
lines.draw(search(found.sessions, choices.wanted, before=before, hash_key=found.hash_key), choices)
