"""Asking about a file, step by step: read it, give its columns to the fields, try it, ask for all rows."""

from __future__ import annotations

import streamlit as st

from mds_client.discovery import Entry
from mds_client.signature import Signature
from ui import session
from ui.batch import link, run
from ui.tables import columns, upload

ONE, MANY = "One case", "A file"
ABOUT = "predict_about"


def are_wanted() -> bool:
    """Whether the person asks about a file; draws the choice. A link to what was asked about a file opens there."""
    if link.is_new() or ABOUT not in st.session_state:
        st.session_state[ABOUT] = MANY if link.is_new() else ONE
    link.note()
    about = st.segmented_control(
        "What to ask about",
        [ONE, MANY],
        key=ABOUT,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    if about != MANY:
        link.leave()
    return about == MANY


def draw(entry: Entry, signature: Signature) -> None:
    """Everything that stands under the model's heading while a file is asked about."""
    above = st.container()
    opened, was_here = link.opened(entry.ref), session.FILE in st.session_state
    given = upload.draw(
        entry.ref, signature, label="Ask about another file" if opened else upload.LABEL
    )
    if given is None:
        if was_here:  # it was taken away
            link.close()
            opened = None
        with above:
            link.draw(opened, entry, signature)
        return
    converted = columns.draw(given, entry.ref, signature)
    if converted is None:
        link.close()
    else:
        run.draw(given, converted, entry.ref, signature)
