"""How well reviewers agree: a sentence, the measures with their intervals, by class and by reviewer."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from feedback.agreement import DAYS, Agreement, agreement
from feedback.agreement_measures import Measure
from ui import session
from ui.review import first_calls, models
from ui.session import services
from ui.text import plain

_SECONDS = 60


def draw() -> None:
    """The agreement on a model: over several, chance would agree less and the figures look better than they are."""
    server, name = models.choose()
    if not name:
        return
    _draw(_agreement(session.scope_key(), server, name))
    first_calls.draw(server, name)


@st.cache_data(ttl=_SECONDS, max_entries=200, show_spinner=False)
def _agreement(scope: str, server: str, model: str) -> Agreement:
    """`scope` keeps apart what different people may see."""
    return agreement(services().sessions, server, model)


def _draw(found: Agreement) -> None:
    if not found.cases:
        st.info(
            f"No case of the last {DAYS} days was read twice. The rules of a model say which share is read again by a "
            "second reviewer, who does not see the first."
        )
        return
    st.markdown(
        f"**{found.cases} cases of the last {DAYS} days were read twice, neither reader seeing the other; on "
        f"{found.differ} they differ.** 1 is full agreement, 0 is agreement by chance."
    )
    overall = {
        "Cohen's kappa, two reviewers": found.cohen,
        "Fleiss' kappa, all reviewers": found.fleiss,
        "Krippendorff's alpha": found.alpha,
        "Krippendorff's alpha of numbers": found.numbers,
    }
    _table("Overall", {name: each for name, each in overall.items() if each})
    _table("Class by class, each against all others (alpha)", found.classes)
    _table("Each reviewer with the others (alpha)", found.readers)
    if found.classes:
        st.caption(
            "A reviewer who calls an answer wrong without saying what is right counts for the class of that answer alone."
        )
    st.caption(
        "95 % intervals, from 1,000 bootstrap samples of the cases, where there are at least 10 cases."
    )


def _table(heading: str, measures: Mapping[str, Measure]) -> None:
    if not measures:
        return
    st.subheader(heading, anchor=False)
    st.table({plain(name): _words(each) for name, each in measures.items()})


def _words(each: Measure) -> str:
    """ "0.91 (0.83 to 0.99), n = 61"."""
    if each.value is None:
        return f"not defined: all say the same, n = {each.cases}"
    value = f"{each.value:.2f}".replace("-", "\N{MINUS SIGN}")
    if each.low is None or each.high is None:
        return f"{value}, n = {each.cases}: too few for an interval"
    interval = f"{each.low:.2f} to {each.high:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"{value} ({interval}), n = {each.cases}"
