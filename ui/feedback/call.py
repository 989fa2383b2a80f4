"""What the person answered before the model did, beside "Was this right?": keep it, or go with the model."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from feedback.first_calls import FirstCallView, call_of
from feedback.ground_truth import Truth, answered
from feedback.wording import confidence_in_words
from mds_client.prediction import Answer
from ui import session
from ui.pressed import Presses
from ui.session import services
from ui.text import number, plain


def draw(case: CaseView, answer: Answer, call: FirstCallView, key: str, presses: Presses) -> bool:
    """What was answered first; whether the person keeps it though the model says otherwise."""
    if call.is_declined:
        st.caption("You could not tell before the model answered.")
        return False
    sure = (confidence_in_words(call.confidence) or "").lower()
    words = f"You said **{plain(_words(call))}** ({sure}) before the model answered **{plain(answer.headline)}**."
    if _is_same(case, call):
        st.markdown(f"{words} You agree.")
        return False
    st.markdown(f"{words} *Yes* means that the model is right.")
    st.button(
        "Keep my answer",
        key=key,
        icon=":material/person_check:",
        on_click=presses.note,
        args=("keep",),
    )
    return "keep" in presses


def draw_kept(case: CaseView) -> None:
    """Where the app stopped before the model's answer was kept: what was answered first is still there."""
    call = call_of(services().sessions, case.id) if case.is_unknown else None
    if call is None or call.person != session.person():
        return
    given = "that you can't tell" if call.is_declined else f"**{plain(_words(call))}**"
    st.info(
        f"You answered {given} before the model did, and that is kept. **Predict** asks the model again, and does not "
        "ask for your own answer twice.",
        icon=":material/person_check:",
    )


def _words(call: FirstCallView) -> str:
    return number(call.number) if call.number is not None else str(call.answer)


def _is_same(case: CaseView, call: FirstCallView) -> bool:
    return answered(case) == Truth(label=call.label, number=call.number, text=call.text)
