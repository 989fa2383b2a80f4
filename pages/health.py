"""How the models are doing: cases, feedback, accuracy, speed and errors."""

import streamlit as st

from health.summary import recent_series, summarise
from ui import health
from ui.session import services

PAGE = {"title": "Health", "icon": ":material/monitor_heart:", "order": 3, "role": "analyst"}

st.title("How are the models doing?", anchor=False)
since = health.choose_period()


@st.fragment(run_every="5s")
def draw_health() -> None:
    """Drawn again by itself, so that feedback shows up at once."""
    rows = summarise(services().figures, since=since)
    if not rows:
        st.info("No requests in this period. Every request made on Predict counts here.")
        return
    shown = health.choose_row(rows)
    if shown:
        rows = [row for row in rows if (row.server, row.model) == (shown.server, shown.model)]
    health.draw_totals(rows)
    health.draw_unknown(rows, shown)
    health.draw_table(rows, shown)
    scope = {"server": shown.server, "model": shown.model} if shown else {}
    health.draw_charts(rows, recent_series(services().figures, since=since, **scope))


draw_health()
