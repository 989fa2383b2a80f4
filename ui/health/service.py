"""How a model serves: requests, availability, and its objectives with what is left of their error budgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from health.objectives import Budget, burn_sentence, of_model, sentence, title
from health.service import NO_OBJECTIVE, OUTCOMES, Service, service
from health.service_report import SIGNS
from health.wording import ends_words, percent
from ui.cases.filters import ASKED, SINGLY
from ui.health.address import Chosen
from ui.session import services
from ui.text import plain


def draw(chosen: Chosen) -> None:
    """The service of the chosen model, of all of its cases whichever chips are chosen."""
    rules = services().settings.objectives
    wanted = of_model(rules, chosen.server, chosen.model)
    found = service(services().figures, chosen.server, chosen.model, wanted)
    with st.container(key="health_service"):
        st.subheader("Service", anchor=False)
        st.caption(
            f"All requests of the last {found.days} days but rows of files, of every version, whatever is chosen above."
        )
        _draw_numbers(found)
        for each in found.budgets:
            _draw_budget(each, found, chosen)
        if not found.budgets:
            st.caption(NO_OBJECTIVE)


def _draw_numbers(found: Service) -> None:
    columns = st.columns(4)
    a_day = found.a_day or 0.0
    columns[0].metric(
        "Requests a day",
        f"{a_day:,.1f}" if a_day < 100 else f"{a_day:,.0f}",
        border=True,
        height="stretch",
        help=f"{found.requests:,} requests from the first day with one of them on.",
    )
    columns[1].metric(
        "In the last 24 hours", f"{found.lately[24]:,}", border=True, height="stretch"
    )
    columns[2].metric("In the last hour", f"{found.lately[1]:,}", border=True, height="stretch")
    reached = found.availability
    columns[3].metric(
        "Availability",
        "–" if reached.value is None else percent(reached.value),
        delta=f"{ends_words(reached)}, n={reached.n:,}" if reached.n else None,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=f"How many of {reached.n:,} requests were answered, with the 95 % interval. Values that somebody has to correct "
        "before sending are no failures.",
    )


def _draw_budget(found: Budget, of: Service, chosen: Chosen) -> None:
    """An objective: what was reached, its error budget as a bar, how fast it is spent, and the way to what failed."""
    with st.container(border=True, key=f"health_objective_{found.objective.kind}"):
        st.markdown(
            f"**{SIGNS[found.verdict]}: {title(found.objective)}, in {found.objective.days} days**"
        )
        st.markdown(sentence(found))
        if found.spent is not None:
            st.progress(min(found.spent, 1.0), text=_bar_words(found))
        for burn in found.burns:
            st.caption(burn_sentence(found, burn))
        if of.failures and found.objective.kind == "availability":
            st.markdown(f"Open the cases: {_failed(of, chosen)}")


def _bar_words(found: Budget) -> str:
    left = max(0, int(found.left))
    return f"Error budget: {found.bad:,} spent, {left:,} left"


def _failed(of: Service, chosen: Chosen) -> str:
    """A way to the cases of each kind of failure, the most frequent first."""
    first = of.until - timedelta(days=of.days - 1)
    every = replace(chosen, since=None, chips={})
    same = {
        "days": f"{first}..{of.until}",
        ASKED: SINGLY,
    }  # as it is counted: rows of files are not
    return ", ".join(
        f"[{OUTCOMES.get(outcome, plain(outcome))}: {count:,}]({every.cases(outcome=outcome, **same)})"
        for outcome, count in of.failures.items()
    )
