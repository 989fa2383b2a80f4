"""Everything that was ever asked and that you may see: find a case again, and open it."""

import streamlit as st

from cases.search import search
from ui import session
from ui.cases import data_sets, filters, lines, views
from ui.shows import making

PAGE = {"title": "Cases", "icon": ":material/list_alt:", "order": 2, "role": "analyst", "jump": "C"}

st.title("What was asked?", anchor=False)
views.open_linked()
choices = filters.choose(session.viewer())
before = st.query_params.get(filters.BEFORE, "")
found = session.services()
page = search(found.sessions, choices.wanted, before=before, hash_key=found.hash_key)
with st.container(horizontal=True, gap="small", key="cases_bar"):
    views.draw(choices)
    filters.draw_chips(choices)
    data_sets.draw(choices)
    making.draw_make(page.lines)
lines.draw(page, choices)
