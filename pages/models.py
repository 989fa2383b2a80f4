"""The models that are deployed, in what state, and what each answers."""

import streamlit as st

from ui import session, tour
from ui.catalogue import draw_models, draw_notes, draw_recognitions, draw_servers
from ui.session import services

PAGE = {"title": "Models", "icon": ":material/apps:", "order": 0, "role": "analyst", "jump": "M"}

with st.container(horizontal=True, vertical_alignment="center", key="models_head"):
    st.title("What would you like to know?", anchor=False, width="stretch")
    tour.draw_offer(session.viewer())


@st.fragment(run_every="5s")
def draw_catalogue() -> None:
    """The cards; drawn again by itself when a model comes, goes or changes its state."""
    catalogue = services().catalogue
    draw_servers(catalogue.servers())
    draw_models()
    draw_recognitions()
    draw_notes(catalogue.notes())


draw_catalogue()
