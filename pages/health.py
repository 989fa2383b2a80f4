"""How the models are doing: a word for each, how often they are right, what changed, speed and errors."""

from dataclasses import replace

import streamlit as st

from health.cohort import Cohort
from health.coming_in import as_known, coming_in
from health.overview import look
from health.standing import in_order, standings
from health.summary import models, recent_series, summarise
from ui import demo_mark
from ui.health import (
    address,
    compared_with,
    model,
    nothing,
    parts,
    requests,
    served,
    service,
    titles,
    verdict,
)
from ui.review import first_calls
from ui.session import services

PAGE = {
    "title": "Health",
    "icon": ":material/monitor_heart:",
    "order": 3,
    "role": "analyst",
    "jump": "H",
}

heading = st.empty()
deployed = ((each.ref.server, each.ref.name) for each in services().catalogue.entries())
chosen = address.choose(sorted({*models(services().figures), *deployed}))
titles.draw(heading, chosen)


@st.fragment(run_every="5s")
def draw_all() -> None:
    """Drawn again by itself, so that feedback shows up at once."""
    if st.session_state.get(address.MODEL):
        st.rerun()  # a row was pressed
    if coming := coming_in(services().figures):
        st.info(coming.words)
    within = Cohort(since=chosen.since)
    rows = summarise(services().figures, cohort=within)
    if not rows:
        st.info("No requests in this period. Every request made on Predict counts here.")
        return
    counted = (
        [r.demonstration for r in rows],
        [r.cases for r in rows],
        [r.asked_again for r in rows],
    )
    demo_mark.draw_line(*map(sum, counted))
    of = services()
    every = standings(of.figures, titles=of.field_titles, units=of.answer_unit).values()
    found = [as_known(coming, each) for each in every]
    verdict.draw_all(in_order(found))
    requests.draw_totals(rows)
    requests.draw_unknown(rows, None)
    requests.draw_table(rows, None)
    requests.draw_charts(rows, recent_series(services().figures, cohort=within), None)


@st.fragment(run_every="5s")
def draw_one() -> None:
    """Everything about one model."""
    now = address.as_it_is_now(chosen)
    found = look(
        services().figures,
        now.server,
        now.model,
        now.cohort,
        protected=services().protected_fields(now.server, now.model),
        titles=services().field_titles,
        words=services().field_words,
        units=services().answer_unit,
    )
    coming = coming_in(services().figures)
    so_far = coming.words_of(now.server, now.model, is_asked=found is not None) if coming else ""
    if found is None:
        never = "Nobody has asked this model yet. Every request made on Predict counts here."
        st.info(so_far or never)
        return
    if so_far:
        st.info(so_far)
    found = replace(found, standing=as_known(coming, found.standing))
    of = {"server": now.server, "model": now.model}
    rows = summarise(services().figures, **of, cohort=now.cohort)
    standing = found.standing
    demo_mark.draw_line(standing.demonstration, standing.cases, standing.asked_again)
    verdict.draw(found, now)
    parts.draw_causes(found.causes, now)
    address.draw_chips(now)
    if not found.standing.cases:
        nothing.draw(now)
    model.draw_tiles(found, now)
    model.draw_charts(found, now)
    compared_with.draw(found, now)
    model.draw_details(found, now)
    service.draw(now)
    if rows:
        series = recent_series(services().figures, **of, cohort=now.cohort)
        requests.draw_totals(rows)
        requests.draw_unknown(rows, rows[0])
        requests.draw_table(rows, rows[0])
        requests.draw_charts(rows, series, now)
        served.draw(found, now)


if chosen.is_one:
    draw_one()
    first_calls.draw(chosen.server, chosen.model)
else:
    draw_all()
