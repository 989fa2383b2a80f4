"""What if, in the place of the form: a button pins the case, and its values can be tried until the form comes back."""

from __future__ import annotations

import streamlit as st

from cases.inputs import same_inputs
from cases.recording import answer_of
from cases.restored import lost
from mds_client.signature import ModelRef, Values
from ui import announced, predict_form, session
from ui.explanations.answered_case import AnsweredCase
from ui.predict_form import Form, Reply
from ui.what_if.copy import Copy, Tried, copy_of, fill, last, turn

PARAMETER = "what_if"  # in the address while the mode is on


def pinned(form: Form) -> AnsweredCase | None:
    """The case whose values stand in the form's place; None while the form is there.

    Ended by whatever gives the form other values, another model or another answer.
    """
    answered = _answered(form.model)
    suggested: Values | None = st.session_state.pop(session.SUGGESTED, None)
    is_named = st.session_state.pop(session.WHAT_IF_LINKED, None)
    if answered and suggested is not None:
        form = enter(answered, suggested)
    elif answered and is_named and not _is_open_for(answered):
        form = enter(answered, tried=_tried(answered))
    copy = _ended(answered, form, is_left=is_named is False)
    is_open = copy is not None and copy.is_open
    _write(is_open)
    _announce(copy)
    return answered if is_open else None


def _ended(answered: AnsweredCase | None, form: Form, *, is_left: bool) -> Copy | None:
    """The copy, closed where the address has left it, or the form is not of its case any more."""
    copy = last()
    if copy and copy.is_open and (is_left or not (answered and _is_of(copy, answered, form))):
        copy = turn(copy, is_open=False)
    return copy


def follow(*, is_moved: bool) -> None:
    """Remember whether the address names the mode, until the case is open. As a page opens, the mode stays as it was left."""
    is_named = PARAMETER in st.query_params
    st.session_state[session.WHAT_IF_LINKED] = is_named if is_named or is_moved else None


def _is_open_for(answered: AnsweredCase) -> bool:
    copy = last()
    return copy is not None and copy.is_open and copy.case_id == answered.case.id


def _tried(answered: AnsweredCase) -> Values | None:
    """What was tried of this case when it was left."""
    tried: Tried | None = st.session_state.get(session.WHAT_IF_TRIED)
    return tried.values if tried and tried.case_id == answered.case.id else None


def _write(is_open: bool) -> None:
    """The mode is a step of its own: Back gives the form back."""
    if is_open and PARAMETER not in st.query_params:
        st.query_params[PARAMETER] = "yes"
    elif not is_open:
        st.query_params.pop(PARAMETER, None)


def enter(
    answered: AnsweredCase, suggested: Values | None = None, tried: Values | None = None
) -> Form:
    """Pin the case; its values, or those that a search suggested or that were tried before, take the place of the form, which
    will open with those of the case."""
    values = suggested or tried or answered.values
    before: Form | None = st.session_state.get(session.FORM)
    is_same = before is not None and same_inputs(before.opened_with, answered.values)
    copy = fill(copy_of(answered), values, is_suggested=suggested is not None)
    turn(copy, is_open=True)
    example = before.example if before and is_same else None
    return predict_form.open_form(answered.signature.model, answered.values, example)


def draw_way_in(answered: AnsweredCase) -> None:
    """The button beside an answer; none where the model takes nothing that could be changed."""
    if not answered.signature.inputs:
        return
    with st.container(key="what_if_enter", width="content"):
        st.button(
            "What if …?",
            key=f"what_if_{answered.case.id}_enter",
            icon=":material/tune:",
            help="Change the values where they stand: the answer follows, and nothing is recorded until you keep it.",
            on_click=_pin,
            args=(answered,),
        )


def _pin(answered: AnsweredCase) -> None:
    enter(answered)


def _answered(model: ModelRef) -> AnsweredCase | None:
    """The case that the page shows, where this model answered it and all of its values are there."""
    reply: Reply | None = st.session_state.get(session.ASKED)
    if reply is None or reply.error or reply.signature.model != model:
        return None
    answer = answer_of(reply.case)
    if answer is None or lost(reply.case, reply.signature, reply.values):
        return None
    return AnsweredCase(
        case=reply.case, answer=answer, values=reply.values, signature=reply.signature
    )


def _is_of(copy: Copy, answered: AnsweredCase, form: Form) -> bool:
    return copy.case_id == answered.case.id and same_inputs(form.opened_with, answered.values)


def _announce(copy: Copy | None) -> None:
    """Move the focus to what took the place of the other, and say it."""
    token = f"{copy.case_id} {copy.turn}" if copy and copy.turn else ""
    if copy and copy.is_open:
        words = "What if: the values of the case stand in the form's place, and the answer follows."
        announced.announce("what_if", token, "what_if", words)
    else:
        announced.announce("what_if", token, "what_if_enter", "The form is back.")
