"""What if: the smallest change, a copy to change by hand, and the scenarios beside the case."""

from __future__ import annotations

import streamlit as st

from cases.scenarios import origin, scenarios
from ui import counterfactuals
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.shell import page_path
from ui.text import plain
from ui.what_if import changing, comparison, trying
from ui.what_if.copy import copy_of, renew_key

ORDER = 60
HEADING = "What if?"


def suits(answered: AnsweredCase) -> bool:
    """Whether there is anything to change."""
    return bool(answered.signature.inputs)


def draw(answered: AnsweredCase) -> None:
    """Everything runs by itself: the page does not."""
    _draw(answered)


@st.fragment
def _draw(answered: AnsweredCase) -> None:
    _draw_origin(answered)
    trying.draw(answered)
    counterfactuals.draw(answered)
    changing.draw(answered)
    comparison.draw(
        answered, scenarios(services().sessions, answered.case.id), copy_of(answered).shown
    )
    renew_key(answered)


def _draw_origin(answered: AnsweredCase) -> None:
    """The way back, where this case is a scenario itself."""
    original = origin(services().sessions, answered.case.id)
    if original is None:
        return
    name, case_id = original
    st.page_link(
        page_path("predict"),
        label=f"This case is {plain(name)} of another case",
        icon=":material/arrow_back:",
        query_params={"case": case_id},
    )
