"""That the inputs of a case are unlike all earlier ones, beside its answer."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from ui.text import plain

SENTENCE = "Unlike anything asked before: the answer may be unreliable."


def draw(case: CaseView) -> None:
    """The sentence, and what is unlike; nothing where nothing is, or where it could not be said."""
    if case.unlike:
        st.warning(f"**{SENTENCE}** {plain(case.unlike)}", icon=":material/scatter_plot:")
