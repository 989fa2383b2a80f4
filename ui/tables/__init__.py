"""Asking about a file, step by step: read it, give its columns to the fields, try it, ask for all rows."""

from __future__ import annotations

import streamlit as st

from mds_client.discovery import Entry
from mds_client.signature import Signature
from ui.batch import run
from ui.tables import columns, upload

_ONE, _MANY = "One case", "A file"


def are_wanted() -> bool:
    """Whether the person asks about a file; draws the choice."""
    return (
        st.segmented_control(
            "What to ask about",
            [_ONE, _MANY],
            default=_ONE,
            key="predict_about",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        == _MANY
    )


def draw(entry: Entry, signature: Signature) -> None:
    """Everything that stands under the model's heading while a file is asked about."""
    given = upload.draw(entry.ref, signature)
    if given is None:
        return
    converted = columns.draw(given, entry.ref, signature)
    if converted is not None:
        run.draw(given, converted, entry.ref, signature)
