"""Everything that was ever asked and that you may see: find a case again, and open it."""

import streamlit as st

from cases.search import search
from ui import session
from ui.cases import filters, lines

PAGE = {"title": "Cases", "icon": ":material/list_alt:", "order": 2, "role": "analyst"}

st.title("What was asked?", anchor=False)
choices = filters.choose(session.viewer())
before = st.query_params.get(filters.BEFORE, "")
lines.draw(search(session.services().sessions, choices.wanted, before=before), choices)
