"""The models that are deployed, in what state, and what each answers."""

import streamlit as st

from ui.catalogue import draw_models, draw_notes, draw_servers, search
from ui.session import services

PAGE = {"title": "Models", "icon": ":material/apps:", "order": 0, "role": "analyst"}

st.title("What would you like to know?", anchor=False)
words = st.text_input(
    "Search the models",
    key="models_search",
    placeholder="a question, a model, a kind of input",
    icon=":material/search:",
    type="search",
)


@st.fragment(run_every="5s")
def draw_catalogue(wanted: str) -> None:
    """The cards; drawn again by itself when a model comes, goes or changes its state."""
    catalogue = services().catalogue
    draw_servers(catalogue.servers())
    found = search(wanted)
    if not found and wanted:
        st.info("No model matches these words. Try fewer, or other ones.")
    elif not found and all(server.is_reachable for server in catalogue.servers()):
        st.info("Asking the servers for their models. They appear here as soon as they are listed.")
    with st.container(key="catalogue"):
        draw_models(found, catalogue.servers())
    draw_notes(catalogue.notes())


draw_catalogue(words)
