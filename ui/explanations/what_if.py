"""What if: the smallest change, a copy to change by hand, and the scenarios beside the case."""

from __future__ import annotations

import streamlit as st

from cases.scenarios import origin, scenarios
from ui import counterfactuals
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.shell import page_path
from ui.text import plain
from ui.what_if import changing, comparison
from ui.what_if.copy import copy_of, renew_key

ORDER = 60
HEADING = "What if?"


def suits(asked: AnsweredCase) -> bool:
    """Whether there is anything to change."""
    return bool(asked.signature.inputs)


def draw(asked: AnsweredCase) -> None:
    """Everything runs by itself: the page does not."""
    _draw(asked)


@st.fragment
def _draw(asked: AnsweredCase) -> None:
    _draw_origin(asked)
    counterfactuals.draw(asked)
    changing.draw(asked)
    comparison.draw(asked, scenarios(services().sessions, asked.case.id), copy_of(asked).shown)
    renew_key(asked)


def _draw_origin(asked: AnsweredCase) -> None:
    """The way back, where this case is a scenario itself."""
    found = origin(services().sessions, asked.case.id)
    if found is None:
        return
    name, case_id = found
    st.page_link(
        page_path("predict"),
        label=f"This case is {plain(name)} of another case",
        icon=":material/arrow_back:",
        query_params={"case": case_id},
    )
