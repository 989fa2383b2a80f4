"""How a model behaves overall: which fields matter to it, and how its answers go with each."""

import streamlit as st

from ui import behaviour, choosing

PAGE = {"title": "Behaviour", "icon": ":material/query_stats:", "order": 3}

st.title("How does the model behave?", anchor=False)
behaviour.reopen()
entry = choosing.choose_model()
behaviour.draw(entry, choosing.signature_of(entry))
