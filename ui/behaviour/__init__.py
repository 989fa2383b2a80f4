"""How a model behaves overall: what to look at on the left, what was found on the right."""

from __future__ import annotations

import streamlit as st

from explanations.methods import suited
from mds_client.discovery import Entry
from mds_client.signature import Signature
from ui.behaviour import beeswarm, cohort_choice, plan, running, studies
from ui.behaviour.studies import reopen

__all__ = ["draw", "reopen"]


def draw(entry: Entry, signature: Signature) -> None:
    """The settings of a study, and beside them the one that runs, was opened or was made last."""
    methods = suited(signature, "cohort")
    if not methods:
        st.info(
            "This is for models that take numbers, categories and yes or no. Why this model gave one answer "
            "stands under the answer, on Predict."
        )
        studies.draw_list(entry.ref)
        return
    left, right = st.columns([5, 7], gap="large")
    with left:
        method = plan.choose_method(methods, entry.ref)
        cohort = cohort_choice.choose(entry, signature) if method else None
        if method and cohort:
            plan.draw(method, cohort, entry, signature)
        else:
            running.presses(entry.ref).clear()
    with right:
        if method is None:
            beeswarm.draw(entry.ref, signature)
        else:
            running.announce(entry.ref)
            with st.container(key=running.PLACE):
                if not running.draw(entry.ref):
                    studies.draw_opened(entry.ref)
        studies.draw_list(entry.ref)
