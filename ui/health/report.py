"""The report of a model's health: made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from health.coming_in import as_known, coming_in
from health.objectives import of_model
from health.overview import Look, look
from health.report import HealthReport, page
from health.service import service
from health.summary import summarise
from services import Services
from ui.health.address import Chosen, words_of
from ui.health.parts import titles
from ui.session import services


def draw(chosen: Chosen) -> None:
    """A button that downloads the page, of the cases that are chosen."""
    running, named = services(), titles(chosen)
    st.download_button(
        "Report",
        data=lambda: _made(running, chosen, named),
        file_name=f"health-{chosen.model}.html".replace("/", "-"),
        mime="text/html",
        icon=":material/description:",
        key="health_report",
        on_click="ignore",
        help="One page that opens without a network; print it, or print it to a PDF, from the browser.",
    )


def _made(running: Services, chosen: Chosen, named: Mapping[str, str]) -> str:
    """The page; it is made in a thread that knows no session."""
    looked = _looked(running, chosen)
    if looked is None:
        return ""
    server, model = chosen.server, chosen.model
    wanted = of_model(running.settings.objectives, server, model)
    return page(
        HealthReport(
            look=looked,
            service=service(running.figures, server, model, wanted),
            reading=running.reading(server, model),
            rows=summarise(running.figures, server=server, model=model, cohort=chosen.cohort),
            title=running.model_title(server, model),
            titles=named,
            words=running.field_words(server, model),
            unit=running.answer_unit(server, model),
            chosen=words_of(chosen),
            cohort=chosen.cohort,
            at=datetime.now(UTC),
        )
    )


def _looked(running: Services, chosen: Chosen) -> Look | None:
    found = look(
        running.figures,
        chosen.server,
        chosen.model,
        chosen.cohort,
        protected=running.protected_fields(chosen.server, chosen.model),
        titles=running.field_titles,
        words=running.field_words,
        units=running.answer_unit,
    )
    if found is None:
        return None
    return replace(found, standing=as_known(coming_in(running.figures), found.standing))
