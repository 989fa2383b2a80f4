"""Everything that was ever asked and that you may see: find a case again, and open it."""

import streamlit as st

from cases.search import search
from ui import cases, session

PAGE = {"title": "Cases", "icon": ":material/list_alt:", "order": 2, "role": "analyst"}

st.title("What was asked?", anchor=False)
wanted = cases.choose(session.viewer())
before = st.query_params.get(cases.BEFORE, "")
cases.draw(search(session.services().sessions, wanted, before=before), wanted)
