"""The report of a model's health: made when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from health.coming_in import as_known, coming_in
from health.objectives import of_model
from health.overview import look
from health.report import HealthReport, page
from health.service import service
from health.summary import summarise
from ui.health.address import Chosen, words_of
from ui.health.parts import titles
from ui.session import services


def draw(chosen: Chosen) -> None:
    """A button that downloads the page, of the cases that are chosen."""
    found, named = services(), titles(chosen)

    def made() -> str:
        protected = found.protected_fields(chosen.server, chosen.model)
        looked = look(
            found.figures,
            chosen.server,
            chosen.model,
            chosen.cohort,
            protected=protected,
            titles=found.field_titles,
            words=found.field_words,
            units=found.answer_unit,
        )
        rows = summarise(
            found.figures, server=chosen.server, model=chosen.model, cohort=chosen.cohort
        )
        if looked is None:
            return ""
        coming = coming_in(found.figures)
        looked = replace(looked, standing=as_known(coming, looked.standing))
        wanted = of_model(found.settings.objectives, chosen.server, chosen.model)
        told = HealthReport(
            look=looked,
            service=service(found.figures, chosen.server, chosen.model, wanted),
            reading=found.reading(chosen.server, chosen.model),
            rows=rows,
            title=found.model_title(chosen.server, chosen.model),
            titles=named,
            words=found.field_words(chosen.server, chosen.model),
            unit=found.answer_unit(chosen.server, chosen.model),
            chosen=words_of(chosen),
            at=datetime.now(UTC),
        )
        return page(told)

    st.download_button(
        "Report",
        data=made,
        file_name=f"health-{chosen.model}.html".replace("/", "-"),
        mime="text/html",
        icon=":material/description:",
        key="health_report",
        on_click="ignore",
        help="One page that opens without a network; print it, or print it to a PDF, from the browser.",
    )
