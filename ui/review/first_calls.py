"""People alone, the model alone and both together: who was right how often, where people answered first."""

from __future__ import annotations

import streamlit as st

from feedback.first_call_figures import DAYS, first_call_figures
from health.first_calls import first_calls
from health.weighted import Share
from health.wording import share_text
from ui.session import services


def draw(server: str, model: str) -> None:
    """The figures of a model on which people answered first; nothing where they never did."""
    counted = first_call_figures(services().sessions, server, model)
    if not counted.calls:
        return
    found = first_calls(counted.compared)
    st.subheader("People and the model", anchor=False)
    st.markdown(
        f"In the last {DAYS} days people answered {counted.calls:,} cases before the model and could not tell on "
        f"{counted.declined:,} of them; of {len(counted.compared):,} somebody else has said which class is right. {found.sentence}"
    )
    if found.model.value is None:
        return
    lines = {
        "People alone": _line(found.people),
        "The model alone": _line(found.model),
        "Both together": _line(found.together),
    }
    st.table({"Right": lines})
    st.caption("95 % intervals (Wilson). Each case is weighted by one over its chance to be drawn.")


def _line(found: Share) -> str:
    if found.value is None:
        return f"not enough evidence, n={found.n}"
    return share_text(found)
