"""How long answers take: as people felt it, and as the model's server reports it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from health.answer_times import felt_words, reported_words
from health.summary import HealthRow
from ui.health.address import Chosen
from ui.session import services
from ui.text import plain


def draw(rows: Sequence[HealthRow], chosen: Chosen) -> None:
    """Both in a sentence each; nothing where the settings do not say where the server's figures are."""
    reading = services().reading(chosen.server, chosen.model)
    if reading is None:
        return
    timed = [row.latency for row in rows if row.latency]
    newest = max(timed, key=lambda each: each.n, default=None)
    st.subheader("Time to answer, felt and reported", anchor=False)
    st.markdown(f"**As you felt it:** {felt_words(newest)}")
    st.markdown(f"**As the server reports it:** {plain(reported_words(reading))}")
