"""Asking about a file, step by step: read it, give its columns to the fields, try it, ask for all rows."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mds_client.discovery import Entry
from mds_client.signature import Signature
from ui import session
from ui.batch import large, link, run, source
from ui.batch.asked import Asked
from ui.tables import columns, upload

ONE, MANY = "One case", "A file"
ABOUT = "predict_about"
_PARAMETER, _FILE = "about", "file"  # in the address, where no run of a file is named


def follow(*, is_moved: bool) -> None:
    """Choose what the address names. As a page opens that names nothing, the choice stays as it was left."""
    if st.query_params.get(_PARAMETER) == _FILE or link.PARAMETER in st.query_params:
        st.session_state[ABOUT] = MANY
    elif is_moved:
        st.session_state[ABOUT] = ONE


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
        st.query_params.pop(_PARAMETER, None)
    elif link.PARAMETER not in st.query_params and _PARAMETER not in st.query_params:
        st.query_params[_PARAMETER] = _FILE
    return about == MANY


def draw(entry: Entry, signature: Signature) -> None:
    """Everything that stands under the model's heading while a file is asked about."""
    opened, was_here = link.opened(entry.ref), session.FILE in st.session_state
    above = st.container()
    label = large.ANOTHER_FILE if opened and not was_here else upload.LABEL
    given = upload.draw(entry.ref, signature, label=label)
    if given is None and source.are_offered():
        where = source.choose()
        if where:
            source.draw(where, entry.ref, signature)
            return
    if given is None:
        _draw_without_file(None if was_here else opened, entry, signature, above)
        return
    converted = columns.draw(given, entry.ref, signature)
    if converted is None:
        link.close()
    else:
        run.draw(given, converted, entry.ref, signature)


def _draw_without_file(
    opened: Asked | None, entry: Entry, signature: Signature, above: DeltaGenerator
) -> None:
    """What the link names, above the box for another file; else how to begin, under the box."""
    if opened is None:
        link.close()  # the file was taken away, or there was none
        link.draw_none(entry.ref)
        return
    with above:
        link.draw(opened, signature)
