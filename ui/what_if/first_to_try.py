"""Which value to change first: the one that moved this answer most, where an explanation of the case says so."""

from __future__ import annotations

import json

import streamlit as st

from cases.queries import explanations
from explanations import narration
from explanations.contract import Explanation
from ui import session
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.text import plain
from ui.what_if import sliders
from ui.what_if.copy import Copy


def draw(answered: AnsweredCase, copy: Copy) -> None:
    """A sentence under the heading; looked for once each time that the values take the form's place."""
    place = (copy.case_id, copy.turn)
    last = st.session_state.get(session.WHAT_IF_FIRST)
    if last is None or last[0] != place:
        last = (place, sentence(answered))
        st.session_state[session.WHAT_IF_FIRST] = last
    if last[1]:
        st.markdown(last[1])


def sentence(answered: AnsweredCase) -> str:
    """What it says; empty where no explanation of the case names a field that can be moved."""
    movable = {field.name for field in sliders.movable(answered.signature)}
    for view in explanations(services().sessions, answered.case.id):
        if not view.result or view.result.get("kind") != "attribution":
            continue
        found = Explanation.from_json(json.dumps(view.result))
        strongest = narration.strongest_first(found.attributions)
        for each in strongest:
            if each.field in movable and each.is_clear and each.amount:
                return f"**{plain(each.title)}** moved this answer most: change it first."
    return ""
