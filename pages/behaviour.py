"""How a model behaves overall: which fields matter to it, and how its answers go with each."""

import streamlit as st

from ui import choosing, effects

PAGE = {"title": "Behaviour", "icon": ":material/query_stats:", "order": 3}

st.title("How does the model behave?", anchor=False)
effects.reopen()
entry = choosing.choose_model()
effects.draw(entry, choosing.signature_of(entry))
