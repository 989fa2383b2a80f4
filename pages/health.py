"""How the models are doing: cases, feedback, accuracy, speed and errors."""

import streamlit as st

from health.summary import recent_series, summarise
from ui import health
from ui.services import services

PAGE = {"title": "Health", "icon": ":material/monitor_heart:", "order": 2}

st.title("How are the models doing?", anchor=False)
since = health.choose_period()


@st.fragment(run_every="5s")
def draw_health() -> None:
    """Drawn again by itself, so that feedback shows up at once."""
    rows = summarise(services().sessions, since=since)
    if not rows:
        st.info("Nobody has asked a model in this time. Every question asked on Predict counts here.")
        return
    health.draw_totals(rows)
    shown = health.choose_row(rows)
    health.draw_table(rows)
    scope = {"server": shown.server, "model": shown.model} if shown else {}
    health.draw_charts(rows, recent_series(services().sessions, since=since, **scope))


draw_health()
