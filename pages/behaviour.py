"""How a model behaves overall: which fields matter to it, and how its answers change with each."""

import streamlit as st

from ui import behaviour, model_picker

PAGE = {
    "title": "Behaviour",
    "icon": ":material/query_stats:",
    "order": 4,
    "role": "analyst",
    "section": "More",
    "jump": "B",
}

st.title("How does the model behave?", anchor=False)
behaviour.reopen()
entry = model_picker.choose_model()
behaviour.draw(entry, model_picker.signature_of(entry))
