"""Text of any length."""

from __future__ import annotations

import streamlit as st

from mds_client.signature import Field
from ui.fields._widget_state import open_with
from ui.labels import hint, label

KINDS = ("text",)


def render(field: Field, key: str, value: object) -> str | None:
    """A box of several lines; None when it is empty."""
    open_with(key, "" if value is None else str(value))
    typed = st.text_area(
        label(field), key=key, persist_state="session", help=hint(field), height=140
    )
    return typed or None


def in_box(_field: Field, value: object) -> str | None:
    """The text as it is."""
    return "" if value is None else str(value)
