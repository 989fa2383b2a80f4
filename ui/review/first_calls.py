"""People alone, the model alone and both together: who was right how often, where people answered first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from feedback.first_call_figures import DAYS, Compared, first_call_figures
from health.weighted import share
from ui.session import services
from ui.text import percent

# With fewer, an interval is so wide that the figure misleads.
FEWEST = 10


def draw(server: str, model: str) -> None:
    """The figures of a model on which people answered first; nothing where they never did."""
    found = first_call_figures(services().sessions, server, model)
    if not found.calls:
        return
    st.subheader("People and the model", anchor=False)
    known = found.compared
    st.markdown(
        f"In the last {DAYS} days people answered {found.calls:,} cases before the model and could not tell on "
        f"{found.declined:,} of them; of {len(known):,} somebody else has said which class is right."
    )
    if len(known) < FEWEST:
        st.caption(f"Not enough evidence to compare: {FEWEST} are needed.")
        return
    decided = [each for each in known if each.together is not None]
    lines = {
        "People alone": _line(known, [each.alone for each in known]),
        "The model alone": _line(known, [each.model for each in known]),
        "Both together": _line(decided, [bool(each.together) for each in decided]),
    }
    st.table({"Right": lines})
    st.caption("95 % intervals (Wilson). Each case is weighted by one over its chance to be drawn.")


def _line(cases: Sequence[Compared], hits: Sequence[bool]) -> str:
    found = share(hits, [1 / each.probability for each in cases])
    if found.value is None or found.n < FEWEST:
        return f"not enough evidence, n={found.n}"
    return f"{percent(found.value)} [{percent(found.low)} to {percent(found.high)}] n={found.n:,}"
