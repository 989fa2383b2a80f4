"""A row of a file that was chosen: its answer, and "Was this right?" beside it."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from cases.recording import answer_of
from mds_client.signature import ModelRef, Signature
from ui import feedback
from ui.text import plain


def draw(place: str, case: CaseView, signature: Signature | None) -> None:
    """The strip of a row; a sentence for one that has no answer."""
    answer = answer_of(case)
    with st.container(border=True, key="rows_judged"):
        if answer is None:
            st.markdown(plain(f"{place} has no answer: {case.error_sentence}"))
            return
        st.markdown(f"{plain(place)}: **{plain(answer.headline)}**")
        feedback.draw(case, answer, signature or _unknown(case))


def _unknown(case: CaseView) -> Signature:
    """What is left of the signature of a model that is gone."""
    return Signature(
        model=ModelRef(server=case.server, name=case.model, version=case.version_asked), inputs=()
    )
