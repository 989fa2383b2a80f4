"""Keeping what was tried: it is asked once more, as a case of its own and a scenario of the first."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cases.inputs import same_inputs
from cases.scenarios import ask_scenario
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Values
from ui import errors, session
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.what_if.copy import Copy, keep


def keep_scenario(answered: AnsweredCase, copy: Copy, values: Values, name: str) -> None:
    """Ask the model and record the answer, or say why not with everything still in its place."""
    if same_inputs(values, answered.values):
        st.info("Nothing is changed yet: change at least one value.")
        return
    available = services()
    try:
        with st.spinner("Asking the model …", show_time=True):
            recorded = ask_scenario(
                available.model(model_of(answered), answered.signature),
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


def model_of(answered: AnsweredCase) -> ModelRef:
    """The model as the case asked it: the same version, where one was named."""
    case = answered.case
    return ModelRef(server=case.server, name=case.model, version=case.version_asked)
