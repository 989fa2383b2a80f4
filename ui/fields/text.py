"""Text of any length, and dates as text."""

from __future__ import annotations

import streamlit as st

from mds_client.signature import Field
from ui.labels import hint, label

KINDS = ("text", "datetime")


def render(field: Field, key: str, value: object) -> str | None:
    """A box that grows with its text; one line for dates."""
    shown = "" if value is None else str(value)
    if field.kind == "datetime":
        return (
            st.text_input(
                label(field),
                value=shown,
                key=key,
                persist_state="session",
                help=hint(field),
                placeholder="2026-03-31T14:05",
            )
            or None
        )
    return (
        st.text_area(
            label(field),
            value=shown,
            key=key,
            persist_state="session",
            help=hint(field),
            height=140,
        )
        or None
    )
