"""How long answers take: of what was asked one by one, of rows of files, and as the model's server reports it."""

from __future__ import annotations

import streamlit as st

from health.answer_times import reported_words, times_words
from health.overview import Look
from ui.health.address import Chosen
from ui.session import services
from ui.text import plain


def draw(look: Look, chosen: Chosen) -> None:
    """Each in a sentence; nothing where the settings do not say where the server's figures are, for the rest stands above."""
    reading = services().reading(chosen.server, chosen.model)
    if reading is None:
        return
    st.subheader("Time to answer, measured here and on the server", anchor=False)
    lines = [
        *times_words(look.times),
        ("Time to answer, as the server reports it", plain(reported_words(reading))),
    ]
    for kind, said in lines:
        st.markdown(f"**{kind}:** {said}")
