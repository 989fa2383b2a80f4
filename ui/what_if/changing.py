"""Changing a copy of the case by hand, and asking about it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cases.inputs import plain_inputs
from cases.scenarios import ask_scenario
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Values
from ui import errors, form, session
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.what_if.copy import Copy, copy_of, fill, keep, open_key


def draw(answered: AnsweredCase) -> None:
    """Closed at first: a second form is drawn only for those who want one."""
    copy = copy_of(answered)
    box = st.expander(
        "Change it yourself",
        icon=":material/edit_note:",
        key=open_key(answered),
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        if copy.is_suggested:
            st.markdown("**The suggestion is filled in.** Change it further if you like, then ask.")
        st.caption("A copy of this case. The form of your question keeps what it holds.")
        with st.form(f"what_if_form_{answered.case.id}", border=False):
            values = form.draw(answered.signature, copy.opened_with, copy.widget_key)
            name = st.text_input(
                "Name of the scenario",
                key=f"what_if_name_{answered.case.id}_{copy.generation}",
                placeholder="can be left empty",
            )
            is_pressed = st.form_submit_button(
                "Ask what if", key=f"what_if_ask_{answered.case.id}", icon=":material/bolt:"
            )
        if is_pressed:
            ask(answered, copy, values, name or "")
        if copy.opened_with != answered.values or copy.shown:
            st.button(
                "Back to this case's values",
                key=f"what_if_back_{answered.case.id}",
                icon=":material/undo:",
                on_click=fill,
                args=(copy, answered.values),
            )


def ask(answered: AnsweredCase, copy: Copy, values: Values, name: str) -> None:
    """Ask the model, or say why not with everything still in the form."""
    if plain_inputs(values) == plain_inputs(answered.values):
        st.info("Nothing is changed yet: change at least one value.")
        return
    available = services()
    ref = _model_of(answered)
    try:
        with st.spinner("Asking the model …", show_time=True):
            recorded = ask_scenario(
                available.model(ref, answered.signature),
                values,
                of=answered.case.id,
                sessions=available.sessions,
                key=copy.key,
                name=name,
                person=session.person(),
                keep_bytes=available.settings.kept_file_bytes,
                hash_key=available.hash_key,
            )
    except MdsError as error:
        errors.show(error)
        return
    if recorded.error:
        errors.show(recorded.error)
    keep(replace(copy, shown=recorded.case_id))


def _model_of(answered: AnsweredCase) -> ModelRef:
    """The model as the case asked it: the same version, where one was named."""
    case = answered.case
    return ModelRef(server=case.server, name=case.model, version=case.version_asked)
