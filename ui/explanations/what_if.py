"""What would change it: the way back from a scenario, the smallest change, and the scenarios beside the case.

The values themselves are changed in the place of the form (ui/what_if/mode.py).
"""

from __future__ import annotations

import streamlit as st

from cases.scenarios import origin, scenarios
from ui import counterfactuals
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.shell import page_path
from ui.text import plain
from ui.what_if import comparison
from ui.what_if.copy import copy_of

ORDER = 60
HEADING = "What would change it?"


def suits(answered: AnsweredCase) -> bool:
    """Whether a smallest change can be looked for, or scenarios are there."""
    sessions, case_id = services().sessions, answered.case.id
    is_searched = counterfactuals.suits(answered)
    return is_searched or bool(scenarios(sessions, case_id) or origin(sessions, case_id))


def draw(answered: AnsweredCase) -> None:
    """Everything runs by itself: the page does not."""
    _draw(answered)


@st.fragment
def _draw(answered: AnsweredCase) -> None:
    _draw_origin(answered)
    counterfactuals.draw(answered)
    kept = scenarios(services().sessions, answered.case.id)
    comparison.draw(answered, kept, copy_of(answered).shown)


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
