"""The models that are deployed, in what state, and what each answers."""

import streamlit as st

from ui.catalogue import draw_card, draw_servers
from ui.services import services

PAGE = {"title": "Models", "icon": ":material/apps:", "order": 0}

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
    found = catalogue.search(wanted)
    if not found and wanted:
        st.info("No model matches these words. Try fewer, or other ones.")
    elif not found and all(server.is_reachable for server in catalogue.servers()):
        st.info("Asking the servers what they have. The models appear here by themselves.")
    names = list(dict.fromkeys((entry.ref.server, entry.ref.name) for entry in found))
    with st.container(key="catalogue"):
        for start in range(0, len(names), 3):
            for column, name in zip(st.columns(3), names[start : start + 3], strict=False):
                with column:
                    draw_card([e for e in found if (e.ref.server, e.ref.name) == name])


draw_catalogue(words)
