"""How the models are doing: a word for each, how often they are right, what changed, speed and errors."""

import streamlit as st

from health.overview import look, standings
from health.status import WORDS
from health.summary import recent_series, summarise
from ui.health import address, model, requests, verdict
from ui.session import services

PAGE = {"title": "Health", "icon": ":material/monitor_heart:", "order": 3, "role": "analyst"}

st.title("How are the models doing?", anchor=False)
figures = services().figures
named = [(row.server, row.model) for row in summarise(figures)]
chosen = address.choose(list(dict.fromkeys(named)))


@st.fragment(run_every="5s")
def draw_all() -> None:
    """Drawn again by itself, so that feedback shows up at once."""
    rows = summarise(services().figures, since=chosen.since)
    if not rows:
        st.info("No requests in this period. Every request made on Predict counts here.")
        return
    found = standings(services().figures).values()
    verdict.draw_all(sorted(found, key=lambda each: WORDS.index(each.status.word)))
    requests.draw_totals(rows)
    requests.draw_unknown(rows, None)
    requests.draw_table(rows, None)
    requests.draw_charts(rows, recent_series(services().figures, since=chosen.since))


@st.fragment(run_every="5s")
def draw_one() -> None:
    """Everything about one model."""
    of = {"server": chosen.server, "model": chosen.model}
    found = look(services().figures, chosen.server, chosen.model, chosen.cohort)
    if found is None:
        st.info("Nobody has asked this model yet. Every request made on Predict counts here.")
        return
    rows = summarise(services().figures, since=chosen.since, **of)
    verdict.draw(found, chosen)
    address.draw_chips(chosen)
    model.draw_tiles(found, rows, chosen)
    model.draw_charts(found, chosen)
    model.draw_details(found, chosen)
    if rows:
        requests.draw_totals(rows)
        requests.draw_unknown(rows, rows[0])
        requests.draw_table(rows, rows[0])
        requests.draw_charts(rows, recent_series(services().figures, since=chosen.since, **of))


if chosen.is_one:
    draw_one()
else:
    draw_all()
